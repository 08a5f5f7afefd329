"""`make demo`: set everything up, say how to sign in, and become the process manager."""

import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from plumbline.demo import ACCOUNTS, PASSWORD, demo_seed
from plumbline.demo_dialogues import demo_dialogues_seed
from plumbline.ports import port_refusal

HOST = "127.0.0.1"


class Command(BaseCommand):
    help = "Set up the demo and start web, workers and beat together."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-start", action="store_true", help="only set up")

    def handle(self, *args: Any, port: int, no_start: bool, **options: Any) -> None:
        refusal = port_refusal(HOST, port)
        if refusal and not no_start:
            raise CommandError(refusal)
        call_command("migrate", verbosity=0)
        if settings.BASE_MODEL == "models/base":  # any other base is there, or comes by its name
            call_command("build_base_model")
        if demo_seed():
            self.stdout.write("Made the demo project with its people, prompts and first answers.")
        if demo_dialogues_seed():
            self.stdout.write("Made a project of dialogues beside it.")
        self.say_how_to_sign_in(port)
        if not no_start:
            self.start(port)

    def say_how_to_sign_in(self, port: int) -> None:
        rows = [f"  {role:<11} {name:<6} {PASSWORD}" for role, name in ACCOUNTS.items()]
        self.stdout.write(
            "\n".join([f"\nPlumbline is at http://{HOST}:{port}", *rows, "Ctrl-C ends it.\n"])
        )
        self.stdout.flush()

    def start(self, port: int) -> None:
        """Replace this process by honcho, so that Ctrl-C reaches it and it ends its children."""
        honcho = Path(sys.executable).with_name("honcho")
        os.chdir(settings.BASE_DIR)
        # The Procfile's programs are those beside this Python, whether or not it was activated.
        path = os.pathsep.join([str(honcho.parent), os.environ.get("PATH", os.defpath)])
        command = [str(honcho), "start", "--port", str(port)]
        # On models as small as the built-in one a second thread costs more than it brings.
        environment = {"OMP_NUM_THREADS": "1", **os.environ, "PATH": path}
        os.execve(honcho, command, environment)  # noqa: S606
