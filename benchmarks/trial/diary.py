"""What the scripts remember: by the texts that were on the screen, never by a place or an id."""

import asyncio
from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class Heard:
    """Of one answer: its text as read on the screen, its place and what else was said."""

    text: str
    rank: int | None
    likert: int | None
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """One task as one labeler left it."""

    labeler: str
    prompt: str
    outcome: str  # ranked, none_acceptable or skipped
    answers: tuple[Heard, ...]  # sorted
    note: str = ""
    annotations: tuple[str, ...] = ()
    reason: str = ""  # of a skip

    @property
    def key(self) -> tuple[str, str]:
        return self.labeler, self.prompt


@dataclass
class Crew:
    """All labelers of a trial: what they did, and whether somebody is still at it."""

    entries: list[Entry] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    interruptions: dict[str, int] = field(default_factory=dict)
    working: set[str] = field(default_factory=set)
    looked: dict[str, int] = field(default_factory=dict)
    drag: asyncio.Lock = field(default_factory=asyncio.Lock)  # one mouse drags at a time

    def done(self, entry: Entry, seconds: float | None = None) -> None:
        self.entries.append(entry)
        if seconds is not None:
            self.seconds.append(seconds)

    def interrupted(self, how: str) -> None:
        self.interruptions[how] = self.interruptions.get(how, 0) + 1

    def all_found_nothing(self) -> bool:
        """Nobody has ended a task, and so freed one, since each has looked for one in vain."""
        return all(self.looked.get(name) == len(self.entries) for name in self.working)


def plain(text: str) -> str:
    """A text as it reads: the page breaks its lines as it likes."""
    return " ".join(text.split())
