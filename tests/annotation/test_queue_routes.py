"""Routes: whom a task may go to, and which goes out first."""

import random

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from annotation.feedback.rankings import ranking_submit
from annotation.integrity import faults_find
from annotation.models import Membership, Project, Route, Task
from annotation.people.projects import project_update
from annotation.prompts.marks import Marks
from annotation.queue.models import EVERYBODY
from annotation.queue.routes import Routes
from annotation.queue.standing import standing_get
from tests.annotation.work import (
    claim,
    claimed,
    counts,
    demonstration_task,
    ranked,
    ranking_task,
)

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def member_set(person, **fields):
    Membership.objects.filter(user=person).update(**fields)


def queue_set(cast, **changes):
    project_update(actor=cast.ada, project=cast.project, **changes)
    cast.project.refresh_from_db()


def marked(project, **marks):
    return demonstration_task(project, marks=Marks(**marks))


def test_tasks_that_ask_the_same_share_a_route(cast):
    first, second = ranking_task(cast.project), ranking_task(cast.project)
    other = ranking_task(cast.project, purpose="evaluation")
    assert first.route == second.route != other.route
    assert Route.objects.count() == 2
    routes = Routes(cast.project)
    again = routes.get(kind="ranking", purpose="train", marks=Marks())
    assert again == first.route
    assert again is routes.get(kind="ranking", purpose="train", marks=Marks())


@pytest.mark.parametrize(
    ("marks", "fields", "given"),
    [
        ({}, {}, True),
        ({"language": "de"}, {}, False),
        ({"language": "de"}, {"languages": ["en"]}, False),
        ({"language": "de"}, {"languages": ["en", "de"]}, True),
        ({"skills": ("law", "tax")}, {"skills": ["law"]}, False),
        ({"skills": ("law", "tax")}, {"skills": ["tax", "law", "sql"]}, True),
        ({"sensitive": ("hate",)}, {}, True),
        ({"sensitive": ("hate", "sexual")}, {"declined": ["sexual"]}, False),
        ({"sensitive": ("hate",)}, {"declined": ["sexual"]}, True),
    ],
)
def test_a_task_goes_to_whom_its_marks_admit(cast, marks, fields, given):
    marked(cast.project, **marks)
    member_set(cast.lena, **fields)
    assert standing_get(labeler=cast.lena, project=cast.project).waiting == given
    assert (claim(cast.lena, cast.project) is not None) == given
    assert claim(cast.sita, cast.project) is not None or given  # a site admin is given all


def test_who_may_not_have_the_first_gets_the_next(cast):
    marked(cast.project, language="de")
    plain = demonstration_task(cast.project)
    assert claim(cast.lena, cast.project).task == plain


def test_tasks_of_several_routes_keep_their_order(cast):
    member_set(cast.lena, languages=["de"])
    cast.project.max_open_leases = 9
    made = [
        demonstration_task(cast.project),
        marked(cast.project, language="de"),
        ranking_task(cast.project),
        demonstration_task(cast.project),
        marked(cast.project, language="de"),
    ]
    Task.objects.filter(pk=made[4].pk).update(priority=3)
    Task.objects.filter(pk=made[2].pk).update(priority=-1)
    expected = [made[4], made[0], made[1], made[3], made[2]]
    assert drained(cast, cast.lena) == expected


def drained(cast, person):
    """All tasks that a person is given, one after another."""
    given = []
    lease = claim(person, cast.project)
    while lease:
        given.append(lease.task)
        type(lease).objects.filter(pk=lease.pk).update(state="submitted", extra=True)
        Task.objects.filter(pk=lease.task_id).update(leased_count=lease.task.leased_count - 1)
        lease = claim(person, cast.project)
    return given


def test_breadth_first_gives_every_task_its_first_label_first(cast):
    queue_set(cast, overlap=2, queue_order="breadth")
    tasks = [demonstration_task(cast.project) for _ in range(2)]
    order = [claim(person, cast.project).task for person in (cast.lena, cast.luis, cast.sita)]
    assert order == [tasks[0], tasks[1], tasks[0]]


def test_breadth_first_compares_the_routes_too(cast):
    queue_set(cast, overlap=2, queue_order="breadth")
    tasks = [demonstration_task(cast.project), ranking_task(cast.project)]
    assert [claim(one, cast.project).task for one in (cast.lena, cast.luis)] == tasks


def test_depth_first_finishes_a_task_first(cast):
    queue_set(cast, overlap=2)
    tasks = [demonstration_task(cast.project) for _ in range(2)]
    order = [claim(person, cast.project).task for person in (cast.lena, cast.luis, cast.sita)]
    assert order == [tasks[0], tasks[0], tasks[1]]


def test_the_held_out_are_given_evaluation_only(cast):
    demonstration_task(cast.project)
    ranking_task(cast.project)
    assert claim(cast.hana, cast.project) is None
    assert standing_get(labeler=cast.hana, project=cast.project).waiting == 0
    task = ranking_task(cast.project, 2, purpose="evaluation")
    assert claim(cast.hana, cast.project).task == task


def test_gold_goes_first_to_everybody_once(cast):
    ranking_task(cast.project, priority=9)
    gold = ranking_task(cast.project, purpose="gold")
    assert gold.overlap == EVERYBODY
    for person in (cast.lena, cast.luis, cast.hana):
        lease = claimed(person, cast.project)
        assert lease.task == gold
        said = ranking_submit(assignment=lease, judgments=ranked([1, 2, 3, 4]))
        assert said.trains is False
        following = claim(person, cast.project)
        assert following is None or following.task != gold
    assert counts(gold) == (3, 0, "open")
    assert list(faults_find()) == []


def test_gold_comes_as_often_as_the_project_says(cast, monkeypatch):
    gold, plain = ranking_task(cast.project, purpose="gold"), demonstration_task(cast.project)
    queue_set(cast, gold_every=4)
    monkeypatch.setattr(random, "randrange", {4: 1}.__getitem__)
    assert claim(cast.lena, cast.project).task == plain
    monkeypatch.setattr(random, "randrange", {4: 0}.__getitem__)
    assert claim(cast.luis, cast.project).task == gold


def test_without_gold_none_is_given(cast):
    ranking_task(cast.project, purpose="gold")
    queue_set(cast, gold_every=0)
    assert standing_get(labeler=cast.lena, project=cast.project).waiting == 0
    assert claim(cast.lena, cast.project) is None


def test_gold_takes_no_overlap(cast):
    with pytest.raises(ValidationError, match="everybody"):
        ranking_task(cast.project, purpose="gold", overlap=2)
    gold = ranking_task(cast.project, purpose="gold")
    queue_set(cast, overlap=4)
    gold.refresh_from_db()
    assert gold.overlap == EVERYBODY
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=gold.pk).update(overlap=2)


def test_what_a_task_is_marked_as_is_told_in_the_projects_words(cast):
    task = marked(cast.project, sensitive=("hate", "unheard_of"))
    assert claimed(cast.lena, cast.project).task.sensitive == ["Denigrates a group", "unheard_of"]
    assert Project.objects.get(pk=task.project_id).sensitive[0]["key"] == "sexual"


def test_a_task_is_marked_as_its_prompt(cast):
    task = marked(cast.project, language="de", skills=("law",))
    task.prompt.language, task.prompt.skills = "pt", ["tax"]
    task.prompt.save()
    route = Routes(cast.project).of(task.prompt, kind="ranking")
    assert (route.language, route.skills, route.sensitive) == ("pt", "tax", "")
