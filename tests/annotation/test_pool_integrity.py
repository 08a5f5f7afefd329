"""A pool that was scanned says nothing; each fault made by hand is told."""

import pytest

from annotation.integrity import faults_find
from annotation.models import Prompt, PromptFinding, Task
from annotation.pool.reviews import findings_decide
from tests.annotation.pool import scanned
from tests.annotation.work import demonstration_task, prompt_make
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def read(cast: Cast) -> Cast:
    """The first prompt is private, the last is over its contributor's cap."""
    prompt_make(cast.project, "Write to ann@mail.org about the lake.", contributor="a")
    for number in range(3):
        prompt_make(cast.project, f"What is {number} and {number}?", contributor="b")
    scanned(cast.project, contributor_cap=2, near_percent=0, languages="")
    assert list(faults_find()) == []
    return cast


def test_what_was_decided_is_no_fault(read: Cast) -> None:
    for decision, kind in (("redact", "pii"), ("keep", "cap")):
        ids = list(PromptFinding.objects.filter(kind=kind).values_list("pk", flat=True))
        findings_decide(actor=read.ada, project=read.project, ids=ids, decision=decision)
        assert list(faults_find()) == []


def test_a_removed_prompt_is_no_fault(read: Cast) -> None:
    ids = list(PromptFinding.objects.values_list("pk", flat=True))
    findings_decide(actor=read.ada, project=read.project, ids=ids, decision="remove")
    assert list(faults_find()) == []


@pytest.mark.parametrize(
    ("spoiled", "words"),
    [
        ({"private": False}, "not private, against findings."),
        ({"private": True}, "is private, against findings."),
        ({"over_cap": False}, "not over the cap."),
        ({"over_cap": True}, "is over the cap."),
    ],
)
def test_marks_against_findings_are_told(read: Cast, spoiled: dict[str, bool], words: str) -> None:
    Prompt.objects.update(**spoiled)
    told = list(faults_find())
    assert told
    assert all(words in fault for fault in told)


def test_an_open_task_of_a_withdrawn_prompt_is_told(cast: Cast) -> None:
    task = demonstration_task(cast.project)
    Prompt.objects.update(state="withdrawn")
    assert list(faults_find()) == [
        f"Task {task.pk} is open, and its prompt {task.prompt_id} is withdrawn."
    ]
    Task.objects.update(state="closed")
    assert list(faults_find()) == []
