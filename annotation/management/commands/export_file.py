"""Export a project's feedback as JSON lines from the command line, with progress."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from annotation.exchange.exports import FORMS, export_lines
from annotation.people.models import Project


class Command(BaseCommand):
    help = "Export demonstrations or rankings as JSON lines."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="The project's slug.")
        parser.add_argument("form", choices=sorted(FORMS))
        parser.add_argument("path", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        project = Project.objects.filter(slug=options["project"]).first()
        if project is None:
            raise CommandError(f"There is no project {options['project']}.")
        path: Path = options["path"]
        partial = path.with_name(path.name + ".tmp")
        columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn())
        console = Console(file=self.stdout)  # type: ignore[arg-type]
        with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
            bar = progress.add_task("lines", total=None)
            with partial.open("wb") as file:
                for line in export_lines(project=project, form=options["form"]):
                    file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
                    progress.advance(bar)
        partial.replace(path)
