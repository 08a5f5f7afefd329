"""The trial's own Plumbline: a fresh database with labelers who are signed in and tasks to rank.

Django has to be set up before this module is imported.
"""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from annotation.models import Assignment, Membership, MembershipRole, Project, Task, User


def site_make(
    lines: list[dict[str, Any]], *, folder: Path, labelers: int, overlap: int
) -> dict[str, str]:
    """Import the lines as a file is. Returns each labeler's session cookie, by name."""
    call_command("migrate", verbosity=0)
    project = Project.objects.create(
        name="Trial", slug="trial", overlap=overlap, instructions="Prefer what is *true*."
    )
    path = folder / "tasks.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    call_command("import_file", "trial", path)
    return dict(labeler_make(project, f"labeler-{n:02}") for n in range(labelers))


def labeler_make(project: Project, name: str) -> tuple[str, str]:
    user = User.objects.create_user(username=name, password=None)
    membership = Membership.objects.create(project=project, user=user)
    MembershipRole.objects.create(membership=membership, role=MembershipRole.Role.LABELER)
    client = Client()
    client.force_login(user)
    return name, client.cookies["sessionid"].value


def tasks_count() -> int:
    return Task.objects.filter(kind=Task.Kind.RANKING).count()


def lease_end(public_id: str) -> None:
    """Let a lease have run out, as if its labeler had been away."""
    then = timezone.now() - timedelta(hours=2)
    Assignment.objects.filter(public_id=public_id).update(heartbeat_at=then, expires_at=then)
    connection.close()  # a thread's own
