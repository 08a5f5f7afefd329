"""Deciding what was found: the prompt stays, goes, or loses its personal data."""

import pytest
from django.core.exceptions import ValidationError

from annotation.models import AuditEvent, Prompt, PromptFinding, Task
from annotation.pool.reviews import findings_decide
from annotation.pool.withdrawal import prompts_restore, prompts_withdraw
from annotation.queue.claims import task_claim
from annotation.queue.tasks import task_create
from tests.annotation.pool import found, fresh, scanned
from tests.annotation.work import prompt_make
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]

LONG = "Write a story about a fisherman who finds a door at the bottom of the lake. " * 3


def decide(cast: Cast, decision: str, **which: object) -> int:
    ids = PromptFinding.objects.filter(**which).values_list("pk", flat=True)
    return findings_decide(actor=cast.ada, project=cast.project, ids=list(ids), decision=decision)


def test_kept_findings_hinder_nothing_and_stay_kept(cast: Cast) -> None:
    prompt = prompt_make(cast.project, "Greet a@mail.org and b@mail.org.")
    Prompt.objects.update(state="unreviewed")
    scanned(cast.project)
    assert decide(cast, "keep", start=6) == 1
    assert (fresh(prompt).private, fresh(prompt).state) == (True, "unreviewed")
    assert decide(cast, "keep", prompt=prompt) == 1  # the other is decided already
    assert (fresh(prompt).private, fresh(prompt).state) == (False, "active")
    finding = PromptFinding.objects.earliest("pk")
    assert (finding.state, finding.reviewed_by) == ("kept", cast.ada)
    assert finding.reviewed_at is not None
    Prompt.objects.update(scanned="")
    scanned(cast.project)
    assert not fresh(prompt).private
    assert AuditEvent.objects.filter(verb="findings_keep").count() == 2


def test_a_removed_prompt_leaves_the_queue_and_stays_stored(cast: Cast) -> None:
    prompt = prompt_make(cast.project, "Greet a@mail.org, of " + LONG)
    task = task_create(project=cast.project, kind="demonstration", prompt=prompt)
    copy = prompt_make(cast.project, "Greet a@mail.org, of " + LONG + "Again.")
    scanned(cast.project)
    assert decide(cast, "remove", prompt=prompt) == 1
    task.refresh_from_db()
    assert (fresh(prompt).state, task.state) == ("withdrawn", Task.State.CLOSED)
    assert task_claim(labeler=cast.lena, project=cast.project) is None
    # Its copy is the only one now.
    assert fresh(copy).scanned == ""
    scanned(cast.project)
    kinds = [(pk, kind) for pk, kind, _ in found(cast.project)]
    assert kinds == [(prompt.pk, "pii"), (copy.pk, "pii")]


def test_a_redacted_version_takes_the_prompts_place(cast: Cast) -> None:
    prompt = prompt_make(
        cast.project,
        "Write to a@mail.org, card 4111 1111 1111 1111, or to b@mail.org!",
        use_case="rewrite",
        contributor="acme",
        split="test",
    )
    scanned(cast.project)
    assert decide(cast, "redact", prompt=prompt, what="card") == 1
    version = Prompt.objects.get(replaces=prompt)
    assert version.messages[0]["content"] == "Write to [EMAIL], card [CARD], or to [EMAIL]!"
    assert (version.split, version.use_case, version.contributor) == ("test", "rewrite", "acme")
    assert fresh(prompt).state == "withdrawn"
    states = PromptFinding.objects.values_list("state", flat=True)
    assert set(states) == {"redacted"}
    scanned(cast.project)
    assert not fresh(version).private
    assert prompts_restore(actor=cast.ada, project=cast.project, ids=[prompt.pk]) == 0


def test_two_that_become_the_same_become_one(cast: Cast) -> None:
    prompts = [prompt_make(cast.project, f"Greet {name}@mail.org.") for name in "ab"]
    scanned(cast.project)
    assert decide(cast, "redact") == 2
    assert Prompt.objects.exclude(pk__in=[prompt.pk for prompt in prompts]).count() == 1


def test_only_what_can_be_decided_is(cast: Cast) -> None:
    prompt_make(cast.project, LONG)
    prompt_make(cast.project, LONG + "Two.")
    other = prompt_make(cast.other, "I am a@mail.org.")
    scanned(cast.project)
    scanned(cast.other)
    with pytest.raises(ValidationError, match="Only personal data"):
        decide(cast, "redact", kind="duplicate")
    with pytest.raises(ValidationError, match="Decide to keep"):
        decide(cast, "burn")
    with pytest.raises(ValidationError, match="Choose the findings"):
        decide(cast, "keep", pk=0)
    assert decide(cast, "remove", prompt=other) == 0
    assert fresh(other).state == "active"


def test_what_was_withdrawn_is_put_back_and_scanned_anew(cast: Cast) -> None:
    prompt = prompt_make(cast.project, "I am a@mail.org.")
    scanned(cast.project)
    decide(cast, "remove", prompt=prompt)
    assert prompts_withdraw(actor=cast.ada, project=cast.project, ids=[prompt.pk]) == 0
    assert prompts_restore(actor=cast.ada, project=cast.project, ids=[prompt.pk]) == 1
    scanned(cast.project)
    assert (fresh(prompt).state, fresh(prompt).private) == ("active", True)
