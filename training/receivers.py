"""What moves a round on: a job that ended, a ranking handed in, a task skipped. And what holds a
prompt that its writer takes back: a snapshot."""

from typing import Any

from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.utils.translation import gettext as _

from annotation.feedback.signals import feedback_submitted
from annotation.prepared import Param, Prepared
from annotation.queue.signals import assignment_skipped
from annotation.writing.signals import prompts_withdrawing
from inference.child.failure import Failure
from inference.jobs.models import Job
from inference.jobs.signals import job_ended
from training.messages import round_message_send
from training.models import Round, RoundStage, Run, SnapshotItem
from training.rounds import round_advance, round_tasks_close
from training.stages import rankings_count


@receiver(job_ended)
def on_job_ended(*, job: Job, **__: Any) -> None:
    """In the worker that ended the job: the next stage is set going at once."""
    own = {"run": job} if isinstance(job, Run) else {"sampling_job": job.pk}
    round_ = Round.objects.filter(**{f"stages__{name}": one for name, one in own.items()}).first()
    if round_ is None:
        return
    if round_.state == Round.State.CANCELLED:
        round_tasks_close(round_)
    else:
        round_advance(round_id=round_.pk)


RANKING = Prepared(
    lambda: RoundStage.objects.filter(
        round__project_id=Param("project"),
        round__state=Round.State.RUNNING,
        name=RoundStage.Name.RANK,
        state=RoundStage.State.RUNNING,
    ).select_related("round")[:1]
)


@receiver([feedback_submitted, assignment_skipped])
def on_labeler_done(*, project_id: int, kind: str, **__: Any) -> None:
    """In the labeler's request: only look; a worker freezes the data and goes on.

    A ranking adds to those there are; a skip may leave fewer to wait for.
    """
    stage = RANKING.first(project=project_id) if kind == "ranking" else None
    if stage is None:
        return
    if _rankings_suffice(stage.round):
        round_message_send(round_id=stage.round_id)


def _rankings_suffice(round_: Round) -> bool:
    try:
        done, wanted = rankings_count(round_)
    except Failure:
        return True  # who moves the round on tells what is wrong with it
    return done >= wanted


@receiver(prompts_withdrawing)
def on_prompts_withdrawing(
    *, prompt_ids: list[int], demonstration_ids: list[int], **__: Any
) -> None:
    """What a model may have learnt from stays. Raises ValidationError."""
    kinds = {
        SnapshotItem.Kind.PROMPT: prompt_ids,
        SnapshotItem.Kind.DEMONSTRATION: demonstration_ids,
    }
    for kind, ids in kinds.items():
        if SnapshotItem.objects.filter(kind=kind, object_id__in=ids).exists():
            raise ValidationError(_("This is in the training data already, so it stays."))
