"""`make loop`: whole rounds headless, with simulated labelers."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console

from simulation.loop import LoopStuckError, loop_run
from training.recipes import RECIPES, recipe_load


class Command(BaseCommand):
    help = "Run whole rounds headless: simulated labelers, real queue, learners and engines."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rounds", type=int, default=1)
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--k", type=int, default=6, help="answers to rank, 4 to 9")
        parser.add_argument("--out", type=Path, default=Path("var/loop"))

    def handle(self, *args: Any, rounds: int, seed: int, k: int, out: Path, **options: Any) -> None:
        if rounds < 1:
            raise CommandError(f"ROUNDS={rounds}: ask for at least one round.")
        if not 4 <= k <= 9:
            raise CommandError(f"K={k}: people rank 4 to 9 answers at a time.")
        recipe = recipe_load({**RECIPES["laptop"].model_dump(), "k": k})
        call_command("migrate", verbosity=0)
        try:
            loop_run(rounds=rounds, seed=seed, recipe=recipe, out=out.resolve(), console=Console())
        except LoopStuckError as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"Report: {out / 'report.json'}")
