"""The report as flat tables, for spreadsheets. Figures are as stored, labelers by their names."""

from collections.abc import Callable, Iterator
from typing import Any

Row = dict[str, Any]
Names = dict[int, str]
AGREEMENT = ("comparisons", "ordered", "alike", "rate", "low", "high", "tau")


def labelers(figures: Row, names: Names) -> Iterator[Row]:
    for row in figures["labelers"]:
        position, length, pace = (row[key] or {} for key in ("position", "length", "pace"))
        yield {
            "labeler": names[row["labeler"]],
            "heldout": row["heldout"],
            "rankings": row["rankings"],
            **{key: row["agreement"][key] for key in AGREEMENT},
            "trust": row["trust"],
            "position_tau": position.get("tau"),
            "position_z": position.get("z"),
            "length_effect": length.get("effect"),
            "length_z": length.get("z"),
            "time_share": pace.get("share"),
            "quick": pace.get("quick"),
            "slow": pace.get("slow"),
        }


def pairs(figures: Row, names: Names) -> Iterator[Row]:
    """Each two labelers once."""
    matrix = figures["matrix"]
    people = [names[pk] for pk in matrix["labelers"]]
    for i, one in enumerate(people):
        for j in range(i + 1, len(people)):
            if ordered := matrix["ordered"][i][j]:
                alike = matrix["alike"][i][j]
                yield {
                    "labeler": one,
                    "other": people[j],
                    "ordered": ordered,
                    "alike": alike,
                    "rate": alike / ordered,
                }


def use_cases(figures: Row, _names: Names) -> Iterator[Row]:
    for row in figures["use_cases"]:
        yield {key: row[key] for key in ("use_case", "rankings", *AGREEMENT)}


def weeks(figures: Row, _names: Names) -> Iterator[Row]:
    for row in figures["weeks"]:
        yield {key: row[key] for key in ("week", "rankings", *AGREEMENT)}


def learning(figures: Row, names: Names) -> Iterator[Row]:
    """Of all first, then of each labeler."""
    of = [("", figures["learning"])]
    of += [(names[row["labeler"]], row["learning"]) for row in figures["labelers"]]
    for name, rows in of:
        for row in rows:
            yield {"labeler": name, **row}


def flags(figures: Row, names: Names) -> Iterator[Row]:
    for row in figures["flags"]:
        whole = {key: row[key] for key in ("flag", "flagged", "kappa", "alpha", "prevalence")}
        yield {**whole, "labeler": "", **dict.fromkeys(("catches", "false_alarms"))}
        for each in row["labelers"]:
            yield {
                **whole,
                "labeler": names[each["labeler"]],
                "catches": each["catches"],
                "false_alarms": each["false_alarms"],
            }


TABLES: dict[str, Callable[[Row, Names], Iterator[Row]]] = {
    "labelers": labelers,
    "pairs": pairs,
    "use-cases": use_cases,
    "weeks": weeks,
    "learning": learning,
    "flags": flags,
}


def figures_named(value: Any, names: Names) -> Any:
    """The figures with every labeler's id replaced by their name."""
    if isinstance(value, list):
        return [figures_named(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    told = {key: figures_named(each, names) for key, each in value.items()}
    if isinstance(value.get("labeler"), int):
        told["labeler"] = names[value["labeler"]]
    if "ordered" in value and isinstance(value.get("labelers"), list):
        told["labelers"] = [names[pk] for pk in value["labelers"]]
    return told
