"""Prompts that nobody is to be asked any more: withdrawn, never deleted, and put back."""

from collections.abc import Collection

from django.db import transaction

from annotation.people.models import Project, User
from annotation.people.projects import audit
from annotation.pool.models import PromptFinding
from annotation.prompts.models import Prompt
from annotation.queue.models import Task

State = Prompt.State
TASKS_WAITING = (Task.State.OPEN, Task.State.STAGED)


@transaction.atomic
def prompts_withdraw(*, actor: User | None, project: Project, ids: Collection[int]) -> int:
    """Take prompts out of the queue and of every later snapshot. Returns how many there were.

    Their labels stay, in the snapshots that hold them too. Who is at work on one may finish.
    """
    found = Prompt.objects.filter(project=project, pk__in=ids).exclude(state=State.WITHDRAWN)
    withdrawn = list(found.select_for_update().order_by("pk").values_list("pk", flat=True))
    Prompt.objects.filter(pk__in=withdrawn).update(state=State.WITHDRAWN)
    Task.objects.filter(prompt__in=withdrawn, state__in=TASKS_WAITING).update(
        state=Task.State.CLOSED
    )
    # Its copies may be the only ones now: whether they still are copies is asked again.
    copies = PromptFinding.objects.filter(other__in=withdrawn, state=PromptFinding.State.OPEN)
    Prompt.objects.filter(findings__in=copies).update(scanned="")
    copies.delete()
    if withdrawn:
        audit(
            project=project,
            actor=actor,
            verb="prompts_withdraw",
            target=project.slug,
            prompts=withdrawn,
        )
    return len(withdrawn)


@transaction.atomic
def prompts_restore(*, actor: User | None, project: Project, ids: Collection[int]) -> int:
    """Put withdrawn prompts back, to be scanned anew; their closed tasks stay closed.

    What was replaced by another version stays withdrawn. Returns how many were put back.
    """
    found = Prompt.objects.filter(project=project, pk__in=ids, state=State.WITHDRAWN)
    replaced = Prompt.objects.filter(replaces__in=ids).values("replaces")
    restored = list(found.exclude(pk__in=replaced).order_by("pk").values_list("pk", flat=True))
    Prompt.objects.filter(pk__in=restored).update(state=State.ACTIVE, scanned="")
    removed = PromptFinding.objects.filter(prompt__in=restored, state=PromptFinding.State.REMOVED)
    removed.delete()  # the scan finds anew what is still so
    if restored:
        audit(
            project=project,
            actor=actor,
            verb="prompts_restore",
            target=project.slug,
            prompts=restored,
        )
    return len(restored)
