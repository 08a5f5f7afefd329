"""Small charts as numbers for inline SVG: the templates draw them, without scripts.

Coordinates are texts, since templates write numbers as the reader's language does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from annotation.numerals import numeral

LABELS = 14


def coordinate(value: float) -> str:
    return f"{value:.1f}"


@dataclass(frozen=True)
class Scale:
    """Maps low..high to 0..length; what lies outside is drawn at the edge."""

    low: float
    high: float
    length: float

    def at(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return min(1.0, max(0.0, share)) * self.length


@dataclass(frozen=True)
class Whisker:
    """A value with its interval on a line, and marks at known places."""

    low: str
    high: str
    value: str
    marks: tuple[str, ...]


def whisker(
    value: float, low: float, high: float, scale: Scale, marks: Sequence[float] = ()
) -> Whisker:
    return Whisker(
        low=coordinate(scale.at(low)),
        high=coordinate(scale.at(high)),
        value=coordinate(scale.at(value)),
        marks=tuple(coordinate(scale.at(mark)) for mark in marks),
    )


@dataclass(frozen=True)
class Point:
    x: str
    y: str
    low: str
    high: str
    label: str
    title: str


@dataclass(frozen=True)
class LineChart:
    """Points of equal distance with their intervals, joined by a line; `grid` is (y, text)."""

    width: int
    height: int
    points: tuple[Point, ...]
    line: str
    grid: tuple[tuple[str, str], ...]

    @property
    def bar(self) -> str:
        """How wide a bar is where values are drawn as bars."""
        return coordinate(0.7 * self.width / max(1, len(self.points)))


def bar_chart(rows: Sequence[tuple[str, str, float]], *, width: int = 560) -> LineChart:
    """Counts as bars; rows: (label below, title, value)."""
    top = round_above(max((value for _, _, value in rows), default=0))
    grid = [(value, numeral(value)) for value in (0, top / 2, top)]
    told = [(label, title, value, 0.0, value) for label, title, value in rows]
    return line_chart(told, grid=grid, width=width)


def round_above(value: float) -> int:
    """The least of 2, 4, 10, 20, 40, 100, ... that is no less: its half is a whole number."""
    power = 1
    while True:
        for digit in (2, 4, 10):
            if digit * power >= value:
                return digit * power
        power *= 10


def line_chart(
    rows: Sequence[tuple[str, str, float, float, float]],
    *,
    grid: Sequence[tuple[float, str]],
    width: int = 560,
    height: int = 160,
) -> LineChart:
    """rows: (label below, title, value, low, high) from left to right; grid: (value, text), the
    lowest first; it spans the chart. Of many labels only some find room."""
    every = 1 if len(rows) <= LABELS else -(-len(rows) // (LABELS // 2))
    scale = Scale(grid[0][0], grid[-1][0], height)
    gap = width / max(1, len(rows))
    points = tuple(
        Point(
            x=coordinate(gap * (index + 0.5)),
            y=coordinate(height - scale.at(value)),
            low=coordinate(height - scale.at(low)),
            high=coordinate(height - scale.at(high)),
            label="" if index % every else label,
            title=title,
        )
        for index, (label, title, value, low, high) in enumerate(rows)
    )
    return LineChart(
        width=width,
        height=height,
        points=points,
        line=" ".join(f"{point.x},{point.y}" for point in points),
        grid=tuple((coordinate(height - scale.at(value)), text) for value, text in grid),
    )
