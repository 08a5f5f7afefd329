"""How many prompts are still wanted, of whom, and for which of the users' stories."""

import hashlib
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.people.models import Project, User
from annotation.texts import lines_of
from annotation.writing.models import Writing, WrittenPrompt


@dataclass(frozen=True)
class Quota:
    """`left` of the project's wish, `today` by this labeler; `cap` 0 is no limit."""

    wanted: int
    left: int
    today: int
    cap: int

    @property
    def capped(self) -> bool:
        return bool(self.cap) and self.today >= self.cap

    @property
    def open(self) -> bool:
        return self.left > 0 and not self.capped


def quota_get(*, project: Project, labeler: User) -> Quota:
    written = WrittenPrompt.objects.filter(writing__project=project)
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    today = written.filter(writing__labeler=labeler, writing__created_at__gte=midnight)
    return Quota(
        wanted=project.prompts_wanted,
        left=max(0, project.prompts_wanted - written.count()),
        today=today.count(),
        cap=project.prompts_per_day,
    )


def quota_check(*, project: Project, labeler: User) -> None:
    """Raise ValidationError where no more is wanted. The last group may go past the number."""
    quota = quota_get(project=project, labeler=labeler)
    if not quota.left:
        raise ValidationError(_("No more prompts are wanted now: what you have written is kept."))
    if quota.capped:
        raise ValidationError(
            _(
                "A day's most for one person is %(cap)s, and you have written so many today. "
                "What you have written is kept for tomorrow."
            )
            % {"cap": quota.cap}
        )


def stories_ordered(*, project: Project, labeler: User) -> list[str]:
    """The users' stories: those first that have the fewest prompts, else by a draw of one's own."""
    rows = Writing.objects.filter(project=project).exclude(story="").values_list("story")
    written = dict(rows.annotate(count=Count("pk")).order_by())

    def place(story: str) -> tuple[int, str]:
        drawn = hashlib.sha256(f"{labeler.public_id}:{story}".encode()).hexdigest()
        return written.get(story, 0), drawn

    return sorted(lines_of(project.user_stories), key=place)
