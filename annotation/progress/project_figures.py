"""How a project goes on: throughput, what is left, coverage, who is idle, what it costs."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum
from django.utils import timezone

from annotation.people.models import Membership, MembershipRole, Project
from annotation.pool.rules import rules_of
from annotation.progress.done import EXPECTED, Done, dated, days_back, done_by_day
from annotation.progress.models import Rates
from annotation.progress.rates import cost, rates_of, rates_set
from annotation.prompts.models import UseCase
from annotation.queue.models import Assignment, Task

DAYS = 56
PACE_DAYS = 14
IDLE_DAYS = 7


@dataclass(frozen=True)
class Day:
    """`left`: labels that were still missing when the day was over, of tasks there were by then."""

    day: date
    done: int
    seconds: int
    left: int


@dataclass(frozen=True)
class Burn:
    """Labels missing now, `pace` of them a day; `days` until none is missing, None at no pace."""

    left: int
    pace: float

    @property
    def days(self) -> int | None:
        if not self.left:
            return 0
        return ceil(self.left / self.pace) if self.pace else None

    @property
    def end(self) -> date | None:
        return None if self.days is None else timezone.localdate() + timedelta(days=self.days)


@dataclass(frozen=True)
class Covered:
    """Labels of prompts of a use case; shares in percent, `wanted` as the project's mix says."""

    use_case: str
    label: str
    prompts: int
    labels: int
    share: float
    wanted: float


@dataclass(frozen=True)
class LabelerRow:
    """`cost` is None where no rates are set; `last` where nothing was ever handed in."""

    name: str
    state: str
    done: int
    seconds: int
    recent: int
    last: datetime | None
    idle: bool
    cost: Decimal | None


@dataclass(frozen=True)
class Progress:
    days: list[Day]
    burn: Burn
    coverage: list[Covered]
    labelers: list[LabelerRow]
    kinds: Mapping[str, int]
    seconds: int
    currency: str
    cost: Decimal | None

    @property
    def done(self) -> int:
        return sum(self.kinds.values())

    @property
    def idle(self) -> int:
        return sum(row.idle for row in self.labelers)

    @property
    def cost_each(self) -> Decimal | None:
        return self.cost / self.done if self.cost is not None and self.done else None


def progress_of(project: Project) -> Progress:
    rows = done_by_day(project, days=DAYS)
    rates = rates_of(project)
    kinds: Counter[str] = Counter()
    for row in rows:
        kinds[row.kind] += row.done
    left = labels_left(project)
    return Progress(
        days=days_of(project, rows, left),
        burn=Burn(left, pace(rows)),
        coverage=coverage_of(project),
        labelers=labelers_of(project, rows, rates),
        kinds=kinds,
        seconds=sum(row.seconds for row in rows),
        currency=rates.currency,
        cost=costs(rates, rows),
    )


def costs(rates: Rates, rows: Iterable[Done]) -> Decimal | None:
    """None where no rates are set."""
    if not rates_set(rates):
        return None
    parts = (cost(rates, kind=row.kind, done=row.done, seconds=row.seconds) for row in rows)
    return sum(parts, Decimal(0))


def expected(project: Project) -> Any:
    return Task.objects.visible().filter(project=project, purpose__in=EXPECTED)


def labels_left(project: Project) -> int:
    """Labels that open tasks wait for."""
    waiting = expected(project).filter(state=Task.State.OPEN)
    left = waiting.aggregate(left=Sum(F("overlap") - F("submitted_count")))["left"]
    return max(0, left or 0)


def pace(rows: Iterable[Done]) -> float:
    """Labels a day, over the last PACE_DAYS days."""
    since = days_back(PACE_DAYS)[0]
    return sum(row.labels for row in rows if row.day and row.day >= since) / PACE_DAYS


def days_of(project: Project, rows: Iterable[Done], left: int) -> list[Day]:
    """The last DAYS days; what was left after each is reckoned back from what is left now."""
    done, seconds, labels = Counter[date](), Counter[date](), Counter[date]()
    for row in rows:
        if row.day:
            done[row.day] += row.done
            seconds[row.day] += row.seconds
            labels[row.day] += row.labels
    wanted = wanted_by_day(project)
    days = []
    for day in reversed(days_back(DAYS)):
        days.append(Day(day, done[day], seconds[day], max(0, left)))
        left += labels[day] - wanted[day]
    return days[::-1]


def wanted_by_day(project: Project) -> Counter[date]:
    """Labels that the tasks made on each day ask for; one that is not open asks for what it has."""
    open_ones = Q(state=Task.State.OPEN)
    rows = dated(expected(project), "created_at", days=DAYS).order_by().values_list("day")
    asked = rows.annotate(
        wanted=Sum("overlap", filter=open_ones), had=Sum("submitted_count", filter=~open_ones)
    )
    return Counter({day: (wanted or 0) + (had or 0) for day, wanted, had in asked})


def coverage_of(project: Project) -> list[Covered]:
    """Labels by the use case of their prompt, the most wanted first."""
    rows: Any = (
        expected(project)
        .filter(prompt__isnull=False)
        .order_by()
        .values_list("prompt__use_case")
        .annotate(labels=Sum("submitted_count"), prompts=Count("prompt", distinct=True))
    )
    found = {use_case: (labels, prompts) for use_case, labels, prompts in rows}
    total = sum(labels for labels, _ in found.values())
    wanted = rules_of(project).mix
    covered = []
    for case in sorted(UseCase.values, key=lambda case: -wanted[case]):
        labels, prompts = found.get(case, (0, 0))
        if labels or prompts or wanted[case]:
            share = 100 * labels / total if total else 0.0
            label = str(UseCase(case).label)
            covered.append(Covered(case, label, prompts, labels, share, wanted[case]))
    return covered


def labelers_of(project: Project, rows: Sequence[Done], rates: Rates) -> list[LabelerRow]:
    """Members who label, and whoever did; those with most done in the last days first."""
    by_labeler: dict[int, list[Done]] = defaultdict(list)
    for row in rows:
        by_labeler[row.labeler].append(row)
    members = members_labeling(project, also=by_labeler)
    found = [labeler_row(member, by_labeler[member.user_id], rates) for member in members]
    return sorted(found, key=lambda row: (-row.recent, -row.done, row.name))


def members_labeling(project: Project, *, also: Iterable[int]) -> Any:
    """Members who hold the role, and those users; each with `labels`, whether they hold it, and
    `last`, when they handed in last."""
    latest = Assignment.objects.filter(
        labeler=OuterRef("user"),
        state=Assignment.State.SUBMITTED,
        task__project=OuterRef("project"),
    ).order_by("-ended_at")
    role = MembershipRole.objects.filter(
        membership=OuterRef("pk"), role=MembershipRole.Role.LABELER
    )
    return (
        Membership.objects.filter(project=project)
        .select_related("user")
        .annotate(last=Subquery(latest.values("ended_at")[:1]), labels=Exists(role))
        .filter(Q(labels=True) | Q(user__in=list(also)))
    )


def labeler_row(member: Any, rows: Sequence[Done], rates: Rates) -> LabelerRow:
    since = days_back(IDLE_DAYS)[0]
    recent = sum(row.done for row in rows if row.day and row.day >= since)
    active = member.labels and member.state == Membership.State.ACTIVE
    return LabelerRow(
        name=str(member.user),
        state=member.get_state_display(),
        done=sum(row.done for row in rows),
        seconds=sum(row.seconds for row in rows),
        recent=recent,
        last=member.last,
        idle=active and not recent,
        cost=costs(rates, rows),
    )
