"""What an import says of itself while it runs and for good: counts, lines left out, bad lines."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from annotation.words import Words, words_restored
from annotation.words import gettext_words as _
from annotation.words import ngettext_words as ngettext

MOST_LISTED = 1000
MOST_UNKNOWN = 100
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

    def skip(self, notes: Iterable[tuple[int, Words]]) -> None:
        self.list("skipped", notes)

    def skip_first(self, notes: Iterable[tuple[int, Words]]) -> None:
        """What concerns the whole file, before what concerns single lines, though known later."""
        later = self.data["skipped"]
        self.data["skipped"] = []
        self.skip(notes)
        self.data["skipped"] = (self.data["skipped"] + later)[:MOST_LISTED]

    def error(self, line: int, reason: Words) -> None:
        self.list("errors", [(line, reason)])

    def list(self, name: str, notes: Iterable[tuple[int, Words]]) -> None:
        for line, reason in notes:
            self.data[f"{name}_total"] += 1
            if len(self.data[name]) < MOST_LISTED:
                self.data[name].append({"line": line, "reason": reason.stored()})


def report_told(report: dict[str, Any]) -> dict[str, Any]:
    """A stored report with every reason in the reader's language; those of old are one text."""
    return {
        **report,
        **{
            name: [{**entry, "reason": reason_told(entry["reason"])} for entry in report[name]]
            for name in ("skipped", "errors")
            if name in report
        },
    }


def reason_told(reason: dict[str, Any] | str) -> str:
    return reason if isinstance(reason, str) else str(words_restored(reason))


class Unknown:
    """What has no place, told once for all lines: a misspelt field stands in every one."""

    def __init__(self) -> None:
        self.lines: Counter[Words] = Counter()
        self.first: dict[Words, int] = {}
        self.others = 0

    def add(self, line: int, names: Iterable[Words]) -> None:
        for name in names:
            if name not in self.first and len(self.first) >= MOST_UNKNOWN:
                self.others += 1
                continue
            self.first.setdefault(name, line)
            self.lines[name] += 1

    def notes(self) -> Iterator[tuple[int, Words]]:
        """(first line, words) of each, in the order they were met."""
        for name, line in self.first.items():
            count = self.lines[name]
            words = ngettext(
                "%(name)s: left out, in %(count)s line",
                "%(name)s: left out, in %(count)s lines",
                count,
            )
            yield line, words % {"name": name, "count": count}
        if self.others:
            words = _("%(count)s more unknown fields and values left out")
            yield 0, words % {"count": self.others}
