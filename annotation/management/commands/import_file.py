"""Import a file into a project from the command line, in this process, with progress."""

import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from annotation.exchange.imports import batch_run, batch_start, batch_upload
from annotation.exchange.reports import COUNTED, report_told
from annotation.people.models import Project
from annotation.prompts.models import ImportBatch

SHOWN = 10


class Command(BaseCommand):
    help = "Import prompts, completions, demonstrations or preferences (JSONL, CSV, Parquet)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="The project's slug.")
        parser.add_argument("path", type=Path)
        parser.add_argument("--kind", default="auto", choices=ImportBatch.Kind.values)
        parser.add_argument(
            "--good-lines-only", action="store_true", help="Import what is good, report the rest."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        project = Project.objects.filter(slug=options["project"]).first()
        if project is None:
            raise CommandError(f"There is no project {options['project']}.")
        try:
            with options["path"].open("rb") as file:
                batch = batch_upload(
                    actor=None,
                    project=project,
                    file=File(file),
                    filename=options["path"].name,
                    kind=options["kind"],
                )
        except (OSError, ValidationError) as error:
            reason = error.messages[0] if isinstance(error, ValidationError) else str(error)
            raise CommandError(reason) from error
        batch_start(actor=None, batch=batch, good_lines_only=options["good_lines_only"], call=False)
        console = Console(file=self.stdout)  # type: ignore[arg-type]
        run_with_progress(batch, console)
        batch.refresh_from_db()
        report_print(batch, console)
        if batch.state != ImportBatch.State.VISIBLE:
            raise CommandError(f"The import has {batch.state}: nothing was imported.")


def run_with_progress(batch: ImportBatch, console: Console) -> None:
    """Run the batch (or wait for the worker that has it) while a bar follows its row."""
    ended = threading.Event()
    watcher = threading.Thread(target=progress_show, args=(batch.pk, console, ended), daemon=True)
    watcher.start()
    try:
        batch_run(batch_id=batch.pk)
        wait_until_ended(batch.pk, ended)
    finally:
        ended.set()
        watcher.join()


def wait_until_ended(batch_id: int, ended: threading.Event) -> None:
    while ImportBatch.objects.filter(pk=batch_id, finished_at=None).exists():
        ended.wait(0.5)
        batch_run(batch_id=batch_id)


def progress_show(batch_id: int, console: Console, ended: threading.Event) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    try:
        with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
            bar = progress.add_task("checking lines", total=None)
            while True:
                last = ended.wait(0.2)
                batch = ImportBatch.objects.filter(pk=batch_id).first()
                if batch is None:
                    return
                if batch.lines_total is None:
                    progress.update(bar, completed=batch.report.get("checked", 0))
                else:
                    progress.update(
                        bar,
                        description="importing lines",
                        total=batch.lines_total,
                        completed=batch.lines_done,
                    )
                if last:
                    return
    finally:
        connection.close()


def report_print(batch: ImportBatch, console: Console) -> None:
    console.print(f"{batch.filename}: {batch.get_state_display()}", highlight=False, markup=False)
    table = Table()
    table.add_column("what")
    table.add_column("new", justify="right")
    for name in ("lines", *COUNTED, "duplicates"):
        table.add_row(name, f"{batch.report.get(name, 0):,}")
    console.print(table)
    report = report_told(batch.report)
    for name, title in (("errors", "bad lines"), ("skipped", "left out")):
        entries = report.get(name, [])
        total = report.get(f"{name}_total", 0)
        if entries:
            console.print(f"{total:,} {title}:", highlight=False)
        for entry in entries[:SHOWN]:
            where = f"line {entry['line']}" if entry["line"] else "file"
            console.print(f"  {where}: {entry['reason']}", highlight=False, markup=False)
        if total > SHOWN:
            console.print(f"  ... and {total - SHOWN:,} more", highlight=False)
