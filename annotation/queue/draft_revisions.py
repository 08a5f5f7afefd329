"""What a draft tells of itself: how often it was saved, by which page, and if it says anything.

So a page that was left open neither overwrites what another one has saved since, nor ends it by
handing in what it shows itself.
"""

from collections.abc import Collection
from typing import Any, NamedTuple, Protocol

# What a draft tells of itself, and what was put away: none of it is work.
BESIDES = frozenset({"revision", "writer", "aim", "discarded"})


class Drafted(Protocol):
    """A row that keeps a draft."""

    draft: dict[str, Any]


class DraftSeen(NamedTuple):
    """What who hands in knows of the draft: the revision begun from, and the name saved under."""

    revision: int
    writer: str = ""


def draft_revision(row: Drafted) -> int:
    """How often the draft has been saved; 0 where nobody counted."""
    revision = row.draft.get("revision")
    return revision if isinstance(revision, int) and revision > 0 else 0


def draft_writer(row: Drafted) -> str | None:
    """The page that saved the draft last; None where none gave its name."""
    writer = row.draft.get("writer")
    return writer if isinstance(writer, str) and writer else None


def draft_newer(row: Drafted, seen: DraftSeen) -> bool:
    """Whether another writer has saved the draft since `seen`."""
    return draft_revision(row) > seen.revision and seen.writer != draft_writer(row)


def draft_says(draft: dict[str, Any], *, besides: Collection[str] = BESIDES) -> bool:
    """Whether anything is written, placed or marked in it."""
    left: list[Any] = [value for name, value in draft.items() if name not in besides]
    while left:
        value = left.pop()
        if isinstance(value, dict | list):
            left += value.values() if isinstance(value, dict) else value
        elif value.strip() if isinstance(value, str) else value:
            return True
    return False


def draft_left(row: Drafted, seen: DraftSeen | None) -> dict[str, Any]:
    """What stays of the draft as the work is handed in: what another page saved after `seen`.

    Who does not say what they have seen has seen all of it.
    """
    newer = seen is not None and draft_newer(row, seen)
    return row.draft if newer and draft_holds(row.draft) else {}


def draft_holds(draft: dict[str, Any]) -> bool:
    """Whether anything in it is lost with it: where a dialogue stood is not."""
    return draft_says(draft, besides={*BESIDES, "place"})
