from django.apps import AppConfig

from annotation.people.navigation import navigation_register


class AnnotationConfig(AppConfig):
    name = "annotation"

    def ready(self) -> None:
        # After the models are loaded.
        import annotation.dialogue.receivers  # noqa: PLC0415
        import annotation.queue.receivers  # noqa: F401, PLC0415

        admin, researcher, reviewer = "admin", "researcher", "reviewer"
        navigation_register(
            label="Overview",
            url_name="project",
            roles=(admin, researcher, reviewer),
            position=10,
        )
        navigation_register(label="Work", url_name="work", roles=("labeler",), position=20)
        navigation_register(
            label="Write",
            url_name="write",
            roles=("labeler",),
            position=25,
            when=lambda access: access.project.prompts_wanted > 0,
        )
        navigation_register(label="Import", url_name="imports", roles=(admin,), position=50)
        navigation_register(
            label="Export", url_name="exports", roles=(admin, researcher), position=55
        )
        navigation_register(label="Members", url_name="members", roles=(admin,), position=60)
        navigation_register(label="Settings", url_name="project-edit", roles=(admin,), position=90)
