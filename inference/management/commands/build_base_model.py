"""Build the small base model that a fresh checkout starts from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser

from inference.storage import publish_folder


class Command(BaseCommand):
    help = "Builds the base model (corpus, tokenizer, pretraining: about a minute on two cores)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, help="default: models/base in the storage root")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--steps", type=int, help="of pretraining; default: as measured good")
        parser.add_argument("--force", action="store_true", help="replace the model there")

    def handle(self, *args: Any, **options: Any) -> None:
        # Here and not above: torch must stay out of every process that only lists commands.
        from inference.tiny.build import base_build, progress_bar  # noqa: PLC0415
        from inference.tiny.pretrain import PretrainConfig  # noqa: PLC0415

        folder = options["out"] or Path(settings.STORAGE_ROOT) / "models" / "base"
        steps = {"steps": options["steps"]} if options["steps"] is not None else {}
        config = PretrainConfig(**steps)
        try:
            with progress_bar(steps=config.steps) as on_step:
                build = base_build(
                    folder=folder,
                    seed=options["seed"],
                    config=config,
                    force=options["force"],
                    on_step=on_step,
                )
        except (ValueError, FileExistsError) as error:
            raise CommandError(str(error)) from error
        stored = default_storage.exists("models/base/build.json")
        if options["out"] is None and (build.built or not stored):
            publish_folder(build.folder, "models/base")  # for storages that are not this disk
        self._report(build)

    def _report(self, build: Any) -> None:
        facts = build.facts
        rate = f"right subject in {facts['right_subject_rate']:.0%} of its on-topic answers"
        if build.built:
            self.stdout.write(f"Built {build.folder} in {facts['seconds']:.0f} s: {rate}.")
        elif build.same:
            self.stdout.write(
                f"{build.folder} is there already, fingerprint {facts['fingerprint'][:12]}: {rate}."
            )
        else:
            self.stderr.write(
                f"{build.folder} was built from another seed, shape or corpus and is kept, since "
                "models may have been trained from it. --force builds it anew."
            )
