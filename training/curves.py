"""Which curves of a run to show, in which order, and what they are called."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import QuerySet

from training.figures import SHARES, SPLITS, names_of, split_of, split_rank, title_of, value_text
from training.models import Metric, Run

T = TypeVar("T")
Points = list[tuple[int, float]]
"""(step, value) by step"""

# Of which split a figure is told in numbers: what was not learnt from says more than what was. What
# PPO rolls out is seen at every update, and its validation prompts only now and then.
TOLD = ("ppo", "valid", "train")
# The first to look at; the others follow in alphabetical order.
WATCHED = {
    Run.Stage.SFT: ("loss", "token_accuracy", "learning_rate"),
    Run.Stage.REWARD: ("accuracy", "loss"),
    Run.Stage.PPO: ("reward", "kl", "eos_rate"),
}


@dataclass(frozen=True)
class Curve:
    """One figure: the same quantity on one or more splits; one of them is told in numbers."""

    key: str
    title: str
    names: tuple[str, ...]
    labels: tuple[str, ...]
    told: str
    """Of what `first` and `last` are, as its label says."""
    first: float | None
    """Where it began"""
    last: float | None
    """Where it stands now"""
    line: float | None = None
    """A level to mark, as a ceiling."""

    @property
    def first_text(self) -> str:
        return "" if self.first is None else value_text(self.key, self.first)

    @property
    def moved(self) -> bool:
        """Whether there is a way from the first to the last to tell of."""
        return self.first is not None and self.first_text != self.last_text

    @property
    def share(self) -> bool:
        return self.key in SHARES

    @property
    def last_text(self) -> str:
        return "–" if self.last is None else value_text(self.key, self.last)


@dataclass(frozen=True)
class News:
    """The points that a page which follows a run has not read."""

    whole: bool
    """These are all there are: what the page has counts no more."""
    last: int
    """The number to ask after next."""
    points: dict[str, Points]


def metrics_of(run: Run, keys: Iterable[str] | None = None) -> dict[str, Points]:
    """The points of a run by metric, each list by step; of the quantities `keys`, or of all."""
    rows = Metric.objects.filter(run=run)
    if keys is not None:
        rows = rows.filter(name__in=[name for key in keys for name in names_of(key)])
    return _by_name(rows)


def news_of(run: Run, after: int) -> News:
    """What a page that has all the points up to number `after` (0: none) has yet to read."""
    rows = Metric.objects.filter(run=run)
    # A later attempt begins anew: the points that the page has of the one before are gone.
    whole = not rows.filter(pk=after).exists()
    last = rows.order_by("-pk").values_list("pk", flat=True).first() or 0
    # Up to `last`: the run may say more between the two statements.
    return News(whole, last, _by_name(rows.filter(pk__gt=0 if whole else after, pk__lte=last)))


def _by_name(rows: QuerySet[Metric]) -> dict[str, Points]:
    points: dict[str, Points] = defaultdict(list)
    ordered = rows.order_by("name", "step").values_list("name", "step", "value")
    for name, step, value in ordered.iterator():
        points[name].append((step, value))
    return dict(points)


def thin(items: Sequence[T], most: int) -> list[T]:
    """At most `most` (2 or more) items, evenly chosen, the first and the last among them."""
    if len(items) <= most:
        return list(items)
    gap = (len(items) - 1) / (most - 1)
    return [items[round(index * gap)] for index in range(most)]


def curves_of(run: Run, points: dict[str, Points]) -> list[Curve]:
    """The figures of a run: those to watch first, also while they are empty, then the others."""
    splits: dict[str, list[str]] = defaultdict(list)
    for name in points:
        splits[split_of(name)[1]].append(name)
    watched = WATCHED[Run.Stage(run.stage)]
    others = sorted(key for key in splits if key not in watched)
    return [_curve(run, key, splits.get(key, []), points) for key in (*watched, *others)]


def watched_curves(run: Run) -> list[Curve]:
    """The figures to look at first, for which only their own points are read."""
    return curves_of(run, metrics_of(run, WATCHED[Run.Stage(run.stage)]))


def _curve(run: Run, key: str, names: list[str], points: dict[str, Points]) -> Curve:
    names = sorted(names, key=split_rank)
    told = min(names, key=_told_rank, default="")
    seen = points[told] if told else []
    ceiling = run.config.get("kl_ceiling") if key == "kl" else None
    return Curve(
        key=key,
        title=title_of(key),
        names=tuple(names),
        labels=tuple(_label(name) for name in names),
        told=_label(told),
        first=seen[0][1] if seen else None,
        last=seen[-1][1] if seen else None,
        line=ceiling,
    )


def _label(name: str) -> str:
    return str(SPLITS.get(split_of(name)[0], name))


def _told_rank(name: str) -> int:
    split, _ = split_of(name)
    return TOLD.index(split) if split in TOLD else len(TOLD)


def rises_with_length(
    points: dict[str, Points], window: int = 40
) -> tuple[float, float, float] | None:
    """Over the last `window` updates: reward gained, tokens gained, and their correlation.

    None where there are fewer than 10 updates, or either of them stands still. Reward that rises
    with length is the commonest sign of a hacked reward model (Singhal et al., arXiv 2310.03716).
    """
    reward = dict(points.get("ppo/reward", []))
    length = dict(points.get("ppo/length", []))
    steps = sorted(reward.keys() & length.keys())[-window:]
    if len(steps) < 10:
        return None
    x, y = [length[step] for step in steps], [reward[step] for step in steps]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    over_x = sum((value - mean_x) ** 2 for value in x)
    over_y = sum((value - mean_y) ** 2 for value in y)
    if not over_x or not over_y:
        return None
    both = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    third = max(3, len(steps) // 4)
    return (
        sum(y[-third:]) / third - sum(y[:third]) / third,
        sum(x[-third:]) / third - sum(x[:third]) / third,
        both / (over_x * over_y) ** 0.5,
    )
