"""Dialogue tasks: what they ask for is checked before anything is written."""

import pytest
from django.core.exceptions import ValidationError

from annotation.dialogue.tasks import dialogues_ask
from annotation.models import AuditEvent, Dialogue, Membership, Task
from annotation.prompts.marks import marks_read
from annotation.queue.tasks import overlap_apply, task_create
from tests.annotation.work import SCRIPT, claim, prompt_make

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def ask(cast, **fields):
    return dialogues_ask(actor=cast.ada, project=cast.project, **{"count": 1, **fields})


def test_topics_go_round(cast):
    tasks = ask(cast, count=5, topics=["Gardens", " ", "Stars\r\n"], min_turns=2, max_turns=3)
    assert [task.dialogue.topic for task in tasks] == [
        "Gardens",
        "Stars",
        "Gardens",
        "Stars",
        "Gardens",
    ]
    task = Task.objects.get(pk=tasks[0].pk)
    assert (task.kind, task.state, task.prompt, task.k) == ("dialogue", "open", None, 0)
    event = AuditEvent.objects.get(verb="dialogues_ask")
    assert (event.actor, event.data) == (cast.ada, {"count": 5, "mode": "choose"})


def test_prompts_go_round(cast):
    first, second = prompt_make(cast.project), prompt_make(cast.project)
    assert [task.prompt for task in ask(cast, count=3, prompts=[first, second])] == [
        first,
        second,
        first,
    ]


def test_dialogues_go_to_whom_they_may(cast):
    """Their prompts ask the same as their task did."""
    marked = prompt_make(cast.project, marks=marks_read(language="pt", skills=["law"]))
    said = marks_read(skills=["chess"], sensitive=["violence"])
    free, bound = ask(cast, count=2, marks=said), ask(cast, prompts=[marked], marks=said)
    assert {task.route.marks for task in free} == {said}
    assert bound[0].route.marks == marks_read(
        language="pt", skills=["chess", "law"], sensitive=["violence"]
    )
    Membership.objects.filter(user=cast.lena).update(skills=["chess"], declined=["violence"])
    assert claim(cast.lena, cast.project) is None
    Membership.objects.filter(user=cast.lena).update(declined=[])
    assert claim(cast.lena, cast.project).task in free


def test_dialogues_follow_the_projects_overlap(cast):
    (task,) = ask(cast)
    cast.project.overlap = 3
    overlap_apply(project=cast.project)
    task.refresh_from_db()
    assert task.overlap == 3


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("count", {"count": 0}),
        ("count", {"count": 1_001}),
        ("mode", {"mode": "monologue"}),
        ("answers", {"answers": 1}),
        ("answers", {"answers": 5}),
        ("min_turns", {"min_turns": 0}),
        ("min_turns", {"min_turns": 7}),
        ("max_turns", {"max_turns": 51}),
        ("system", {"system": "a\0"}),
        ("topics", {"topics": ["x" * 2_001]}),
        ("purpose", {"purpose": "gold"}),
        ("script", {"script": {"a": 1}}),
        ("script", {"script": ["text"]}),
        ("script", {"script": [["only one"]]}),
        ("script", {"script": [["twice", "twice "]]}),
        ("script", {"script": [["a", "b", "c"]]}),
        ("script", {"script": [["a", ""]]}),
        ("script", {"script": [["a", 1]]}),
        ("script", {"script": SCRIPT, "answers": 3, "mode": "both_sides"}),
    ],
)
def test_what_is_refused(cast, field, wrong):
    with pytest.raises(ValidationError) as error:
        ask(cast, **wrong)
    assert list(error.value.error_dict) == [field]
    assert not Task.objects.exists()


def test_prompts_are_the_projects_own_and_have_one_system_message(cast):
    with pytest.raises(ValidationError, match="another project"):
        ask(cast, prompts=[prompt_make(cast.other)])


def test_a_task_without_what_it_is_about_cannot_be_made(cast):
    with pytest.raises(ValidationError, match="is to be about"):
        task_create(project=cast.project, kind="dialogue", prompt=prompt_make(cast.project))
    assert not Dialogue.objects.exists()
