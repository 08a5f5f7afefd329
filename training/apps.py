from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "training"

    def ready(self) -> None:
        # Models cannot be imported before the apps are loaded.
        from inference.jobs.handlers import handler_register  # noqa: PLC0415
        from training import receivers  # noqa: F401, PLC0415
        from training.run_handler import RunHandler  # noqa: PLC0415

        handler_register(RunHandler())
