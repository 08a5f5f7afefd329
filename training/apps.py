from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from annotation.people.navigation import navigation_register


class TrainingConfig(AppConfig):
    name = "training"

    def ready(self) -> None:
        roles = ("researcher", "admin")
        navigation_register(label=_("Rounds"), url_name="rounds", roles=roles, position=30)
        navigation_register(label=_("Models"), url_name="models", roles=roles, position=35)
        # Models cannot be imported before the apps are loaded.
        from inference.jobs.handlers import handler_register  # noqa: PLC0415
        from training import receivers  # noqa: F401, PLC0415
        from training.run_handler import RunHandler  # noqa: PLC0415

        handler_register(RunHandler())
