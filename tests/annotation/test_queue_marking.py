"""A prompt that is marked anew takes its tasks with it."""

import pytest

from annotation.feedback.demonstrations import demonstration_submit
from annotation.integrity import faults_find
from annotation.models import Assignment, AuditEvent, Membership
from annotation.prompts.marks import Marks
from annotation.queue.marking import prompt_mark
from annotation.queue.tasks import task_create
from tests.annotation.work import claim, claimed, demonstration_task

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def test_who_declines_what_a_prompt_is_marked_as_is_given_it_no_more(cast):
    task = demonstration_task(cast.project)
    assert task.prompt is not None
    Membership.objects.filter(user=cast.lena).update(declined=["hate"])
    prompt = prompt_mark(actor=cast.ada, prompt=task.prompt, marks=Marks(sensitive=("hate",)))
    assert (prompt.language, prompt.skills, prompt.sensitive) == ("", [], ["hate"])
    assert claim(cast.lena, cast.project) is None
    assert claimed(cast.luis, cast.project).task.sensitive == ["Denigrates a group"]
    assert AuditEvent.objects.get(verb="prompt_mark").data["sensitive"] == "hate"
    assert list(faults_find()) == []


def test_a_task_with_marks_of_its_own_keeps_them(cast):
    task = demonstration_task(cast.project)
    assert task.prompt is not None
    own = task_create(
        project=cast.project, kind="demonstration", prompt=task.prompt, marks=Marks("de")
    )
    prompt_mark(actor=None, prompt=task.prompt, marks=Marks("pt"))
    task.refresh_from_db()
    own.refresh_from_db()
    assert (task.route.language, own.route.language) == ("pt", "de")


def test_who_is_at_work_may_finish(cast):
    task = demonstration_task(cast.project)
    assert task.prompt is not None
    lease = claimed(cast.lena, cast.project)
    prompt_mark(actor=None, prompt=task.prompt, marks=Marks("pt"))
    assert claim(cast.lena, cast.project) is None
    assert claim(cast.luis, cast.project) is None
    demonstration_submit(assignment=lease, text="Written before it was marked.")
    lease.refresh_from_db()
    assert (lease.state, lease.extra) == (Assignment.State.SUBMITTED, False)
