"""What a run or a sampling job warns of: a person should hear it, but the work goes on."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from annotation.models import Prompt
from annotation.numerals import numeral
from inference.models import SamplingItem, SamplingJob
from training.models import Run, RunEvent, SnapshotItem

MOST = 5
"""More would hide the page; all of them are told on the run's."""
NO_VALIDATION = gettext_lazy(
    "No validation prompts: the policy was not selected on held-out reward; import prompts of the "
    "validation split."
)


def run_warnings(run: Run) -> list[str]:
    """The warnings of the run's latest attempt, each once, and what its data lacks."""
    lacking = [str(NO_VALIDATION)] if run.stage == Run.Stage.PPO and not _is_validated(run) else []
    said = (
        RunEvent.objects.filter(
            run=run, attempt=run.attempt, type=RunEvent.Type.MESSAGE, data__level="warning"
        )
        .order_by("offset")
        .values_list("data__text", flat=True)
    )
    texts = [*lacking, *dict.fromkeys(said)]
    more = len(texts) - MOST
    if more <= 0:
        return texts
    return [*texts[:MOST], _("And %(count)s more: see what the run said.") % {"count": more}]


def sampling_warnings(job: SamplingJob) -> list[str]:
    """How many prompts were refused, and why."""
    refused = job.items.filter(state=SamplingItem.State.REFUSED).order_by("prompt_id")
    reasons = list(refused.values_list("reason", flat=True))
    if not reasons:
        return []
    text = ngettext(
        "%(count)s of %(total)s prompts was refused and is not ranked. %(reason)s",
        "%(count)s of %(total)s prompts were refused and are not ranked. For example: %(reason)s",
        len(reasons),
    )
    total = numeral(job.items.count())
    return [text % {"count": numeral(len(reasons)), "total": total, "reason": reasons[0]}]


def _is_validated(run: Run) -> bool:
    items = SnapshotItem.objects.filter(
        snapshot__runs__run=run, kind=SnapshotItem.Kind.PROMPT
    ).values("object_id")
    return Prompt.objects.filter(pk__in=items, split=Prompt.Split.VALID).exists()
