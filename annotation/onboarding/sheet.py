"""A candidate's sheet: all that a person decides by, without who it is until that is decided."""

from dataclasses import dataclass
from statistics import mean, stdev
from typing import Any, NamedTuple

from django.db.models import Prefetch, Q, QuerySet

from annotation.gold.grading import pairs_agreement, tau_b
from annotation.onboarding.attempts import (
    Standing,
    attempt_content,
    next_of,
    standings_many,
    standings_of,
    steps_ready,
)
from annotation.onboarding.content import CUTOFFS, golds_named
from annotation.onboarding.grades import demonstrations_of
from annotation.onboarding.models import (
    Candidate,
    OnboardingAttempt,
    OnboardingGrade,
    OnboardingStep,
    ScreeningDecision,
)
from annotation.onboarding.parts import RANKING, TEXTS, TOPICS
from annotation.people.models import Membership, Project

Kind = OnboardingStep.Kind


@dataclass(frozen=True)
class Figure:
    """A measured value beside its cut-off: percent, or a mean grade. None: not measured."""

    name: str  # of CUTOFFS in content.py
    value: float | None
    cutoff: float

    @property
    def met(self) -> bool | None:
        return None if self.value is None else self.value >= self.cutoff


@dataclass(frozen=True)
class RankedItem:
    prompt: str
    agreement: float
    tau: float | None
    said: list[int]
    gold: list[int]


@dataclass(frozen=True)
class WrittenItem:
    prompt: str
    text: str
    grades: list[OnboardingGrade]

    @property
    def mean(self) -> float | None:
        return mean(each.grade for each in self.grades) if self.grades else None

    @property
    def spread(self) -> float | None:
        """Standard deviation of the reviewers' grades; None for fewer than two."""
        return stdev(each.grade for each in self.grades) if len(self.grades) > 1 else None


class Topic(NamedTuple):
    """`said`: how well they can judge it, 1 to 5."""

    topic: str
    said: int


@dataclass(frozen=True)
class Screening:
    """One try at the screening, measured."""

    attempt: OnboardingAttempt
    question: str
    figures: list[Figure]
    texts: list[dict[str, Any]]  # text, sensitive, said
    rankings: list[RankedItem]
    written: list[WrittenItem]
    topics: list[Topic]

    @property
    def ungraded(self) -> int:
        return sum(not each.grades for each in self.written)


@dataclass(frozen=True)
class Sheet:
    candidate: Candidate
    standings: list[Standing]
    screenings: list[Screening]  # the last one first
    decisions: list[ScreeningDecision]

    @property
    def at(self) -> Standing | None:
        return next_of(self.standings)

    @property
    def name(self) -> str:
        """Who it is; empty until it is decided."""
        if self.candidate.state == Candidate.State.UNDERWAY:
            return ""
        user = self.candidate.membership.user
        return user.get_full_name() or user.username


def candidates_of(project: Project) -> QuerySet[Candidate]:
    """All but those whom an admin let in, or shut out, among the members without a decision."""
    undecided = Q(state=Candidate.State.UNDERWAY)
    return (
        Candidate.objects.filter(project=project)
        .exclude(undecided & ~Q(membership__state=Membership.State.ONBOARDING))
        .select_related("membership__user", "membership__project")
        .order_by("number")
    )


def candidates_unbegun(project: Project) -> int:
    """How many members in onboarding have not looked at it yet, and so have no number."""
    return Membership.objects.filter(
        project=project, state=Membership.State.ONBOARDING, candidate=None
    ).count()


@dataclass(frozen=True)
class Row:
    """A candidate in the list; `at` is the step that is their turn, of the undecided."""

    candidate: Candidate
    at: Standing | None
    place: int
    places: int

    @property
    def waits(self) -> bool:
        """Whether somebody has to decide: the screening is handed in, or no try is left."""
        return self.at is not None and (self.at.waits or self.at.spent)


def candidates_listed(project: Project) -> list[Row]:
    """Who waits for a decision first, then who is under way, then the decided; by number, which
    tells nothing."""
    candidates = list(candidates_of(project))
    underway = [each for each in candidates if each.state == Candidate.State.UNDERWAY]
    steps = steps_ready(project)
    standings = standings_many([each.membership_id for each in underway], steps)
    rows = []
    for each in candidates:
        mine = standings.get(each.membership_id, [])
        at = next_of(mine)
        rows.append(Row(each, at, mine.index(at) + 1 if at else len(mine), len(mine)))
    decided = Candidate.State.UNDERWAY
    return sorted(rows, key=lambda row: (not row.waits, row.candidate.state != decided))


def sheet_of(candidate: Candidate) -> Sheet:
    attempts = (
        OnboardingAttempt.objects.filter(
            membership=candidate.membership_id,
            step__kind=Kind.SCREENING,
            submitted_at__isnull=False,
        )
        .select_related("step__project")
        .prefetch_related(
            Prefetch("grades", OnboardingGrade.objects.select_related("reviewer").order_by("pk"))
        )
        .order_by("-number")
    )
    decisions = candidate.decisions.select_related("decided_by", "step").order_by("-pk")
    return Sheet(
        candidate,
        standings_of(candidate.membership),
        [screening_of(each) for each in attempts],
        list(decisions),
    )


def screening_of(attempt: OnboardingAttempt) -> Screening:
    content = attempt_content(attempt)
    written = written_of(attempt)
    cutoffs = attempt.step.content["cutoffs"]  # as they are set now
    values = {
        "sensitive": percent(attempt.sensitive_agreement),
        "ranking": percent(attempt.pairs_agreement),
        "demonstrations": grade_mean(written),
    }
    texts = attempt.answers.get(TEXTS, {}).get("said", [])
    topics = attempt.answers.get(TOPICS, {}).get("said", [])
    return Screening(
        attempt=attempt,
        question=content["question"],
        figures=[Figure(name, values[name], cutoffs[name]) for name in CUTOFFS],
        texts=[{**each, "said": said} for each, said in zip(content["texts"], texts, strict=False)],
        rankings=rankings_shown(attempt, content["golds"]),
        written=written,
        topics=[Topic(*each) for each in zip(content["topics"], topics, strict=False)],
    )


def percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def grade_mean(written: list[WrittenItem]) -> float | None:
    """Mean over the demonstrations of each one's mean grade; None while none is graded."""
    means = [each.mean for each in written if each.mean is not None]
    return mean(means) if means else None


def written_of(attempt: OnboardingAttempt) -> list[WrittenItem]:
    grades = list(attempt.grades.all())
    return [
        WrittenItem(prompt, text, [each for each in grades if each.item == item])
        for item, prompt, text in demonstrations_of(attempt)
    ]


def rankings_shown(attempt: OnboardingAttempt, ids: list[int]) -> list[RankedItem]:
    golds = golds_named(ids, kind=Kind.SCREENING, project=attempt.step.project)
    answered = [gold for gold in golds if f"{RANKING}-{gold.pk}" in attempt.answers]
    found = []
    for gold in answered:
        said = attempt.answers[f"{RANKING}-{gold.pk}"]["ranks"]
        found.append(
            RankedItem(
                prompt=gold.task.messages[-1]["content"],
                agreement=pairs_agreement(said, gold.ranks),
                tau=tau_b(said, gold.ranks),
                said=said,
                gold=gold.ranks,
            )
        )
    return found
