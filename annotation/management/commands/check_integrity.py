"""Compare what the queue counts with what the rows hold."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotation.integrity import faults_find


class Command(BaseCommand):
    help = "Compare counters and rows; print each fault, and exit with 1 if there is one."

    def handle(self, *args: Any, **options: Any) -> None:
        number = 0
        for number, fault in enumerate(faults_find(), start=1):  # noqa: B007  told below
            self.stdout.write(fault)
        if number:
            raise CommandError("1 fault." if number == 1 else f"{number:,} faults.")
        self.stdout.write("No faults.")
