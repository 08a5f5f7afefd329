"""What the whole site holds, for its admin."""

import shutil
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Model, QuerySet

from annotation.models import Demonstration, Membership, Project, Prompt, Ranking, Task, User


@dataclass(frozen=True)
class ProjectSize:
    project: Project
    members: int
    prompts: int
    tasks: int
    demonstrations: int
    rankings: int


@dataclass(frozen=True)
class SiteSize:
    """`database` and `free` in bytes; `free` is None where files are kept elsewhere."""

    people: int
    suspended: int
    projects: int
    database: int
    free: int | None


def counted(rows: "QuerySet[Any, Any]") -> dict[int, int]:
    by_project = rows.values_list("project").annotate(n=Count("pk"))
    return dict(by_project.order_by())


def project_sizes() -> list[ProjectSize]:
    """Of every project, by name. Everything stored counts, visible or not."""
    models: dict[str, type[Model]] = {
        "members": Membership,
        "prompts": Prompt,
        "tasks": Task,
        "demonstrations": Demonstration,
        "rankings": Ranking,
    }
    counts = {name: counted(model._default_manager.all()) for name, model in models.items()}
    return [
        ProjectSize(project, **{name: found.get(project.pk, 0) for name, found in counts.items()})
        for project in Project.objects.order_by("name")
    ]


def site_size() -> SiteSize:
    local = settings.STORAGE_BACKEND == settings.LOCAL_STORAGE
    return SiteSize(
        people=User.objects.count(),
        suspended=User.objects.filter(is_active=False).count(),
        projects=Project.objects.count(),
        database=database_bytes(),
        free=shutil.disk_usage(settings.VAR_DIR).free if local else None,
    )


def database_bytes() -> int:
    asks = {
        "postgresql": "SELECT pg_database_size(current_database())",
        "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    }
    with connection.cursor() as cursor:
        cursor.execute(asks[connection.vendor])
        return int(cursor.fetchone()[0])
