"""Simulated people at work: they claim, write and rank through the functions the web calls."""

from collections.abc import Callable
from random import Random
from zlib import crc32

from annotation.feedback.checks import JudgmentInput
from annotation.feedback.demonstrations import demonstration_submit
from annotation.feedback.rankings import ranking_submit
from annotation.models import Assignment, Project, Task, User
from annotation.queue.claims import task_claim
from annotation.queue.leases import shown_slots
from simulation.people import SimulatedLabeler


def labelers_work(
    *,
    project: Project,
    people: list[User],
    seed: int,
    limit: int | None = None,
    on_task: Callable[[Assignment], None] = lambda _: None,
) -> int:
    """Let `people` take tasks in turn until none is left, or `limit` are done. Returns how many."""
    minds = {person.pk: labeler_mind(seed=seed, number=n) for n, person in enumerate(people)}
    resting: set[int] = set()
    done = 0
    while len(resting) < len(people):
        for person in people:
            if limit is not None and done >= limit:
                return done
            if person.pk in resting:
                continue
            assignment = task_claim(labeler=person, project=project)
            if assignment is None:
                resting.add(person.pk)
                continue
            task_do(assignment=assignment, mind=minds[person.pk], seed=seed)
            on_task(assignment)
            done += 1
    return done


def labeler_mind(*, seed: int, number: int) -> SimulatedLabeler:
    """The mind of the `number`-th person of a world: the same in every round."""
    return SimulatedLabeler(seed=seed * 1000 + number)


def task_do(*, assignment: Assignment, mind: SimulatedLabeler, seed: int) -> None:
    """Write or rank what the assignment asks. The randomness hangs on the text, not on ids."""
    task = assignment.task
    messages = task.messages
    rng = Random(crc32(repr((seed, mind.seed, messages)).encode()))
    if task.kind == Task.Kind.DEMONSTRATION:
        text = mind.write_demonstration(messages, rng)
        demonstration_submit(assignment=assignment, text=text, active_seconds=60)
        return
    shown = [slot.completion.text for slot in shown_slots(assignment)]
    # Looked at in one order whatever order is shown, which is drawn anew each time: so that the
    # same seed says the same.
    texts = sorted(shown)
    judged = dict(zip(texts, mind.judge(messages, texts, rng), strict=True))
    judgments = [
        JudgmentInput(judged[text].rank, judged[text].likert, list(judged[text].flags))
        for text in shown
    ]
    ranking_submit(assignment=assignment, judgments=judgments, active_seconds=90)
