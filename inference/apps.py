from django.apps import AppConfig


class InferenceConfig(AppConfig):
    name = "inference"

    def ready(self) -> None:
        # Models cannot be imported before the apps are loaded.
        from inference.jobs.handlers import handler_register  # noqa: PLC0415
        from inference.sampling_handler import SamplingHandler  # noqa: PLC0415

        handler_register(SamplingHandler())
