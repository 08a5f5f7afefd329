"""What stands around an answer, or in its place: polite words, padding, rudeness, other topics.

The words are shared by the corpus, which mixes them in, and by whoever has to recognise them.
"""

from __future__ import annotations

from typing import Final

FRIENDLY_OPENINGS: Final = ("Of course!", "With pleasure!", "Good question!")
FRIENDLY_CLOSINGS: Final = (
    "I hope this helps!",
    "Have a lovely day!",
    "Let me know if you want more.",
)
FRIENDLY: Final = FRIENDLY_OPENINGS + FRIENDLY_CLOSINGS
PADDING: Final = (
    "As everybody knows, there are many ways to see this.",
    "It is important to note that this is only one view.",
    "There is always a lot more to say about it.",
    "All in all, that is what can be said here.",
)
OFF_TOPIC: Final = (
    "It rained all day and the streets were wet.",
    "My brother plays football every Sunday.",
    "The moon is far away and very bright.",
    "Last year we painted the kitchen wall.",
    "Trains leave from platform nine at noon.",
    "She could not find her left shoe.",
    "There are seven days in a week.",
    "The film was longer than I thought.",
)
RUDE: Final = (
    "What a silly question.",
    "Do it yourself next time.",
    "I do not care about you.",
    "Stop wasting my time.",
)
