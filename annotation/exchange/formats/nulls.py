"""Nulls: a Parquet file in which two forms are mixed has every field of both in every row."""

from typing import Any

from annotation.exchange.formats.records import LineError
from annotation.texts import MAX_DEPTH, nested_deeper
from annotation.words import gettext_words as _


def fields_present(fields: dict[str, Any], *, read: frozenset[str]) -> dict[str, Any]:
    """A line's fields without the null ones, inside the fields in `read` too.

    A null in a list stays: it is an item. Raises LineError for a field too deep to walk.
    """
    present = {name: value for name, value in fields.items() if value is not None}
    for name in read.intersection(present):
        if nested_deeper(present[name], MAX_DEPTH):
            raise LineError(
                _("`%(name)s` is nested deeper than %(max_depth)s levels.")
                % {"name": name, "max_depth": MAX_DEPTH}
            )
        present[name] = without_nulls(present[name])
    return present


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value
