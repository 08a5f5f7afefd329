from django.apps import AppConfig


class InferenceConfig(AppConfig):
    name = "inference"

    def ready(self) -> None:
        # Models cannot be imported before the apps are loaded.
        from annotation.prompts.answers import origins_register  # noqa: PLC0415
        from inference import receivers  # noqa: F401, PLC0415
        from inference.jobs.handlers import handler_register  # noqa: PLC0415
        from inference.origins import model_name_of  # noqa: PLC0415
        from inference.sampling_handler import SamplingHandler  # noqa: PLC0415

        handler_register(SamplingHandler())
        origins_register(model_name_of)
