"""Rounds: started, moved on, cancelled, tried again.

A round moves by `round_advance`, which anybody may call at any time: a job that ended, a ranking
handed in, the periodic reconcile. Each transition is a compare-and-set on the stage under the
round's row lock, and writes what the stage needs in the same transaction: two callers cannot both
begin a stage, and a caller that dies leaves the stage as it was.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.models import Project, Task, User
from annotation.people.projects import audit
from annotation.queue.tasks import task_close
from inference.child.failure import Failure, explain
from inference.jobs.claims import job_cancel_request
from inference.jobs.models import Job
from training.messages import round_message_send
from training.models import Round, RoundStage
from training.rankings import Rankings
from training.readiness import readiness_check
from training.recipes import Recipe, RecipeError, recipe_load
from training.stage_claims import stage_claim
from training.stages import Begin, rankings_awaited, recipe_of, stage_prepare, tasks_of
from training.status import round_status as round_status

logger = logging.getLogger(__name__)

Name = RoundStage.Name
State = RoundStage.State


def round_start(
    *,
    actor: User | None,
    project: Project,
    recipe: str | dict[str, Any] | Recipe = "laptop",
    seed: int = 0,
) -> Round:
    """Begin the project's next round. Raises ValidationError that says what is missing."""
    try:
        chosen = recipe_load(recipe)
    except RecipeError as error:
        raise ValidationError(str(error)) from error
    readiness_check(project=project, recipe=chosen)
    try:
        with transaction.atomic():
            last = project.rounds.aggregate(last=Max("number"))["last"] or 0
            round_ = Round.objects.create(
                project=project,
                number=last + 1,
                recipe=chosen.model_dump(mode="json"),
                seed=seed,
                created_by=actor,
            )
            RoundStage.objects.bulk_create(
                RoundStage(round=round_, name=name, position=position)
                for position, name in enumerate(_stage_names(chosen))
            )
            audit(project=project, actor=actor, verb="round_start", target=str(round_), seed=seed)
            transaction.on_commit(lambda: round_message_send(round_id=round_.pk))
    except IntegrityError as error:
        if not project.rounds.filter(state=Round.State.RUNNING).exists():
            raise  # not the constraint that this would explain
        raise ValidationError(_("A round is under way already: one at a time.")) from error
    return round_


def _stage_names(recipe: Recipe) -> list[Name]:
    return [name for name in Name if name != Name.SAMPLE_POLICY or recipe.policy_sample_prompts]


def round_advance(*, round_id: int) -> None:
    """Take every step that can be taken now. Safe to call at any time, by many at once."""
    while (stage := _stage_open(round_id)) is not None:
        moved = stage_begin(stage) if stage.state == State.PENDING else stage_settle(stage)
        if not moved:
            return


def _stage_open(round_id: int) -> RoundStage | None:
    """The stage that a running round stands at."""
    return (
        RoundStage.objects.filter(round=round_id, round__state=Round.State.RUNNING)
        .exclude(state=State.SUCCEEDED)
        .select_related("round__project", "run", "sampling_job")
        .order_by("position")
        .first()
    )


def stage_begin(stage: RoundStage) -> bool:
    """Set a pending stage going; False where it failed to begin or another caller begins it."""
    claim = stage_claim(stage)
    if claim is None:
        return False
    begin: Begin | None = None
    try:
        with claim.beating():
            begin = stage_prepare(stage)
        with transaction.atomic():
            begun = _move(stage, State.PENDING, State.RUNNING)
            if begun:
                RoundStage.objects.filter(pk=stage.pk).update(**begin.write())
        if begun:
            begin = None
    except OperationalError:
        raise  # the database is busy or away: the reconcile comes back to it
    except ValidationError as error:
        return _fail(stage, State.PENDING, " ".join(error.messages), "")
    except Exception as error:
        if not isinstance(error, Failure):
            logger.exception("Stage %s could not begin", stage)
        return _fail(stage, State.PENDING, *explain(error))
    finally:
        if begin is not None:
            _discard(stage, begin)
    return True


def _discard(stage: RoundStage, begin: Begin) -> None:
    try:
        begin.discard()
    # Whatever it is, it must not hide why the stage did not begin.
    except Exception:
        logger.exception("What was prepared for stage %s could not be removed", stage)


def stage_settle(stage: RoundStage) -> bool:
    """Look how a running stage does; True where it has succeeded."""
    if stage.name == Name.RANK:
        return _rank_settle(stage)
    job = stage.run or stage.sampling_job
    assert job is not None, f"{stage} runs without a job"
    if job.state == Job.State.SUCCEEDED:
        return _succeed(stage)
    if job.state == Job.State.FAILED:
        return _fail(stage, State.RUNNING, job.error_cause, job.error_advice)
    if job.state == Job.State.CANCELLED:
        _rows_cancel(stage.round)
        round_tasks_close(stage.round)
    return False


def _rank_settle(stage: RoundStage) -> bool:
    found = rankings_awaited(stage.round)
    if not found.possible:
        return _fail(stage, State.RUNNING, *_unrankable(found))
    try:
        wanted = recipe_of(stage.round).wanted(found.possible)
    except Failure as failure:
        return _fail(stage, State.RUNNING, *explain(failure))
    if wanted != stage.wanted:
        RoundStage.objects.filter(pk=stage.pk).update(wanted=wanted)
    return found.done >= wanted and _succeed(stage)


def _unrankable(found: Rankings) -> tuple[str, str]:
    """(cause, advice) where a round has no ranking that trains, and none can come."""
    if not found.asked:
        return (
            "All tasks of this round were withdrawn before anybody had ranked them.",
            "Start a new round; it asks for rankings of other prompts.",
        )
    return (
        "No ranking of this round can train a reward model: its tasks were skipped, found without "
        "an acceptable answer, or ranked by people who are held out.",
        "Add labelers whose judgments train and try again, or start a new round.",
    )


def round_go_on(*, actor: User | None, round: Round) -> None:
    """End the wait for rankings: the reward model trains on those there are.

    Raises ValidationError where the round does not wait for rankings, or there is none that trains.
    """
    with transaction.atomic():
        stage = round.stages.filter(name=Name.RANK, state=State.RUNNING).first()
        if stage is None:
            raise ValidationError(_("This round does not wait for rankings."))
        done = rankings_awaited(round).done
        if not done:
            raise ValidationError(_("There is no ranking yet that a reward model can train on."))
        ended = {"wanted": done, "finished_at": timezone.now()}
        if not _move(stage, State.RUNNING, State.SUCCEEDED, **ended):
            raise ValidationError(_("This round does not wait for rankings."))
        audit(project=round.project, actor=actor, verb="round_go_on", target=str(round), done=done)
        transaction.on_commit(lambda: round_message_send(round_id=round.pk))


def _succeed(stage: RoundStage) -> bool:
    now = timezone.now()
    with transaction.atomic():
        if not _move(stage, State.RUNNING, State.SUCCEEDED, finished_at=now):
            return True  # another caller did: look again
        if not stage.round.stages.exclude(state=State.SUCCEEDED).exists():
            rounds = Round.objects.filter(pk=stage.round_id, state=Round.State.RUNNING)
            rounds.update(state=Round.State.SUCCEEDED, finished_at=now)
    return True


def _fail(stage: RoundStage, left: State, cause: str, advice: str) -> bool:
    now = timezone.now()
    with transaction.atomic():
        if _move(
            stage, left, State.FAILED, finished_at=now, error_cause=cause, error_advice=advice
        ):
            rounds = Round.objects.filter(pk=stage.round_id, state=Round.State.RUNNING)
            rounds.update(state=Round.State.FAILED, finished_at=now)
    return False


def _move(stage: RoundStage, left: State, entered: State, **changes: Any) -> bool:
    """The compare-and-set, under the round's lock; False when another was first."""
    round_ = Round.objects.select_for_update().get(pk=stage.round_id)
    if round_.state != Round.State.RUNNING:
        return False
    rows = RoundStage.objects.filter(pk=stage.pk, state=left)
    return bool(rows.update(state=entered, **changes))


def round_cancel(*, actor: User | None, round: Round) -> None:
    """Stop a running round: its jobs are cancelled and its unranked tasks withdrawn.

    Raises ValidationError where the round has ended already.
    """
    with transaction.atomic():
        if not _rows_cancel(round):
            raise ValidationError(_("This round has ended already."))
        audit(project=round.project, actor=actor, verb="round_cancel", target=str(round))
    round_tasks_close(round)
    round.refresh_from_db()


def _rows_cancel(round_: Round) -> bool:
    """End a running round before its time; False when it had ended."""
    now = timezone.now()
    with transaction.atomic():
        running = Round.objects.select_for_update().filter(pk=round_.pk, state=Round.State.RUNNING)
        if not running.update(state=Round.State.CANCELLED, finished_at=now):
            return False
        stages = round_.stages.select_related("run", "sampling_job")
        for stage in stages.filter(state=State.RUNNING):
            job = stage.run or stage.sampling_job
            if job:
                job_cancel_request(job=job)
        round_.stages.filter(state__in=[State.PENDING, State.RUNNING]).update(
            state=State.CANCELLED, finished_at=now
        )
    return True


def round_tasks_close(round_: Round) -> None:
    """Withdraw what nobody has ranked yet of a round's tasks."""
    jobs = round_.stages.values_list("sampling_job", flat=True)
    for task in tasks_of(jobs).filter(state=Task.State.OPEN, submitted_count=0):
        task_close(task=task)


def round_retry(*, actor: User | None, round: Round) -> None:
    """Go on with a failed round, from the stage that failed.

    Raises ValidationError where it has not failed, or another round of the project is under way.
    """
    with transaction.atomic():
        failed = Round.objects.filter(pk=round.pk, state=Round.State.FAILED)
        try:
            with transaction.atomic():
                retried = failed.update(state=Round.State.RUNNING, finished_at=None)
        except IntegrityError as error:
            raise ValidationError(_("Another round is under way: one at a time.")) from error
        if not retried:
            raise ValidationError(_("Only a round that failed can be tried again."))
        round.stages.filter(state=State.FAILED).update(
            state=State.PENDING,
            run=None,
            sampling_job=None,
            started_at=None,
            finished_at=None,
            error_cause="",
            error_advice="",
        )
        audit(project=round.project, actor=actor, verb="round_retry", target=str(round))
        transaction.on_commit(lambda: round_message_send(round_id=round.pk))
    round.refresh_from_db()


def rounds_reconcile() -> None:
    """What lost messages and signals left undone, of every round."""
    for round_ in Round.objects.filter(state=Round.State.RUNNING):
        _try(round_, lambda one: round_advance(round_id=one.pk))
    for round_ in _rounds_cancelled_with_tasks():
        _try(round_, round_tasks_close)


def _try(round_: Round, step: Callable[[Round], None]) -> None:
    """One round's trouble must not keep the others waiting."""
    try:
        step(round_)
    except Exception:
        logger.exception("Round %s could not be moved on", round_.pk)


def _rounds_cancelled_with_tasks() -> Iterable[Round]:
    """A sampling job that was just being kept can put tasks behind its round's cancellation."""
    return Round.objects.filter(
        state=Round.State.CANCELLED,
        stages__sampling_job__items__task__state=Task.State.OPEN,
        stages__sampling_job__items__task__submitted_count=0,
    ).distinct()
