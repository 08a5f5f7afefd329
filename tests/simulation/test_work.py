"""Simulated people go through the queue like anybody."""

from random import Random

import pytest
from django.db.models import F

from annotation.feedback.asking import demonstrations_ask
from annotation.models import Assignment, Demonstration, Ranking, Task
from annotation.prompts.prompts import completion_create
from annotation.queue.claims import task_claim
from annotation.queue.leases import shown_slots
from annotation.queue.tasks import task_create
from inference.tiny.corpus import training_prompts
from simulation.judge import judge_score
from simulation.people import SimulatedLabeler
from simulation.work import labelers_work, task_do
from simulation.world import World, prompts_add, world_create

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def world() -> World:
    return world_create(name="World", slug="world", labelers=3, password="a long password")


def test_every_demonstration_asked_for_is_written_and_good(world: World) -> None:
    prompts_add(project=world.project, seed=1, count=12)
    asked = demonstrations_ask(actor=world.admin, project=world.project, count=10)
    assert labelers_work(project=world.project, people=world.labelers, seed=1) == asked
    written = Demonstration.objects.filter(project=world.project)
    assert written.count() == asked
    scores = [judge_score(row.prompt.messages, row.text) for row in written]
    assert sum(scores) / len(scores) > 1.5


def test_rankings_say_of_each_text_what_was_meant(world: World) -> None:
    """The best answer for the labeler is the best in the database, whatever order was shown."""
    prompt = training_prompts(3, 1)[0]
    row = prompts_add(project=world.project, seed=3, count=1)[0]
    good = best_answer(prompt.messages)
    texts = [good, "You fool.", "No.", "bananas bananas bananas bananas"]
    answers = [completion_create(prompt=row, text=text)[0] for text in texts]
    task_create(project=world.project, kind="ranking", prompt=row, completions=answers, overlap=3)
    assert labelers_work(project=world.project, people=world.labelers, seed=3) == 3
    for ranking in Ranking.objects.filter(project=world.project):
        ranks = dict(ranking.judgments.values_list("completion__text", "rank"))
        assert ranks[good] == 1
        assert set(ranks) == set(texts)
    orders = {tuple(s.slot for s in shown_slots(each)) for each in Assignment.objects.all()}
    assert len(orders) > 1


def test_the_same_seed_says_the_same_of_each_text_whatever_order_was_shown(world: World) -> None:
    prompt = prompts_add(project=world.project, seed=3, count=1)[0]
    texts = [f"{best_answer(prompt.messages)} {n}" for n in range(6)]
    answers = [completion_create(prompt=prompt, text=text)[0] for text in texts]
    task = task_create(
        project=world.project, kind="ranking", prompt=prompt, completions=answers, overlap=2
    )
    mind = SimulatedLabeler(1)
    for person, order in ((world.labelers[0], range(6)), (world.labelers[1], range(5, -1, -1))):
        assignment = task_claim(labeler=person, project=world.project)
        assert assignment is not None
        assignment.order = list(order)
        assignment.save(update_fields=["order"])
        task_do(assignment=assignment, mind=mind, seed=3)
    said = [
        dict(ranking.judgments.values_list("completion__text", "rank"))
        for ranking in Ranking.objects.filter(assignment__task=task)
    ]
    assert said[0] == said[1]
    assert len(set(said[0].values())) > 1


def best_answer(messages: list[dict[str, str]]) -> str:
    tries = [SimulatedLabeler(1).write_demonstration(messages, Random(n)) for n in range(10)]
    return max(tries, key=lambda text: judge_score(messages, text))


def test_no_more_is_done_than_the_limit_allows(world: World) -> None:
    prompts_add(project=world.project, seed=4, count=10)
    demonstrations_ask(actor=world.admin, project=world.project, count=10)
    assert labelers_work(project=world.project, people=world.labelers, seed=4, limit=4) == 4
    assert Task.objects.filter(state="done").count() == 4
    assert not Task.objects.filter(submitted_count__gt=F("overlap")).exists()
