"""A scan of a project's prompts, from an import to its findings."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from annotation.exchange.imports import batch_run, batch_start
from annotation.models import Prompt, PromptFinding, PromptJob, PromptSketch
from annotation.pool import scans
from annotation.pool.jobs import MOST_ATTEMPTS, job_claim, job_run
from annotation.pool.scans import scan_request, scans_reconcile
from annotation.pool.tasks import WORKS, prompt_job_task
from annotation.prompts.marks import marks_read
from tests.annotation.exchange_files import Killed, jsonl, upload
from tests.annotation.pool import found, fresh, scanned
from tests.annotation.work import prompt_make
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]

LONG = "Write a story about a fisherman who finds a door at the bottom of the lake. " * 3


@pytest.fixture(autouse=True)
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Jobs for which a worker was called; no broker is touched."""
    ids: list[int] = []
    monkeypatch.setattr(prompt_job_task, "delay", lambda *, job_id: ids.append(job_id))
    return ids


def test_each_kind_of_finding(cast: Cast) -> None:
    first = prompt_make(cast.project, LONG + "It ends well.")
    begins_alike = prompt_make(cast.project, LONG.upper() + "Or does it end at all?")
    near = prompt_make(cast.project, "Please: " + LONG + "It ends well.")
    private = prompt_make(cast.project, "Greet ann@mail.org and bob@mail.org.")
    german = prompt_make(cast.project, "Schreibe ein Gedicht über den Herbst und den Wind.")
    marked = prompt_make(
        cast.project, "Écris une lettre à mon propriétaire.", marks=marks_read(language="de")
    )
    prompt_make(cast.other, LONG)
    job = scanned(cast.project, languages="en, fr")
    assert found(cast.project) == [
        (begins_alike.pk, "duplicate", ""),
        (near.pk, "near_duplicate", ""),
        (private.pk, "pii", "email"),
        (private.pk, "pii", "email"),
        (german.pk, "language", "de"),
        (marked.pk, "language", "fr"),
    ]
    near_found = PromptFinding.objects.get(kind="near_duplicate")
    assert near_found.other_id == first.pk
    assert near_found.score is not None
    assert 0.8 <= near_found.score < 1
    spans = PromptFinding.objects.filter(kind="pii").order_by("start")
    assert list(spans.values_list("message", "start", "end")) == [(0, 6, 18), (0, 23, 35)]
    assert (fresh(private).private, fresh(first).private) == (True, False)
    assert (job.done, job.total) == (6, 6)
    assert job.counted() == {"duplicate": 1, "near_duplicate": 1, "pii": 2, "language": 2}
    assert PromptSketch.objects.get(prompt=german).language == "de"


def test_a_second_scan_reads_only_what_is_new(cast: Cast) -> None:
    prompt_make(cast.project, LONG)
    prompt_make(cast.project, "Greet ann@mail.org.")
    scanned(cast.project)
    before = found(cast.project)
    assert scanned(cast.project).done == 0
    assert found(cast.project) == before
    copy = prompt_make(cast.project, LONG + "Once more.")
    near = prompt_make(cast.project, "Now " + LONG)
    assert scanned(cast.project).done == 2
    assert found(cast.project) == [
        *before,
        (copy.pk, "duplicate", ""),
        (near.pk, "near_duplicate", ""),
    ]


def test_other_rules_read_everything_again_and_spare_what_was_decided(cast: Cast) -> None:
    prompt_make(cast.project, LONG + "One.")
    prompt_make(cast.project, LONG + "Two.")
    kept = prompt_make(cast.project, LONG + "Three.")
    scanned(cast.project, near_percent=0)
    PromptFinding.objects.filter(prompt=kept).update(state="kept")
    assert len(found(cast.project)) == 2
    job = scanned(cast.project, again=True, prefix_length=0)
    assert job.done == 3
    assert found(cast.project) == [(kept.pk, "duplicate", "")]
    assert scanned(cast.project, again=True).done == 0


def test_rules_that_change_during_a_scan_hold_at_its_end(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scans, "FIRST", 2)
    prompts = [prompt_make(cast.project, f"{LONG} {number}") for number in range(5)]
    real: Any = vars(scans)["prompt_read"]
    changed: list[bool] = []

    def change_rules(*args: Any) -> Any:
        if not changed:
            changed.append(True)
            scans_rules_change(cast)
        return real(*args)

    monkeypatch.setattr(scans, "prompt_read", change_rules)
    scanned(cast.project, near_percent=0)
    assert found(cast.project) == []
    assert {fresh(prompt).scanned for prompt in prompts} == {cast.project.prompt_rules.fingerprint}


def scans_rules_change(cast: Cast) -> None:
    from annotation.pool.rules import rules_update  # noqa: PLC0415

    cast.project.prompt_rules = rules_update(actor=None, project=cast.project, prefix_length=0)
    scan_request(actor=None, project=cast.project, again=True)


@pytest.mark.parametrize("place", ["prompts_settle", "sketches_write", "let_others_write"])
def test_a_killed_scan_goes_on_behind_its_last_chunk(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setattr(scans, "FIRST", 3)
    monkeypatch.setattr(scans, "MOST", 3)
    for number in range(9):
        prompt_make(cast.project, f"Greet ann{number}@mail.org. {LONG}"[: 40 + number])
    job = scan_request(actor=None, project=cast.project)
    real, met = getattr(scans, place), []

    def killed(*args: Any) -> Any:
        met.append(True)
        if len(met) == 2:
            raise Killed
        return real(*args)

    monkeypatch.setattr(scans, place, killed)
    with pytest.raises(Killed):
        job_run(job_id=job.pk, works=WORKS)
    job.refresh_from_db()
    assert job.state == "running"
    assert job_claim(job_id=job.pk) is None  # its heart beat a moment ago
    PromptJob.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=5))
    job_run(job_id=job.pk, works=WORKS)
    job.refresh_from_db()
    assert (job.state, job.done) == ("succeeded", 9)
    whole = found(cast.project)
    PromptFinding.objects.all().delete()
    Prompt.objects.update(scanned="")
    scanned(cast.project)
    assert found(cast.project) == whole


def test_what_breaks_every_time_fails_in_words(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, calls: list[int]
) -> None:
    prompt_make(cast.project, LONG)

    def broken(*_: Any) -> Any:
        raise ValueError("a bug")

    monkeypatch.setattr(scans, "prompt_read", broken)
    job = scan_request(actor=None, project=cast.project)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        job_run(job_id=job.pk, works=WORKS)
        job.refresh_from_db()
        assert job.attempts == attempt
        PromptJob.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=5))
    assert (job.state, job.error) == ("failed", "ValueError: a bug")
    assert scans_reconcile() == []  # it would break again


def test_a_scan_begins_by_itself(cast: Cast, calls: list[int]) -> None:
    assert scans_reconcile() == []
    prompt_make(cast.project, LONG)
    waiting = scans_reconcile()
    assert waiting == [PromptJob.objects.get().pk]
    assert scan_request(actor=cast.ada, project=cast.project).pk == waiting[0]  # one at a time
    job_run(job_id=waiting[0], works=WORKS)
    assert scans_reconcile() == []


def test_an_import_that_becomes_visible_asks_for_its_scan(cast: Cast, called: list[int]) -> None:
    batch = upload(cast.project, jsonl({"prompt": "Greet ann@mail.org."}))
    assert scans_reconcile() == []
    batch_start(actor=cast.ada, batch=batch)
    batch_run(batch_id=batch.pk)
    job = PromptJob.objects.get()
    assert (job.kind, job.state, job.created_by) == ("scan", "queued", None)
    job_run(job_id=job.pk, works=WORKS)
    assert [kind for _, kind, _ in found(cast.project)] == ["pii"]


def test_who_waits_for_a_scan_is_let_in_when_clean(cast: Cast) -> None:
    clean, private = (prompt_make(cast.project, text) for text in ("Hello.", "I am a@mail.org"))
    Prompt.objects.update(state="unreviewed")
    scanned(cast.project)
    assert (fresh(clean).state, fresh(private).state) == ("active", "unreviewed")


def test_a_withdrawn_prompt_is_nobodys_original(cast: Cast) -> None:
    gone = prompt_make(cast.project, LONG + "One.")
    Prompt.objects.filter(pk=gone.pk).update(state="withdrawn")
    prompt_make(cast.project, LONG + "Two.")
    scanned(cast.project)
    assert found(cast.project) == []
