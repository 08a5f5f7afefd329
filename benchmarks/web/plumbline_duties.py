"""What Plumbline's keeper does, inside Plumbline's Django (see keeper.py)."""

from typing import Any

from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count, F, Q

from annotation.integrity import faults_find
from annotation.models import (
    Assignment,
    Completion,
    Project,
    Prompt,
    Task,
    TaskCompletion,
    User,
)
from annotation.people.projects import member_add, project_create
from annotation.prompts.prompts import content_hash, text_hash
from annotation.queue.routes import Routes
from benchmarks.web.sessions import session_make
from benchmarks.web.texts import answers, question

SLUG = "bench"
CHUNK = 2_000
INSTRUCTIONS = "Rank the answers from best to worst. **Truth** comes first, then help, then style."


def people_make(labelers: int) -> dict[str, Any]:
    """The tables, the project and its labelers. Returns its name and their sessions."""
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        admin = User.objects.create(username="admin")
        project = project_create(actor=admin, name="Bench", slug=SLUG, instructions=INSTRUCTIONS)
        people = [User(username=f"labeler-{number}") for number in range(labelers)]
        for person in people:
            person.set_unusable_password()
            person.save()
            member_add(actor=admin, project=project, user=person, roles=["labeler"])
        return {"project": SLUG, "sessions": [session_make(person) for person in people]}


def tasks_top_up(tasks: int) -> int:
    """See to it that `tasks` tasks wait. Returns how many were added."""
    project = Project.objects.get(slug=SLUG)
    missing = tasks - Task.objects.filter(project=project, state=Task.State.OPEN).count()
    first = Task.objects.count()
    for start in range(first, first + missing, CHUNK):
        tasks_write(project, range(start, min(start + CHUNK, first + missing)))
    if connection.vendor == "postgresql" and missing > CHUNK:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return max(0, missing)


@transaction.atomic
def tasks_write(project: Project, numbers: range) -> None:
    """A ranking task for each number, all rows of a table at once, as an import writes them."""
    prompts = Prompt.objects.bulk_create(
        Prompt(project=project, messages=messages, content_hash=content_hash(messages))
        for messages in ([{"role": "user", "content": question(number)}] for number in numbers)
    )
    texts = [answers(number) for number in numbers]
    completions = Completion.objects.bulk_create(
        Completion(project=project, prompt=prompt, text=text, text_hash=text_hash(text))
        for prompt, some in zip(prompts, texts, strict=True)
        for text in some
    )
    routes = Routes(project)
    written = Task.objects.bulk_create(
        Task(
            project=project,
            kind=Task.Kind.RANKING,
            route=routes.of(prompt, kind=Task.Kind.RANKING),
            prompt=prompt,
            k=len(some),
        )
        for prompt, some in zip(prompts, texts, strict=True)
    )
    places = ((task, slot) for task in written for slot in range(task.k))
    TaskCompletion.objects.bulk_create(
        TaskCompletion(task=task, completion=completion, slot=slot)
        for (task, slot), completion in zip(places, completions, strict=True)
    )


def duplicates_count() -> int:
    """Tasks that more people hold or have handed in than were to."""
    held = Q(assignments__state__in=[Assignment.State.LEASED, Assignment.State.SUBMITTED])
    touched = Task.objects.filter(pk__in=Assignment.objects.values("task"))
    tasks = touched.annotate(held=Count("assignments", filter=held))
    return tasks.filter(held__gt=F("overlap")).count()


def faults_list() -> list[str]:
    """As `manage.py check_integrity` says them."""
    return list(faults_find())


DUTIES = {
    "people": people_make,
    "top_up": tasks_top_up,
    "duplicates": duplicates_count,
    "faults": faults_list,
}
