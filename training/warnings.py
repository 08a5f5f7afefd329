"""What a run warns of: a person should hear it, but the run goes on."""

from annotation.models import Prompt
from training.models import Run, RunEvent, SnapshotItem

MOST = 5
"""More would hide the page; all of them are told on the run's."""
NO_VALIDATION = (
    "No validation prompts: the policy was not selected on held-out reward; import prompts of the "
    "validation split."
)


def run_warnings(run: Run) -> list[str]:
    """The warnings of the run's latest attempt, each once, and what its data lacks."""
    lacking = [NO_VALIDATION] if run.stage == Run.Stage.PPO and not _is_validated(run) else []
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
    return [*texts[:MOST], f"And {more} more: see what the run said."]


def _is_validated(run: Run) -> bool:
    items = SnapshotItem.objects.filter(
        snapshot__runs__run=run, kind=SnapshotItem.Kind.PROMPT
    ).values("object_id")
    return Prompt.objects.filter(pk__in=items, split=Prompt.Split.VALID).exists()
