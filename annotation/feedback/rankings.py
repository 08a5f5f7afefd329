"""Rankings: K answers to one prompt put in order, ties and all, saved in one piece."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from annotation.feedback.checks import (
    MAX_RANK,
    JudgmentInput,
    aim_validate,
    annotations_validate,
    asked_validate,
    judgments_validate,
    note_validate,
)
from annotation.feedback.disagreement import disagreement_meet
from annotation.feedback.eligibility import (
    feedback_before,
    feedback_standing,
    versions_check,
)
from annotation.feedback.models import Judgment, Ranking, Source
from annotation.feedback.severity import severities_validate
from annotation.feedback.signals import checked_submitting, feedback_announce
from annotation.people.models import Project, RankingAim, User
from annotation.prepared import PreparedInsert
from annotation.prompts.models import Completion, ImportBatch, Prompt
from annotation.queue.draft_revisions import DraftSeen
from annotation.queue.leases import assignment_lock, assignment_submit, shown_completion_ids
from annotation.queue.models import Assignment, Task

Outcome = Ranking.Outcome
CHECKED = (Task.Purpose.GOLD, Task.Purpose.SCREENING, Task.Purpose.PRACTICE)
RANKINGS, JUDGMENTS = PreparedInsert(Ranking), PreparedInsert(Judgment)


def dense_ranks(ranks: Sequence[int]) -> list[int]:
    """Close the gaps: [2, 5, 2] -> [1, 2, 1]. Equal ranks tie, the smallest becomes 1."""
    levels = {rank: level for level, rank in enumerate(sorted(set(ranks)), start=1)}
    return [levels[rank] for rank in ranks]


def ranking_submit(
    *,
    assignment: Assignment,
    judgments: Sequence[JudgmentInput],
    outcome: str = Outcome.RANKED,
    strength: int | None = None,
    note: str = "",
    annotations: Sequence[str] = (),
    active_seconds: int = 0,
    instructions_version: int | None = None,
    rubric_version: int | None = None,
    aim: str = RankingAim.BEST,
    seen: DraftSeen | None = None,
) -> Ranking:
    """Hand in a ranking; `judgments[i]` is about the i-th completion *in the order shown*,
    `annotations` are about the prompt, by the rubric's keys.

    Rank 1 is the best; `aim` tells what it was on the page, before ranks_best_first.

    The versions are those that the labeler was shown: under others nothing is taken in. A draft
    newer than what was `seen` stays.
    Handing in twice returns what was handed in first; late work is kept (see assignment_submit).
    Raises ValidationError.
    """
    aim_validate(aim)
    note_validate(outcome=outcome, strength=strength, note=note)
    with transaction.atomic():
        fresh = assignment_lock(assignment)
        if fresh.task.kind != Task.Kind.RANKING:
            raise ValidationError(_("This task does not ask for a ranking."))
        if fresh.state == Assignment.State.SUBMITTED:
            return feedback_before(Ranking, fresh)
        versions_check(fresh.task.project, instructions=instructions_version, rubric=rubric_version)
        completion_ids = completions_judged(
            fresh, judgments, outcome=outcome, strength=strength, annotations=annotations
        )
        standing = feedback_standing(fresh)
        assignment_submit(assignment=fresh, active_seconds=active_seconds, seen=seen)
        ranking = Ranking(
            **standing,
            outcome=outcome,
            strength=strength,
            note=note,
            annotations=sorted(set(annotations)),
            aim=aim,
        )
        RANKINGS.run(ranking)
        judgments_create(ranking, completion_ids, judgments)
        if fresh.task.purpose in CHECKED:
            checked_submitting.send(sender=None, ranking=ranking)
        if not fresh.extra:
            disagreement_meet(fresh.task)
        feedback_announce(project_id=fresh.task.project_id, kind=fresh.task.kind)
    return ranking


def completions_judged(
    assignment: Assignment,
    judgments: Sequence[JudgmentInput],
    *,
    outcome: str,
    strength: int | None,
    annotations: Sequence[str],
) -> list[int]:
    """Ids of the completions that `judgments` are about: those of the task, in the order shown.

    Raises ValidationError where what is said does not fit the task or its project's rubric.
    """
    shown = shown_completion_ids(assignment)
    ranking_validate(
        judgments,
        answers=len(shown),
        project=assignment.task.project,
        outcome=outcome,
        strength=strength,
        annotations=annotations,
    )
    return shown


def ranking_validate(
    judgments: Sequence[JudgmentInput],
    *,
    answers: int,
    project: Project,
    outcome: str,
    strength: int | None,
    annotations: Sequence[str],
) -> None:
    """Raises ValidationError where what is said of so many `answers` does not fit the rubric."""
    if len(judgments) != answers:
        raise ValidationError(
            _("There are %(count)s answers to judge, not %(given)s.")
            % {"count": answers, "given": len(judgments)}
        )
    judgments_validate(judgments, outcome=outcome, rubric=project.rubric, last_rank=answers)
    annotations_validate(annotations, rubric=project.rubric)
    asked_validate(
        judgments,
        outcome=outcome,
        strength=strength,
        annotations=annotations,
        rubric=project.rubric,
    )
    severities_validate(
        [judgment.severity for judgment in judgments],
        ranks=[judgment.rank for judgment in judgments],
        asked=project.severity_asked,
    )


def ranking_says(
    ranking: Ranking,
    *,
    judgments: Sequence[JudgmentInput],
    outcome: str,
    strength: int | None,
    note: str,
    annotations: Sequence[str],
) -> bool:
    """Whether a ranking handed in holds what is said here, answer by answer in the order shown."""
    assert ranking.assignment is not None
    held = {each.completion_id: each for each in ranking.judgments.all()}
    given = [judgment.rank for judgment in judgments if judgment.rank is not None]
    dense: dict[int | None, int] = dict(zip(given, dense_ranks(given), strict=True))
    said = [
        (dense.get(each.rank), each.likert, each.severity, sorted(set(each.flags)))
        for each in judgments
    ]
    stored = [held[completion_id] for completion_id in shown_completion_ids(ranking.assignment)]
    whole = (ranking.outcome, ranking.strength, ranking.note, ranking.annotations)
    return (
        whole == (outcome, strength, note, sorted(set(annotations)))
        and [(each.rank, each.likert, each.severity, each.flags) for each in stored] == said
    )


def ranking_record(
    *,
    project: Project,
    prompt: Prompt,
    completions: Sequence[Completion],
    ranks: Sequence[int],
    source: str,
    labeler: User | None = None,
    batch: ImportBatch | None = None,
    line: int | None = None,
    strength: int | None = None,
    note: str = "",
    trains: bool = True,
) -> Ranking:
    """Store a ranking of K >= 2 completions that came without a task.

    `ranks[i]` is the rank of `completions[i]`: 1 is best, gaps are closed. A batch's line is
    stored once per prompt. Raises ValidationError.
    """
    if source not in Source.values:
        raise ValidationError(_("Unknown source: %(source)s.") % {"source": source})
    if len(completions) < 2:
        raise ValidationError(_("A ranking needs at least two different answers."))
    if len(ranks) != len(completions):
        raise ValidationError(
            _("There are %(count)s answers but %(ranks)s ranks.")
            % {"count": len(completions), "ranks": len(ranks)}
        )
    if len({completion.pk for completion in completions}) != len(completions):
        raise ValidationError(_("The same answer stands twice in a ranking."))
    if any(completion.prompt_id != prompt.pk for completion in completions):
        raise ValidationError(_("An answer belongs to another prompt."))
    note_validate(outcome=Outcome.RANKED, strength=strength, note=note)
    judgments = [JudgmentInput(rank) for rank in ranks]
    judgments_validate(judgments, outcome=Outcome.RANKED, rubric=project.rubric, last_rank=MAX_RANK)
    with transaction.atomic():
        if batch is not None:
            earlier = Ranking.objects.filter(batch=batch, line=line, prompt=prompt).first()
            if earlier:
                return earlier
        ranking = Ranking.objects.create(
            project=project,
            prompt=prompt,
            labeler=labeler,
            source=source,
            trains=trains,
            batch=batch,
            line=line,
            outcome=Outcome.RANKED,
            strength=strength,
            note=note,
        )
        judgments_create(ranking, [completion.pk for completion in completions], judgments)
    return ranking


def judgments_create(
    ranking: Ranking, completion_ids: Sequence[int], judgments: Sequence[JudgmentInput]
) -> None:
    """Write one judgment per completion; the only place where ranks are made dense."""
    ranks: list[int | None] = [None] * len(judgments)
    given = [judgment.rank for judgment in judgments if judgment.rank is not None]
    if given:
        ranks = list(dense_ranks(given))
    written = [
        Judgment(
            ranking=ranking,
            completion_id=completion_id,
            rank=rank,
            likert=judgment.likert,
            severity=judgment.severity,
            flags=sorted(set(judgment.flags)),
        )
        for completion_id, rank, judgment in zip(completion_ids, ranks, judgments, strict=True)
    ]
    JUDGMENTS.run(*written)
