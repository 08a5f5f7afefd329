"""What Label Studio's keeper does, inside Label Studio's Django and Python (see keeper.py).

Its models are asked for by name: where the types are checked there is no Label Studio.
"""

import time
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count, F, Q

from benchmarks.web.sessions import session_make
from benchmarks.web.texts import answers, question

# Its template "LLM Ranker", less what only styles it.
CONFIG = """
<View>
  <Text name="prompt" value="$prompt"/>
  <List name="answers" value="$items" title="Answers"/>
  <Ranker name="rank" toName="answers"/>
</View>
"""
CHUNK = 2_000


def model(name: str) -> Any:
    return apps.get_model(name)


User, Organization = model("users.User"), model("organizations.Organization")
Project, Task = model("projects.Project"), model("tasks.Task")


def people_make(labelers: int) -> dict[str, Any]:
    """The tables, the project and its labelers. Returns its name and their sessions."""
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        admin = person_make("admin")
        organization = Organization.create_organization(created_by=admin, title="Bench")
        people = [person_make(f"labeler-{number}") for number in range(labelers)]
        for person in people:
            organization.add_user(person)
        User.objects.update(active_organization=organization)
        project = Project.objects.create(
            title="Bench", label_config=CONFIG, created_by=admin, organization=organization
        )
        sessions = [session_make(person, last_login=time.time()) for person in people]
    return {"project": str(project.pk), "sessions": sessions}


def person_make(name: str) -> Any:
    return User.objects.create_user(email=f"{name}@example.org", username=name)


def tasks_top_up(tasks: int) -> int:
    """See to it that `tasks` tasks wait. Returns how many were added."""
    project = Project.objects.get()
    missing: int = tasks - Task.objects.filter(is_labeled=False).count()
    first = Task.objects.count()
    for start in range(first, first + missing, CHUNK):
        numbers = range(start, min(start + CHUNK, first + missing))
        Task.objects.bulk_create([task_of(project, number) for number in numbers])
    if missing > CHUNK:
        project.summary.update_data_columns(Task.objects.filter(pk__lte=10))
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return max(0, missing)


def task_of(project: Any, number: int) -> Any:
    items = [
        {"id": f"answer-{slot}", "title": f"Answer {slot}", "body": text}
        for slot, text in enumerate(answers(number))
    ]
    data = {"prompt": question(number), "items": items}
    return Task(project=project, data=data, inner_id=number + 1, overlap=1)


def duplicates_count() -> int:
    """Tasks that more people hold or have handed in than were to."""
    touched = Task.objects.filter(Q(locks__isnull=False) | Q(annotations__isnull=False))
    held = Count("locks", distinct=True) + Count("annotations", distinct=True)
    tasks = Task.objects.filter(pk__in=touched.values("pk")).annotate(held=held)
    return int(tasks.filter(held__gt=F("overlap")).count())


DUTIES = {"people": people_make, "top_up": tasks_top_up, "duplicates": duplicates_count}
