"""Build the small base model that a fresh checkout starts from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser

from inference.storage import publish_folder
from inference.tiny.config import PretrainConfig
from inference.tiny.record import RIGHT_SUBJECT_WANTED, Build, build_standing


class Command(BaseCommand):
    help = "Builds the base model (corpus, tokenizer, pretraining: about a minute on two cores)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, help="default: models/base in the storage root")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--steps", type=int, help="of pretraining; default: as measured good")
        parser.add_argument("--force", action="store_true", help="replace the model there")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["out"] or Path(settings.STORAGE_ROOT) / "models" / "base"
        steps = {"steps": options["steps"]} if options["steps"] is not None else {}
        config, seed, force = PretrainConfig(**steps), options["seed"], options["force"]
        try:
            standing = build_standing(folder=folder, seed=seed, config=config)
            if standing and not force:
                build = standing
            else:
                build = self._build(folder=folder, seed=seed, config=config, force=force)
        except (ValueError, FileExistsError) as error:
            raise CommandError(str(error)) from error
        stored = default_storage.exists("models/base/build.json")
        if options["out"] is None and (build.built or not stored):
            publish_folder(build.folder, "models/base")  # for storages that are not this disk
        self._report(build)

    def _build(self, *, config: PretrainConfig, **how: Any) -> Build:
        # Read when torch is loaded. Threads that spin while they wait lose a shared machine's time.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        # Here and not above: torch must stay out of every process that only lists commands, and
        # takes seconds to load where nothing is to be built.
        from inference.tiny.build import base_build, progress_bar  # noqa: PLC0415

        with progress_bar(steps=config.steps) as on_step:
            return base_build(config=config, on_step=on_step, **how)

    def _report(self, build: Build) -> None:
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
        if facts["right_subject_rate"] < RIGHT_SUBJECT_WANTED:
            self.stderr.write(
                f"That is below {RIGHT_SUBJECT_WANTED:.0%}: it copies too badly to learn much from "
                "preferences. Build it from another seed or with more steps, for example: "
                "python manage.py build_base_model --force --steps 1200"
            )
