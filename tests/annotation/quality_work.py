"""A project whose labelers ranked, through the same doors as people do."""

from collections.abc import Sequence

import numpy as np

from annotation.feedback.checks import JudgmentInput
from annotation.feedback.rankings import ranking_submit
from annotation.models import Assignment, Project, User
from annotation.prompts.prompts import completion_create, prompt_create
from annotation.quality.asking import report_ask
from annotation.quality.computing import report_compute
from annotation.quality.models import QualityReport
from annotation.queue.claims import task_claim
from annotation.queue.leases import shown_completion_ids
from annotation.queue.tasks import task_create
from tests.annotation.crowd import Person
from tests.cast import member, user

Line = tuple[str, Sequence[str], str]
"""A prompt, its answers, and the prompt's use case."""


def lines_made(count: int, rng: np.random.Generator, k: int = 6) -> list[Line]:
    """Prompts with answers of many lengths."""
    cases = ("generation", "chat", "rewrite")
    return [
        (
            f"Tell me about the number {number}.",
            [
                f"Answer {index}: " + "so it is. " * int(rng.lognormal(2.5, 0.8))
                for index in range(k)
            ],
            cases[number % 3],
        )
        for number in range(count)
    ]


def crowd_enrol(project: Project, people: Sequence[Person]) -> list[User]:
    users = [user(f"Person{index}") for index in range(len(people))]
    for each in users:
        member(project, each, "labeler")
    return users


def crowd_work(
    project: Project, people: Sequence[Person], users: Sequence[User], lines: Sequence[Line]
) -> None:
    """Each line is a task, given out by the queue to its overlap of people, who rank what they are
    shown by an opinion of their own of the answers' worth, and flag what is worst."""
    rng = np.random.default_rng(7)
    worth: dict[int, float] = {}
    for text, answers, use_case in lines:
        prompt, _ = prompt_create(
            project=project, messages=[{"role": "user", "content": text}], use_case=use_case
        )
        completions = [completion_create(prompt=prompt, text=answer)[0] for answer in answers]
        worth |= {each.pk: rng.normal() for each in completions}
        task_create(project=project, kind="ranking", prompt=prompt, completions=completions)
    lengths = {
        each.pk: len(each.text)
        for prompt in project.prompts.all()
        for each in prompt.completions.all()
    }
    at_work = list(range(len(people)))
    while at_work:
        who = int(rng.choice(at_work))
        lease = task_claim(labeler=users[who], project=project)
        if lease is None:
            at_work.remove(who)
            continue
        _hand_in(lease, people[who], worth, lengths, rng)


def _hand_in(
    lease: Assignment,
    person: Person,
    worth: dict[int, float],
    lengths: dict[int, int],
    rng: np.random.Generator,
) -> None:
    shown = shown_completion_ids(lease)
    # In an order that the draw of the order shown does not change: a test says the same each time.
    ids = sorted(shown)
    values = np.array([worth[each] for each in ids])
    sizes = np.array([float(lengths[each]) for each in ids])
    places = np.array([shown.index(each) for each in ids])
    ranks = person.rank(values, sizes, places, rng)
    ratings = np.clip(np.round(4 + 1.3 * values + rng.normal(0, 0.7, len(ids))), 1, 7)
    flagged = (values < -1.0) & (rng.random(len(ids)) < 0.8)
    flag = lease.task.project.rubric["flags"][0]["key"]
    said = {
        each: JudgmentInput(int(rank), likert=int(rating), flags=[flag] if bad else [])
        for each, rank, rating, bad in zip(ids, ranks, ratings, flagged, strict=True)
    }
    judgments = [said[each] for each in shown]
    seconds = int(sizes.sum() / 25 * person.quick * rng.lognormal(0, 0.3)) + 5
    ranking_submit(assignment=lease, judgments=judgments)
    # The server believes in no more time than has passed.
    Assignment.objects.filter(pk=lease.pk).update(active_seconds=seconds)


def report_made(project: Project) -> QualityReport:
    """Asked for and computed, as a worker does."""
    report_ask(project=project)
    report_compute(project_id=project.pk)
    report = QualityReport.objects.get(project=project)
    assert report.state == QualityReport.State.IDLE, report.error
    return report
