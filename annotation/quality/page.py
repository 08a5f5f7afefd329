"""The stored report as the quality page shows it: texts and charts."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from annotation.charts import LineChart, Scale, Whisker, line_chart, whisker
from annotation.numerals import numeral
from annotation.people.models import Project, User
from annotation.prompts.models import UseCase
from annotation.quality.models import QualityReport
from annotation.quality.wording import (
    finding_text,
    interval_text,
    outliers_text,
    percent,
    plain,
    stretch_text,
)

Row = dict[str, Any]
WHISKER = 96
IN_MATRIX = 30
"""Labelers that a page's matrix shows; all are in the files."""


@dataclass(frozen=True)
class LabelerRow:
    name: str
    rankings: str
    agreement: str
    agreement_chart: Whisker | None
    trust: str
    position: str
    position_chart: Whisker | None
    length: str
    length_chart: Whisker | None
    pace: str
    outliers: str
    learning: LineChart | None
    learning_text: str
    found: bool


@dataclass(frozen=True)
class Cell:
    text: str
    level: int
    title: str


@dataclass(frozen=True)
class FlagRow:
    label: str
    flagged: str
    share: str
    kappa: str
    alpha: str
    prevalence: str
    labelers: list[tuple[str, str, str, str]]


@dataclass(frozen=True)
class Page:
    empty: bool
    compared: bool
    findings: list[str]
    figures: list[tuple[str, str, str]]
    labelers: list[LabelerRow]
    heldout: list[LabelerRow]
    matrix_names: list[str]
    matrix: list[tuple[str, list[Cell]]]
    matrix_cut: int
    use_cases: list[tuple[str, str, str, str]]
    weeks: LineChart | None
    week_rows: list[tuple[str, str, str, str]]
    learning: LineChart | None
    learning_rows: list[tuple[str, str, str]]
    flags: list[FlagRow]
    never_flagged: list[str]
    outliers: list[tuple[str, str, str, str, str]]


def page_of(project: Project, report: QualityReport) -> Page | None:
    """None while there has never been a report."""
    figures = report.figures
    if not figures:
        return None
    names = labeler_names(figures)
    rows = _labeler_rows(figures, names)
    chosen = _matrix_chosen(figures)
    called = _matrix_names(figures, names)
    flags = {flag["key"]: flag["label"] for flag in project.rubric.get("flags", [])}
    return Page(
        empty=not figures["rankings"],
        compared=bool(figures["compared_tasks"]),
        findings=[finding_text(each, names[each["labeler"]]) for each in figures["findings"]],
        figures=_figures(figures),
        labelers=[row for row, heldout in rows if not heldout],
        heldout=[row for row, heldout in rows if heldout],
        matrix_names=[called[index] for index in chosen],
        matrix=_matrix(figures, called, chosen),
        matrix_cut=len(figures["matrix"]["labelers"]) - len(chosen),
        use_cases=_use_cases(figures),
        weeks=_rates_chart([(row["week"], row) for row in figures["weeks"]]),
        week_rows=_part_rows((row["week"], row) for row in figures["weeks"]),
        learning=_rates_chart([(stretch_text(row), row) for row in figures["learning"]]),
        learning_rows=[
            (stretch_text(row), interval_text(row), numeral(row["ordered"]))
            for row in figures["learning"]
        ],
        flags=_flags(figures, flags, names),
        never_flagged=[
            flags.get(row["flag"], row["flag"]) for row in figures["flags"] if not row["flagged"]
        ],
        outliers=_outliers(figures, names),
    )


def labeler_names(figures: Row) -> dict[int, str]:
    """What the labelers of a report are called, by id."""
    ids = [row["labeler"] for row in figures["labelers"]]
    found = {user.pk: str(user) for user in User.objects.filter(pk__in=ids)}
    return {pk: found.get(pk, f"#{pk}") for pk in ids}


def _figures(figures: Row) -> list[tuple[str, str, str]]:
    """Title, value, what it is of."""
    agreement = figures["agreement"]
    told = [
        (
            _("Agreement"),
            interval_text(agreement["training"]),
            _("of %(pairs)s pairs that two labelers ordered")
            % {"pairs": numeral(agreement["training"]["ordered"])},
        ),
        (
            _("Krippendorff's α, ranks"),
            plain(figures["alpha_ranks"]),
            _("ordinal; 1 is perfect, 0 is chance"),
        ),
        (_("Krippendorff's α, ratings"), plain(figures["alpha_likert"]), _("ordinal")),
        (
            _("Kendall's W"),
            plain(figures["w"]),
            _("mean of %(tasks)s tasks") % {"tasks": numeral(figures["w_tasks"])},
        ),
        (
            _("Kendall's τ-b"),
            plain(agreement["training"]["tau"]),
            _("mean of %(pairs)s comparisons")
            % {"pairs": numeral(agreement["training"]["comparisons"])},
        ),
    ]
    for key, title in (
        ("heldout", _("Held out, with each other")),
        ("between", _("Held out, with the others")),
    ):
        row = agreement[key]
        if row["comparisons"]:
            of = _("of %(pairs)s pairs") % {"pairs": numeral(row["ordered"])}
            told.append((title, interval_text(row), of))
    return told


def _labeler_rows(figures: Row, names: dict[int, str]) -> list[tuple[LabelerRow, bool]]:
    """Whoever was found first, then by agreement, the lowest first; and whether held out."""
    found = {each["labeler"] for each in figures["findings"]}
    usual = figures["agreement"]["training"]["rate"]

    def place(row: Row) -> tuple[bool, float]:
        rate = row["agreement"]["rate"]
        return (row["labeler"] not in found, 2.0 if rate is None else rate)

    return [
        (_labeler_row(row, names[row["labeler"]], usual, row["labeler"] in found), row["heldout"])
        for row in sorted(figures["labelers"], key=place)
    ]


RATES, TAUS = Scale(0.4, 1.0, WHISKER), Scale(-0.8, 0.8, WHISKER)


def _labeler_row(row: Row, name: str, usual: float | None, found: bool) -> LabelerRow:
    agreement, position, length, pace = (
        row[key] for key in ("agreement", "position", "length", "pace")
    )
    known = agreement["rate"] is not None
    curve = row["learning"]
    return LabelerRow(
        name=name,
        rankings=numeral(row["rankings"]),
        agreement=interval_text(agreement),
        agreement_chart=whisker(
            agreement["rate"], agreement["low"], agreement["high"], RATES, [usual] if usual else []
        )
        if known
        else None,
        trust=plain(row["trust"]),
        position=plain(position["tau"]) if position else "–",
        position_chart=whisker(position["tau"], position["low"], position["high"], TAUS, [0.0])
        if position
        else None,
        length=plain(length["effect"]) if length else "–",
        length_chart=whisker(
            length["effect"],
            length["effect"] - 1.96 * length["error"],
            length["effect"] + 1.96 * length["error"],
            TAUS,
            [0.0],
        )
        if length
        else None,
        pace=percent(pace["share"], ".0f") if pace else "–",
        outliers=outliers_text(pace) if pace else "",
        learning=line_chart(
            [(stretch_text(each), "", each["rate"], each["low"], each["high"]) for each in curve],
            grid=[(0.4, ""), (1.0, "")],
            width=WHISKER,
            height=20,
        )
        if len(curve) > 1
        else None,
        learning_text=" → ".join(percent(each["rate"], ".0f") for each in (curve[0], curve[-1]))
        if len(curve) > 1
        else "–",
        found=found,
    )


def _matrix_names(figures: Row, names: dict[int, str]) -> list[str]:
    heldout = {row["labeler"] for row in figures["labelers"] if row["heldout"]}
    return [
        _("%(name)s, held out") % {"name": names[pk]} if pk in heldout else names[pk]
        for pk in figures["matrix"]["labelers"]
    ]


def _matrix_chosen(figures: Row) -> list[int]:
    """Indices of the labelers with most pairs, those who are held out last."""
    ordered = figures["matrix"]["ordered"]
    heldout = {row["labeler"] for row in figures["labelers"] if row["heldout"]}
    by_pairs = sorted(range(len(ordered)), key=lambda index: -sum(ordered[index]))
    people = figures["matrix"]["labelers"]
    return sorted(by_pairs[:IN_MATRIX], key=lambda index: (people[index] in heldout, index))


def _matrix(figures: Row, called: list[str], chosen: list[int]) -> list[tuple[str, list[Cell]]]:
    matrix = figures["matrix"]
    return [
        (
            called[row],
            [
                _cell(matrix["alike"][row][column], matrix["ordered"][row][column], row == column)
                for column in chosen
            ],
        )
        for row in chosen
    ]


def _cell(alike: int, ordered: int, same: bool) -> Cell:
    if same or not ordered:
        return Cell("", 0, "")
    rate = alike / ordered
    level = 1 + min(4, max(0, int((rate - 0.5) * 10)))
    return Cell(numeral(100 * rate), level, _("of %(pairs)s pairs") % {"pairs": numeral(ordered)})


def _use_cases(figures: Row) -> list[tuple[str, str, str, str]]:
    labels = dict(UseCase.choices)
    rows = sorted(figures["use_cases"], key=lambda row: -row["rankings"])
    return _part_rows((str(labels.get(row["use_case"], row["use_case"])), row) for row in rows)


def _part_rows(rows: Any) -> list[tuple[str, str, str, str]]:
    """Name, rankings, agreement, tau-b."""
    return [
        (name, numeral(row["rankings"]), interval_text(row), plain(row["tau"]))
        for name, row in rows
    ]


def _rates_chart(rows: list[tuple[str, Row]]) -> LineChart | None:
    known = [(name, row) for name, row in rows if row["rate"] is not None]
    if len(known) < 2:
        return None
    lowest = min(row["low"] for _, row in known)
    floor = 0.5 if lowest >= 0.5 else 0.0
    grid = [(floor, percent(floor, ".0f"))]
    middle = (floor + 1) / 2
    grid += [(middle, percent(middle, ".0f")), (1.0, percent(1, ".0f"))]
    told = [
        (name, f"{name}: {interval_text(row)}", row["rate"], row["low"], row["high"])
        for name, row in known
    ]
    return line_chart(told, grid=grid)


def _flags(figures: Row, labels: dict[str, str], names: dict[int, str]) -> list[FlagRow]:
    """Those that were ever flagged, the most frequent first."""
    return [
        FlagRow(
            label=labels.get(row["flag"], row["flag"]),
            flagged=numeral(row["flagged"]),
            share=percent(row["flagged"] / row["judgments"]),
            kappa=plain(row["kappa"]),
            alpha=plain(row["alpha"]),
            prevalence=percent(row["prevalence"]),
            labelers=[
                (
                    names[each["labeler"]],
                    numeral(each["judgments"]),
                    percent(each["catches"], ".0f"),
                    percent(each["false_alarms"]),
                )
                for each in row["labelers"]
            ],
        )
        for row in sorted(figures["flags"], key=lambda row: -row["flagged"])
        if row["flagged"]
    ]


def _outliers(figures: Row, names: dict[int, str]) -> list[tuple[str, str, str, str, str]]:
    return [
        (
            names[row["labeler"]],
            str(row["task"]),
            numeral(row["seconds"]),
            numeral(row["characters"]),
            plain(row["z"], ".1f"),
        )
        for row in figures["outliers"]
    ]
