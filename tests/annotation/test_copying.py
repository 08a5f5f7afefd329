"""A copy of a project has what was set up, and nothing that anybody said."""

from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.serializers import serialize
from django.db.models import Model

from annotation.copying import project_copy
from annotation.dialogue.turns import turn_say
from annotation.exchange.exports import FORMS, export_lines
from annotation.feedback.demonstrations import demonstration_submit
from annotation.feedback.rankings import ranking_submit
from annotation.gold.rules import rules_of as gold_rules_of
from annotation.gold.rules import rules_update as gold_rules_update
from annotation.models import Membership, Project, Prompt
from annotation.people.members import member_prefer
from annotation.people.projects import CHANGEABLE, project_update
from annotation.pool import copying
from annotation.pool.jobs import job_run
from annotation.pool.models import PromptJob
from annotation.pool.rules import rules_of, rules_update
from annotation.pool.tasks import WORKS
from annotation.progress.rates import rates_of, rates_update
from annotation.prompts.prompts import prompt_create
from annotation.quality.asking import thresholds_of, thresholds_update
from annotation.quality.thresholds import Thresholds
from annotation.writing.content import WritingInput
from annotation.writing.writing import writing_create
from inference.registry import base_model_set, base_reference
from tests.annotation.work import (
    claimed,
    demonstration_task,
    dialogue_task,
    prompt_make,
    ranked,
    ranking_task,
)
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]
SAID = "Zanzibar"
"""What every label, answer and note of a test begins with: no row of the copy may hold it."""
SETUP = {
    "annotation.membership",
    "annotation.membershiprole",
    "annotation.auditevent",
    "annotation.prompt",
    "annotation.promptrules",
    "annotation.goldrules",
    "annotation.qualitythresholds",
    "annotation.rates",
    "annotation.promptjob",
    "inference.projectbase",
}


def copied(cast: Cast, **wanted: Any) -> Project:
    made = project_copy(actor=cast.ada, source=cast.project, name="A copy", **wanted)
    for job in PromptJob.objects.filter(project=made, kind="copy"):
        job_run(job_id=job.pk, works=WORKS)
    return made


def rows_of(project: Project) -> dict[str, list[Model]]:
    """Every row of every app that says it is the project's, by its model."""
    found = {}
    for model in apps.get_models():
        names = [f.name for f in model._meta.concrete_fields if f.related_model is Project]
        rows = [row for name in names for row in model._default_manager.filter(**{name: project})]
        if rows:
            found[model._meta.label_lower] = rows
    found["annotation.membershiprole"] = [
        role for member in project.memberships.all() for role in member.roles.all()
    ]
    return found


def people_work(cast: Cast) -> None:
    """A demonstration, a ranking, a written prompt, a dialogue, a draft: one of each."""
    demonstration_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    demonstration_submit(assignment=assignment, text=f"{SAID}, a demonstration.")
    ranking_task(cast.project)
    ranking_submit(
        assignment=claimed(cast.luis, cast.project),
        judgments=ranked([1, 2, 3, 4]),
        note=f"{SAID}, a note.",
    )
    project_update(actor=cast.ada, project=cast.project, prompts_wanted=9)
    cast.project.refresh_from_db()
    said = WritingInput(kind="plain", use_case="chat", text=f"{SAID}, a written prompt?")
    writing_create(labeler=cast.lena, project=cast.project, said=said)
    dialogue_task(cast.project)
    turn_say(
        assignment=claimed(cast.lena, cast.project), step=0, text=f"{SAID}, said in a dialogue"
    )


def test_no_label_is_found_in_a_copy(cast: Cast) -> None:
    people_work(cast)
    there = serialize("json", [row for rows in rows_of(cast.project).values() for row in rows])
    assert SAID in there  # it is looked for where it can be found
    made = copied(cast, prompts=True, members=True)
    rows = rows_of(made)
    assert set(rows) <= SETUP
    assert SAID not in serialize("json", [row for each in rows.values() for row in each])
    labels = [form for form in FORMS if form != "prompts"]
    assert [list(export_lines(project=made, form=form)) for form in labels] == [[]] * len(labels)
    for member in made.memberships.all():
        assert not member.user.assignments.filter(task__project=made).exists()


def test_the_settings_are_the_same(cast: Cast) -> None:
    project_update(
        actor=cast.ada,
        project=cast.project,
        instructions="Be kind.",
        overlap=3,
        rubric={"likert": None, "flags": [{"key": "rude", "label": "Rude"}]},
        queue_order="breadth",
        user_stories="Cook",
        prompts_wanted=7,
        suggestions="blind",
    )
    rules_update(actor=cast.ada, project=cast.project, contributor_cap=3, languages="de")
    gold_rules_update(actor=cast.ada, project=cast.project, window=7)
    rates_update(actor=cast.ada, project=cast.project, hour=Decimal("20.50"))
    thresholds = Thresholds(least_rankings=5, bias_z=3.0)
    thresholds_update(actor=cast.ada, project=cast.project, thresholds=thresholds)
    base_model_set(actor=cast.ada, project=cast.project, reference="models/other")
    cast.project.refresh_from_db()
    made = copied(cast)
    for field in set(CHANGEABLE) - {"name"}:
        assert getattr(made, field) == getattr(cast.project, field), field
    assert (made.name, made.slug, made.instructions_version) == ("A copy", "a-copy", 1)
    assert rules_of(made).contributor_cap == 3
    assert gold_rules_of(made).window == 7
    assert thresholds_of(made) == thresholds
    assert rates_of(made).hour == Decimal("20.50")
    assert base_reference(project=made) == "models/other"
    assert [row.user for row in made.memberships.all()] == [cast.ada]
    assert not made.prompts.exists()
    assert not made.prompt_jobs.exists()


def test_prompts_keep_their_split_and_marks(cast: Cast) -> None:
    for number in range(30):
        prompt_make(cast.project, contributor=f"c{number}")
    Prompt.objects.update(language="de", skills=["law"], sensitive=["hate"], private=True)
    withdrawn = Prompt.objects.order_by("pk")[0]
    withdrawn.state = "withdrawn"
    withdrawn.save()
    first = Prompt.objects.order_by("pk")[1]
    later, _ = prompt_create(
        project=cast.project, messages=[{"role": "user", "content": "A later version"}]
    )
    later.replaces = first
    later.save()
    batch = cast.project.import_batches.create(filename="a", state="staging")
    prompt_make(cast.project, batch=batch)
    made = copied(cast, prompts=True)
    wanted = cast.project.prompts.filter(batch=None).exclude(pk=withdrawn.pk)
    fields = ["content_hash", *copying.COPIED]
    assert list(made.prompts.order_by("pk").values_list(*fields)) == list(
        wanted.order_by("pk").values_list(*fields)
    )
    assert len({prompt.split for prompt in made.prompts.all()}) > 1
    copy = made.prompts.get(content_hash=later.content_hash)
    assert copy.replaces == made.prompts.get(content_hash=first.content_hash)
    assert set(made.prompts.values_list("scanned", flat=True)) == {""}
    job = made.prompt_jobs.get()
    assert (job.state, job.done, job.total) == ("succeeded", 30, 30)


def test_another_worker_goes_on_behind_the_last_chunk(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(copying, "FIRST", 2)
    monkeypatch.setattr(copying, "FEWEST", 2)
    monkeypatch.setattr(copying, "MOST", 2)
    settings.HEARTBEAT_LOST = 0
    for _ in range(5):
        prompt_make(cast.project)
    copy = copying.chunk_copy
    written: list[list[int]] = []

    def dies(claim: Any, chunk: Any) -> Any:
        if len(written) == 1:
            written.append([])
            raise RuntimeError("killed")
        written.append([each.pk for each in chunk])
        return copy(claim, chunk)

    monkeypatch.setattr(copying, "chunk_copy", dies)
    made = copied(cast, prompts=True)
    job = made.prompt_jobs.get()
    assert (job.state, job.done, made.prompts.count()) == ("running", 2, 2)
    job_run(job_id=job.pk, works=WORKS)
    job.refresh_from_db()
    assert (job.state, job.done, job.total, made.prompts.count()) == ("succeeded", 5, 5, 5)
    ids = [pk for chunk in written for pk in chunk]
    assert len(ids) == len(set(ids)) == 5


def test_members_come_as_they_stand(cast: Cast) -> None:
    lena = Membership.objects.get(user=cast.lena)
    lena.roles.create(role="reviewer")
    member_prefer(membership=lena, languages=["de"], declined=["hate"], veil=False)
    Membership.objects.filter(user=cast.luis).update(state="suspended")
    Membership.objects.filter(user=cast.rosa).update(state="onboarding")
    made = copied(cast, members=True)
    copies = {row.user.username: row for row in made.memberships.all()}
    assert set(copies) == {"ada", "lena", "rosa", "hana"}
    assert {row.role for row in copies["lena"].roles.all()} == {"labeler", "reviewer"}
    assert (copies["lena"].languages, copies["lena"].declined) == (["de"], ["hate"])
    assert (copies["lena"].veil, copies["rosa"].state) == (False, "onboarding")
    assert copies["hana"].heldout
    assert [row.role for row in copies["ada"].roles.all()] == ["admin"]


def test_a_taken_address_is_refused_and_nothing_made(cast: Cast) -> None:
    with pytest.raises(ValidationError) as refused:
        project_copy(
            actor=cast.ada, source=cast.project, name="Copy", slug="elsewhere", prompts=True
        )
    assert set(refused.value.message_dict) == {"slug"}
    assert (Project.objects.count(), PromptJob.objects.count()) == (2, 0)
