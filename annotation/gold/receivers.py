"""What gold does when a ranking is handed in."""

from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.utils.translation import gettext_lazy

from annotation.feedback.models import Ranking
from annotation.feedback.signals import checked_submitting
from annotation.gold.watch import grade_create, standing_judge
from annotation.people.events import events_name
from annotation.people.models import Membership
from annotation.queue.models import Task

events_name(
    {
        "gold_create": gettext_lazy("made gold"),
        "gold_retire": gettext_lazy("retired gold"),
        "gold_rules_update": gettext_lazy("changed the rules of gold"),
        "member_pause": gettext_lazy("paused a labeler"),
        "member_resume": gettext_lazy("let a labeler go on"),
    }
)


@receiver(checked_submitting)
def on_checked_submitting(*, ranking: Ranking, **_: Any) -> None:
    """Grade it with the submission; judge its labeler once that stands."""
    grade = grade_create(ranking)
    if grade is None or grade.gold.task.purpose != Task.Purpose.GOLD:
        return
    member = Membership.objects.filter(project=grade.project_id, user=grade.labeler_id).first()
    if member:
        transaction.on_commit(lambda: standing_judge(membership_id=member.pk) and None, robust=True)
