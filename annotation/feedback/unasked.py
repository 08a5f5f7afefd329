"""What a project does not ask for (any more): a change of something else leaves it as it was said.

The page then has no field for it, so that its silence is no word on it. What a draft says of it is
left out on the page, which names it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from annotation.feedback.checks import JudgmentInput, has_strength
from annotation.feedback.drafts import RankingDraft
from annotation.feedback.letters import LETTERS
from annotation.feedback.models import Ranking
from annotation.people.models import Project, SeverityAsked
from annotation.people.rubric import Asked, rubric_whole
from annotation.queue.leases import shown_completion_ids


def judgments_kept(
    current: Ranking, judgments: Sequence[JudgmentInput], *, project: Project
) -> list[JudgmentInput]:
    """`judgments`, in the order shown, with such grades and severities as `current` holds."""
    assert current.assignment is not None
    likert = rubric_whole(project.rubric)["likert"] is not None
    severity = project.severity_asked != SeverityAsked.NEVER
    held = {each.completion_id: each for each in current.judgments.all()}
    before = [held[pk] for pk in shown_completion_ids(current.assignment)]
    kept = [
        replace(
            said,
            likert=unless_asked(said.likert, was.likert, asked=likert),
            severity=unless_asked(said.severity, was.severity, asked=severity),
        )
        for said, was in zip(judgments, before, strict=False)
    ]
    return [*kept, *judgments[len(kept) :]]


def strength_kept(
    current: Ranking, judgments: Sequence[JudgmentInput], strength: int | None, *, project: Project
) -> int | None:
    """`strength`, or that of `current` where one answer is the best still."""
    asked = rubric_whole(project.rubric)["strength"] != Asked.OFF
    one_best = has_strength([judgment.rank for judgment in judgments])
    return unless_asked(strength, current.strength if one_best else None, asked=asked)


def unless_asked(said: int | None, was: int | None, *, asked: bool) -> int | None:
    return was if said is None and not asked else said


def ranking_unasked(draft: RankingDraft, *, project: Project, revising: bool) -> list[str]:
    """What of `draft` the page leaves out, in words. `revising` what was handed in leaves out no
    grades. A flag that the rubric has no more is named by its key.
    """
    rubric = rubric_whole(project.rubric)
    asked = {flag["key"] for flag in rubric["flags"]}
    answers = list(zip(LETTERS, draft.answers, strict=False))
    gone = dict.fromkeys(key for each in draft.answers for key in each.flags if key not in asked)
    told = annotations_unasked(draft.annotations, project=project)
    told += [of_answers(key, (at for at, each in answers if key in each.flags)) for key in gone]
    if revising:
        return told
    if rubric["likert"] is None:
        told += graded(_("Score"), [(at, each.likert) for at, each in answers])
    if project.severity_asked == SeverityAsked.NEVER:
        told += graded(_("Severity"), [(at, each.severity) for at, each in answers])
    if rubric["strength"] == Asked.OFF and draft.strength is not None:
        told.append(_("How much better the one best answer is than the next"))
    return told


def annotations_unasked(annotations: Iterable[str], *, project: Project) -> list[str]:
    asked = {row["key"] for row in project.rubric.get("annotations", [])}
    return [key for key in annotations if key not in asked]


def graded(what: str, grades: Sequence[tuple[str, int | None]]) -> list[str]:
    said = [f"{letter}: {grade}" for letter, grade in grades if grade is not None]
    return [of_answers(what, said)] if said else []


def of_answers(what: str, answers: Iterable[str]) -> str:
    return f"{what} ({', '.join(answers)})"
