"""Let simulated labelers work in a project whose prompts are of the built-in corpus' kinds."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotation.models import Membership, Project, User
from simulation.work import labelers_work


class Command(BaseCommand):
    help = "Let the project's labelers be simulated until the queue is empty or --limit is reached."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", help="the project's short name, as in its address")
        parser.add_argument("--limit", type=int, default=None, help="tasks at most")
        parser.add_argument("--seed", type=int, default=0)

    def handle(
        self, *args: Any, project: str, limit: int | None, seed: int, **options: Any
    ) -> None:
        found = Project.objects.filter(slug=project).first()
        if found is None:
            known = ", ".join(Project.objects.values_list("slug", flat=True)) or "none"
            raise CommandError(f"There is no project {project!r}. There are: {known}.")
        people = User.objects.filter(
            memberships__project=found,
            memberships__state=Membership.State.ACTIVE,
            memberships__roles__role="labeler",
        )
        done = labelers_work(project=found, people=list(people), seed=seed, limit=limit)
        self.stdout.write(f"{done} tasks done by {people.count()} simulated labelers.")
