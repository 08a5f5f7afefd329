"""What an import says of itself while it runs and for good: counts, lines left out, bad lines."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

MOST_LISTED = 1000
COUNTED = ("prompts", "demonstrations", "completions", "rankings", "tasks")


class Report:
    """The dictionary of `ImportBatch.report`; lists keep the first MOST_LISTED, totals go on."""

    def __init__(self, stored: dict[str, Any]) -> None:
        self.data: dict[str, Any] = {
            "lines": 0,
            **dict.fromkeys(COUNTED, 0),
            "duplicates": 0,
            "skipped": [],
            "skipped_total": 0,
            "errors": [],
            "errors_total": 0,
            "attempts": 0,
            **stored,
        }

    def count(self, counts: Counter[str]) -> None:
        for name, number in counts.items():
            self.data[name] += number

    def skip(self, notes: Iterable[tuple[int, str]]) -> None:
        self.list("skipped", notes)

    def error(self, line: int, reason: str) -> None:
        self.list("errors", [(line, reason)])

    def list(self, name: str, notes: Iterable[tuple[int, str]]) -> None:
        for line, reason in notes:
            self.data[f"{name}_total"] += 1
            if len(self.data[name]) < MOST_LISTED:
                self.data[name].append({"line": line, "reason": reason[:500]})
