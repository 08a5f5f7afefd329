"""What a scripted labeler means to say of one task, drawn from its own dice."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

KEYBOARD, MOUSE = "keyboard", "mouse"
INTERRUPTIONS = ("reload", "close", "cut", "expire")
REASONS = ("unclear", "harmful", "language", "expertise", "broken")
NOTES = (
    "",
    "",
    "",
    "B invents a city.",
    "Two are one:\nhardly a difference.",
    "Größe „Ж“ 日本 <b>&amp;",
)


@dataclass(frozen=True)
class Said:
    """Of one answer: its slot on the page (1 is best, gaps are fine), score and flags by key."""

    slot: int
    likert: int | None
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    way: str
    skip: str  # a reason, or nothing
    none_acceptable: bool
    note: str
    interruption: str
    interrupted_after: int
    """Answers placed before the interruption."""
    annotations: tuple[str, ...]


def plan_draw(
    dice: random.Random, *, k: int, annotations: Sequence[str], interruptions: float
) -> Plan:
    """`interruptions` is the share of tasks in whose middle something happens."""
    return Plan(
        way=KEYBOARD if dice.random() < 0.7 else MOUSE,
        skip=dice.choice(REASONS) if dice.random() < 0.03 else "",
        none_acceptable=dice.random() < 0.06,
        note=dice.choice(NOTES),
        interruption=dice.choice(INTERRUPTIONS) if dice.random() < interruptions else "",
        interrupted_after=dice.randint(1, k),
        annotations=tuple(key for key in annotations if dice.random() < 0.1),
    )


def answers_draw(dice: random.Random, *, k: int, flags: Sequence[str]) -> list[Said]:
    """Slots with ties and gaps among them; a score for most, a flag here and there."""
    return [
        Said(
            slot=dice.randint(1, k),
            likert=dice.randint(1, 7) if dice.random() < 0.7 else None,
            flags=tuple(key for key in flags if dice.random() < 0.12),
        )
        for _ in range(k)
    ]
