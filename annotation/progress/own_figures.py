"""A labeler's own figures, as nobody but they and the admins see them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from annotation.gold.models import Grade
from annotation.gold.rules import rules_of
from annotation.people.models import Project, User
from annotation.progress.done import Done, days_back, done_by_day, week_begin
from annotation.progress.project_figures import costs
from annotation.progress.rates import rates_of
from annotation.quality.models import QualityReport

DAYS = 28


@dataclass(frozen=True)
class Stretch:
    """What was done in a stretch of time; `earned` is None where labelers are not told."""

    done: int
    seconds: int
    earned: Decimal | None


@dataclass(frozen=True)
class Agreed:
    """The share of pairs, and of how much."""

    share: float
    of: int


@dataclass(frozen=True)
class Own:
    today: Stretch
    week: Stretch
    ever: Stretch
    kinds: dict[str, int]
    days: list[tuple[date, int, int]]
    currency: str
    gold: Agreed | None
    others: Agreed | None
    others_usual: float | None


def own_of(*, labeler: User, project: Project) -> Own:
    rows = done_by_day(project, days=DAYS, labeler=labeler.pk)
    rates = rates_of(project)

    def stretch(rows: Iterable[Done]) -> Stretch:
        found = list(rows)
        earned = costs(rates, found) if rates.told else None
        return Stretch(sum(row.done for row in found), sum(row.seconds for row in found), earned)

    days = days_back(DAYS)
    done, seconds = Counter[date | None](), Counter[date | None]()
    kinds: Counter[str] = Counter()
    for row in rows:
        done[row.day] += row.done
        seconds[row.day] += row.seconds
        kinds[row.kind] += row.done
    others, usual = others_agree(labeler, project)
    return Own(
        today=stretch(row for row in rows if row.day == days[-1]),
        week=stretch(row for row in rows if row.day and row.day >= week_begin()),
        ever=stretch(rows),
        kinds=dict(kinds),
        days=[(day, done[day], seconds[day]) for day in days],
        currency=rates.currency,
        gold=gold_agrees(labeler, project),
        others=others,
        others_usual=usual,
    )


def gold_agrees(labeler: User, project: Project) -> Agreed | None:
    """Mean agreement with gold of the latest tasks, in whole groups of as many as are needed to
    judge anybody: a figure that moved with each task would say which one was gold."""
    rules = rules_of(project)
    grades = Grade.objects.filter(project=project, labeler=labeler).order_by("pk")
    told = grades.count() // rules.least * rules.least
    latest = list(grades.values_list("agreement", flat=True)[max(0, told - rules.window) : told])
    return Agreed(sum(latest) / len(latest), len(latest)) if latest else None


def others_agree(labeler: User, project: Project) -> tuple[Agreed | None, float | None]:
    """How far the others order pairs as this labeler does, and as labelers usually do each other's,
    by the last quality report."""
    report = QualityReport.objects.filter(project=project).first()
    figures = report.figures if report else {}
    for row in figures.get("labelers", ()):
        agreement = row["agreement"]
        if row["labeler"] == labeler.pk and agreement["rate"] is not None:
            usual = figures["agreement"]["training"]["rate"]
            return Agreed(agreement["rate"], agreement["ordered"]), usual
    return None, None
