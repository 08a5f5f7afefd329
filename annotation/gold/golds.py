"""Gold is made and retired."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.feedback.checks import JudgmentInput, judgments_validate
from annotation.feedback.models import Ranking
from annotation.feedback.rankings import dense_ranks
from annotation.gold.models import Gold
from annotation.people.models import Project, User
from annotation.people.projects import audit
from annotation.prompts.models import Completion, Prompt
from annotation.queue.models import EVERYBODY, Task
from annotation.queue.tasks import task_close, task_create
from annotation.texts import text_validate

# Where gold is asked: among the work, or by the onboarding.
PURPOSES = (Task.Purpose.GOLD, Task.Purpose.SCREENING, Task.Purpose.PRACTICE)
MAX_EXPLANATION = 10_000


def gold_create(
    *,
    actor: User | None,
    project: Project,
    prompt: Prompt,
    completions: Sequence[Completion],
    ranks: Sequence[int],
    flags: Sequence[Sequence[str]] | None = None,
    kind: str = Gold.Kind.GOLD,
    purpose: str = Task.Purpose.GOLD,
    explanation: str = "",
) -> Gold:
    """Make a task of these answers whose right ranking is known, for one of PURPOSES.

    `ranks[i]` and `flags[i]` are of `completions[i]`; 1 is best, gaps are closed. Labelers meet a
    task once, so each purpose has one of its own. Raises ValidationError.
    """
    if purpose not in PURPOSES or kind not in Gold.Kind.values:
        raise ValidationError(
            _("Unknown kind or purpose of gold: %(kind)s, %(purpose)s.")
            % {"kind": kind, "purpose": purpose}
        )
    gold_validate(project=project, answers=len(completions), ranks=ranks, flags=flags)
    text_validate(explanation, what=_("The explanation"), limit=MAX_EXPLANATION, blank=True)
    with transaction.atomic():
        task = task_create(
            project=project,
            kind=Task.Kind.RANKING,
            purpose=purpose,
            prompt=prompt,
            completions=completions,
            overlap=None if purpose == Task.Purpose.GOLD else EVERYBODY,
        )
        gold = Gold.objects.create(
            project=project,
            task=task,
            kind=kind,
            ranks=dense_ranks(ranks),
            flags=None if flags is None else [sorted(set(each)) for each in flags],
            explanation=explanation,
            created_by=actor,
        )
        audit(
            project=project,
            actor=actor,
            verb="gold_create",
            target=f"gold {gold.pk}",
            kind=kind,
            purpose=purpose,
        )
    return gold


def gold_validate(
    *,
    project: Project,
    answers: int,
    ranks: Sequence[int],
    flags: Sequence[Sequence[str]] | None,
) -> None:
    if len(ranks) != answers or (flags is not None and len(flags) != answers):
        raise ValidationError(
            _("There are %(count)s answers: each needs a rank, and flags where any has them.")
            % {"count": answers}
        )
    if len(set(ranks)) < 2:
        raise ValidationError(
            {"ranks": _("Gold that ties all answers can tell nobody from another.")}
        )
    judgments = [
        JudgmentInput(rank, flags=list(flags[index]) if flags is not None else [])
        for index, rank in enumerate(ranks)
    ]
    judgments_validate(
        judgments, outcome=Ranking.Outcome.RANKED, rubric=project.rubric, last_rank=answers
    )


def gold_retire(*, actor: User, gold: Gold) -> Gold:
    """Give it to nobody any more; the grades that it gave stay. Twice is once."""
    with transaction.atomic():
        gold = Gold.objects.select_for_update(of=("self",)).select_related("task").get(pk=gold.pk)
        if gold.retired_at is None:
            gold.retired_at = timezone.now()
            gold.save(update_fields=["retired_at"])
            task_close(task=gold.task)
            audit(project=gold.project, actor=actor, verb="gold_retire", target=f"gold {gold.pk}")
    return gold


def consensus(rankings: Sequence[Sequence[int]]) -> list[int]:
    """The ranks that several people's rankings of the same answers propose: by their mean rank
    (Borda 1781), equal means tie. Each holds the ranks of all answers, in the same order.
    """
    sums = [sum(ranks) for ranks in zip(*rankings, strict=True)]
    return dense_ranks(sums)
