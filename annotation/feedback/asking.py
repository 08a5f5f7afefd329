"""Asking labelers for demonstrations of prompts that have none."""

from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from annotation.feedback.models import Demonstration
from annotation.people.models import Project, User
from annotation.people.projects import audit
from annotation.prompts.models import Prompt
from annotation.queue.models import Task
from annotation.queue.tasks import demonstration_tasks_create

MOST_ASKED = 1_000
# SFT learns from the one and measures its loss on the other; the test split is left alone.
ASKED_SPLITS = (Prompt.Split.TRAIN, Prompt.Split.VALID)


def prompts_undemonstrated(project: Project) -> QuerySet[Prompt]:
    """Prompts that have no demonstration and no task that asks for one, the oldest first.

    What an import has written so far counts, though nobody sees it yet.
    """
    demonstrated = Demonstration.objects.filter(prompt=OuterRef("pk"), is_current=True)
    asked = Task.objects.filter(prompt=OuterRef("pk"), kind=Task.Kind.DEMONSTRATION)
    return (
        Prompt.objects.askable()
        .filter(~Exists(demonstrated), ~Exists(asked.exclude(state=Task.State.CLOSED)))
        .filter(project=project, split__in=ASKED_SPLITS)
        .order_by("pk")
    )


def demonstrations_ask(*, actor: User | None, project: Project, count: int) -> int:
    """Put tasks for `count` demonstrations into the queue, or for as many as prompts are left.

    Returns how many were asked for. Raises ValidationError by field.
    """
    if not 1 <= count <= MOST_ASKED:
        raise ValidationError(
            {
                "count": _("Ask for 1 to %(most)s demonstrations at a time.")
                % {"most": intcomma(MOST_ASKED)}
            }
        )
    with transaction.atomic():
        # Whoever asks at the same time waits, and then finds these prompts asked about.
        project = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        prompts = list(prompts_undemonstrated(project)[:count])
        if not prompts:
            raise ValidationError(
                {"count": _("No prompt is left to ask about: import or add prompts first.")}
            )
        demonstration_tasks_create(project=project, prompts=prompts)
        audit(
            project=project,
            actor=actor,
            verb="demonstrations_ask",
            target=project.slug,
            count=len(prompts),
        )
    return len(prompts)
