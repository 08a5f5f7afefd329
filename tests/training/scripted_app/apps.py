"""Loaded last, so that its handler of runs is the one that counts."""

from django.apps import AppConfig


class ScriptedConfig(AppConfig):
    name = "tests.training.scripted_app"

    def ready(self) -> None:
        from inference.jobs.handlers import handler_register  # noqa: PLC0415
        from training.run_handler import RunHandler  # noqa: PLC0415

        class ScriptedRunHandler(RunHandler):
            module = "tests.inference.scripted"

        handler_register(ScriptedRunHandler())
