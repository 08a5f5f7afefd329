from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from annotation.people.navigation import navigation_register
from annotation.prompts.search_index import triggers_restore


class AnnotationConfig(AppConfig):
    name = "annotation"

    def ready(self) -> None:
        # After the models are loaded.
        import annotation.dialogue.receivers  # noqa: PLC0415
        import annotation.discussion.digests  # noqa: PLC0415
        import annotation.discussion.receivers  # noqa: PLC0415
        import annotation.gold.receivers  # noqa: PLC0415
        import annotation.onboarding.decisions  # noqa: PLC0415
        import annotation.onboarding.receivers  # noqa: PLC0415
        import annotation.people.invitations  # noqa: PLC0415
        import annotation.people.passwords  # noqa: PLC0415
        import annotation.progress.receivers  # noqa: PLC0415
        import annotation.queue.receivers  # noqa: PLC0415
        import annotation.review.receivers  # noqa: F401, PLC0415
        from annotation.discussion.reading import unread_badge  # noqa: PLC0415

        post_migrate.connect(triggers_restore, sender=self)
        admin, researcher, reviewer = "admin", "researcher", "reviewer"
        navigation_register(
            label=_("Overview"),
            url_name="project",
            roles=(admin, researcher, reviewer),
            position=10,
            tabs=("progress",),
        )
        navigation_register(label=_("Work"), url_name="work", roles=("labeler",), position=20)
        navigation_register(
            label=_("Write"),
            url_name="write",
            roles=("labeler",),
            position=25,
            when=lambda access: access.project.prompts_wanted > 0,
        )
        navigation_register(label=_("Prompts"), url_name="prompts", roles=(admin,), position=45)
        navigation_register(
            label=_("Findings"),
            url_name="prompt-findings",
            roles=(reviewer,),
            position=45,
            when=lambda access: not access.has(admin),
        )
        navigation_register(label=_("Import"), url_name="imports", roles=(admin,), position=50)
        navigation_register(
            label=_("Export"), url_name="exports", roles=(admin, researcher), position=55
        )
        navigation_register(
            label=_("Quality"), url_name="quality", roles=(admin, reviewer), position=58
        )
        navigation_register(label=_("Members"), url_name="members", roles=(admin,), position=60)
        navigation_register(
            label=_("Candidates"),
            url_name="candidates",
            roles=(reviewer,),
            position=60,
            when=lambda access: access.project.onboards and not access.has(admin),
        )
        navigation_register(
            label=_("Channel"),
            url_name="channel",
            roles=(admin, researcher, reviewer, "labeler"),
            position=80,
            tabs=("channel-emails",),
            badge=unread_badge,
        )
        navigation_register(
            label=_("Settings"), url_name="project-edit", roles=(admin,), position=90
        )
