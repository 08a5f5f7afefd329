"""Personal data reach no snapshot and no file."""

import pytest
from django.core.files.base import ContentFile

from annotation.exchange.exports import (
    export_lines,
    iter_demonstrations,
    iter_prompts,
    iter_rankings,
)
from annotation.exchange.imports import batch_upload
from annotation.models import Demonstration, Prompt, PromptFinding, Ranking
from annotation.pool.rules import rules_update
from tests.annotation.pool import scanned
from tests.annotation.work import completions_make, prompt_make
from tests.cast import Cast
from training.models import SnapshotItem
from training.snapshots import snapshot_create

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def labeled(cast: Cast) -> tuple[Prompt, Prompt]:
    """A clean and a private prompt, each with a demonstration and a ranking."""
    prompts = (prompt_make(cast.project, "Greet her."), prompt_make(cast.project, "I: a@mail.org"))
    for prompt in prompts:
        Demonstration.objects.create(
            project=cast.project, prompt=prompt, text="Hi.", source="person", trains=True
        )
        ranking = Ranking.objects.create(
            project=cast.project, prompt=prompt, source="person", trains=True, outcome="ranked"
        )
        for rank, completion in enumerate(completions_make(prompt, 2), start=1):
            ranking.judgments.create(completion=completion, rank=rank)
    return prompts


def exported(cast: Cast) -> list[set[int]]:
    readers = (iter_prompts, iter_demonstrations, iter_rankings)
    return [{row.prompt_id for row in read(project=cast.project)} for read in readers]


def test_what_was_never_scanned_is_looked_at_as_it_goes_out(
    cast: Cast, labeled: tuple[Prompt, Prompt]
) -> None:
    assert exported(cast) == [{labeled[0].pk}] * 3


def test_open_findings_keep_a_prompt_and_its_labels_out_of_snapshots(
    cast: Cast, labeled: tuple[Prompt, Prompt]
) -> None:
    clean, private = labeled
    scanned(cast.project)
    assert exported(cast) == [{clean.pk}] * 3
    snapshot = snapshot_create(project=cast.project)
    assert snapshot.counts == {"prompts": 1, "demonstrations": 1, "rankings": 1}
    prompts = SnapshotItem.objects.filter(snapshot=snapshot, kind="prompt")
    assert list(prompts.values_list("object_id", flat=True)) == [clean.pk]
    # Looked at and kept, it goes in.
    PromptFinding.objects.update(state="kept")
    Prompt.objects.update(private=False)
    assert exported(cast) == [{clean.pk, private.pk}] * 3


def test_the_filter_may_be_off(cast: Cast, labeled: tuple[Prompt, Prompt]) -> None:
    scanned(cast.project)
    rules_update(actor=cast.ada, project=cast.project, pii_filter=False)
    assert exported(cast) == [{prompt.pk for prompt in labeled}] * 3


def test_a_withdrawn_prompt_and_its_labels_stay_inside(
    cast: Cast, labeled: tuple[Prompt, Prompt]
) -> None:
    Prompt.objects.filter(pk=labeled[0].pk).update(state="withdrawn")
    assert exported(cast) == [set()] * 3


def test_prompts_go_out_with_where_they_come_from(cast: Cast) -> None:
    prompt = prompt_make(cast.project, "Name a lake.", contributor="ann@a.org", source="customer")
    batch = batch_upload(
        actor=cast.ada,
        project=cast.project,
        file=ContentFile(b"{}"),
        filename="a.jsonl",
        licence="CC-BY-4.0",
        notes="Asked in a survey.",
    )
    Prompt.objects.update(batch=batch, notice_version=2)
    type(batch).objects.update(state="visible")
    prompt_make(cast.project, "I am a@mail.org.")
    (line,) = export_lines(project=cast.project, form="prompts")
    assert line["prompt"] == prompt.messages
    assert (line["source"], line["licence"], line["consent"]) == (
        "customer",
        "CC-BY-4.0",
        "Asked in a survey.",
    )
    assert line["notice_version"] == 2
    assert len(line["contributor"]) == 16
    assert "ann" not in line["contributor"]
