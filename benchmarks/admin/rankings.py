"""A project in which labelers have ranked for months; and the pages over what they said."""

import random
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from annotation.discussion.models import Message
from annotation.models import (
    Assignment,
    Completion,
    Judgment,
    Membership,
    MembershipRole,
    Project,
    Prompt,
    Ranking,
    ReviewItem,
    Task,
    TaskCompletion,
    User,
)
from annotation.pool.models import INSTRUCTGPT_MIX
from annotation.prompts.prompts import content_hash, text_hash
from annotation.quality.asking import report_ask
from annotation.quality.computing import report_compute
from annotation.queue.routes import Routes
from annotation.review.watching import reviews_watch

LIMIT = 500
HERE = "/p/ranked/"
K, OVERLAP, LABELERS, DAYS = 4, 3, 40, 56
CHUNK = 2_000
FLAG = "hallucination"


def fill(count: int, admin: User) -> dict[str, float]:
    """Write `count` rankings by 40 labelers who agree more or less, and what workers make of
    them. Returns how many seconds the workers took."""
    draw = random.Random(2)
    project = Project.objects.create(name="Ranked", slug="ranked", overlap=OVERLAP)
    people = [User.objects.create(username=f"bench-{number}") for number in range(LABELERS)]
    for person in (admin, *people):
        member = Membership.objects.create(project=project, user=person)
        for role in ("admin", "labeler") if person is admin else ("labeler",):
            MembershipRole.objects.create(membership=member, role=role)
    tasks = -(-count // OVERLAP)
    for start in range(0, tasks, CHUNK):
        work_write(project, people, draw, range(start, min(start + CHUNK, tasks)))
    Message.objects.bulk_create(
        Message(project=project, author=draw.choice(people), text=f"Said {number}.")
        for number in range(count // 100)
    )
    if connection.vendor == "postgresql":  # as its autovacuum does; SQLite has nothing like it
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return {"report_seconds": report_seconds(project), "review_seconds": review_seconds(project)}


def report_seconds(project: Project) -> float:
    report_ask(project=project)
    began = time.process_time()
    report_compute(project_id=project.pk)
    return round(time.process_time() - began, 1)


def review_seconds(project: Project) -> float:
    began = time.process_time()
    reviews_watch(project_id=project.pk)
    return round(time.process_time() - began, 1)


@transaction.atomic
def work_write(
    project: Project, people: Sequence[User], draw: random.Random, numbers: range
) -> None:
    """Tasks that are done, each ranked by OVERLAP labelers: all rows of a table at once."""
    cases, shares = list(INSTRUCTGPT_MIX), list(INSTRUCTGPT_MIX.values())
    prompts = Prompt.objects.bulk_create(
        Prompt(
            project=project,
            messages=messages,
            content_hash=content_hash(messages),
            use_case=draw.choices(cases, shares)[0],
            scanned="bench",
        )
        for messages in ([{"role": "user", "content": f"Ask {number}?"}] for number in numbers)
    )
    completions = Completion.objects.bulk_create(
        Completion(project=project, prompt=each, text=text, text_hash=text_hash(text))
        for each in prompts
        for text in (f"Answer {slot}. {'So. ' * draw.randint(1, 80)}" for slot in range(K))
    )
    routes = Routes(project)
    tasks = Task.objects.bulk_create(
        Task(
            project=project,
            kind=Task.Kind.RANKING,
            route=routes.of(each, kind=Task.Kind.RANKING),
            prompt=each,
            k=K,
            overlap=OVERLAP,
            submitted_count=OVERLAP,
            state=Task.State.DONE,
        )
        for each in prompts
    )
    places = [(task, slot) for task in tasks for slot in range(K)]
    TaskCompletion.objects.bulk_create(
        TaskCompletion(task=task, slot=slot, completion=completion)
        for (task, slot), completion in zip(places, completions, strict=True)
    )
    rankings_write(project, people, draw, tasks, completions)


def rankings_write(
    project: Project,
    people: Sequence[User],
    draw: random.Random,
    tasks: Sequence[Task],
    completions: Sequence[Completion],
) -> None:
    now = timezone.now()
    held = Assignment.objects.bulk_create(
        Assignment(
            task=task,
            labeler=person,
            state=Assignment.State.SUBMITTED,
            **dict.fromkeys(("leased_at", "expires_at", "heartbeat_at", "ended_at"), at),
            order=draw.sample(range(K), K),
            active_seconds=int(draw.lognormvariate(4.5, 0.6)),
        )
        for task in tasks
        for person in draw.sample(people, OVERLAP)
        for at in (now - timedelta(days=DAYS * draw.random()),)
    )
    rankings = Ranking.objects.bulk_create(
        Ranking(
            project=project,
            prompt=each.task.prompt,
            task=each.task,
            assignment=each,
            labeler=each.labeler,
            trains=True,
            outcome=Ranking.Outcome.RANKED,
        )
        for each in held
    )
    Judgment.objects.bulk_create(
        (
            Judgment(
                ranking=ranking,
                completion=completions[K * (number // OVERLAP) + slot],
                rank=rank,
                likert=8 - rank,
                flags=[FLAG] if draw.random() < 0.02 else [],
            )
            for number, ranking in enumerate(rankings)
            for slot, rank in enumerate(ranks_drawn(draw))
        ),
        batch_size=5_000,
    )


def ranks_drawn(draw: random.Random) -> list[int]:
    """The first answer tends to be the best; people differ."""
    worth = [slot + draw.gauss(0, 1.5) for slot in range(K)]
    return [1 + sum(other < mine for other in worth) for mine in worth]


def addresses() -> Iterator[tuple[str, str, int]]:
    """(name, address, milliseconds it may take)."""
    item = ReviewItem.objects.filter(project__slug="ranked").order_by("-priority").first()
    person = User.objects.get(username="bench-3")
    for name, path in (
        ("quality", "quality/"),
        ("thresholds", "quality/settings/"),
        ("gold", "quality/gold/"),
        ("review", "quality/review/"),
        ("review, disagreements", "quality/review/?reason=disagree"),
        ("review, of a labeler", f"quality/review/?labeler={person.pk}"),
        *([("review, a task", f"quality/review/{item.task_id}/")] if item else []),
        ("overview", ""),
        ("progress", "progress/"),
        ("own figures", "work/figures/"),
        ("channel", "channel/"),
    ):
        yield name, HERE + path, LIMIT
