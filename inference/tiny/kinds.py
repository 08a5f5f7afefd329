"""The kinds of instruction in the corpus, after InstructGPT's use cases (arXiv 2203.02155, tab. 1).

A kind is its wordings: how it is asked, how it is answered fully, how curtly. Slots in braces are
filled from `fillers`; `{label}` is what a classification has to find out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

_SLOT: Final = re.compile(r"\{(\w+)\}")
_ONE_WORD: Final = frozenset({"colour", "label", "opinion"})


@dataclass(frozen=True)
class Kind:
    """One kind of instruction. `carried` names the slots a right answer repeats, subject first."""

    name: str
    use_case: str
    asks: tuple[str, ...]
    answers: tuple[str, ...]
    curt: tuple[str, ...]
    carried: tuple[str, ...]

    @property
    def subject(self) -> str:
        return self.carried[0]

    @property
    def slots(self) -> tuple[str, ...]:
        """Every slot that any wording needs, in order of first use."""
        text = " ".join((*self.asks, *self.answers, *self.curt))
        return tuple(dict.fromkeys(_SLOT.findall(text)))


OPINIONS: Final[dict[str, tuple[str, ...]]] = {
    "good": ("lovely", "delicious", "wonderful", "fresh", "perfect"),
    "bad": ("awful", "cold", "terrible", "burnt", "spoiled"),
}

KINDS: Final[tuple[Kind, ...]] = (
    Kind(
        name="write",
        use_case="generation",
        asks=(
            "Write one sentence about the {animal}.",
            "Write a short line about the {animal}.",
            "Make up a sentence with the {animal} in it.",
        ),
        answers=(
            "The {animal} sat by the old gate and watched the rain.",
            "One morning the {animal} walked slowly down the hill.",
            "Near the river the {animal} slept in the warm sun.",
        ),
        curt=("The {animal} ran.",),
        carried=("animal",),
    ),
    Kind(
        name="city",
        use_case="open_qa",
        asks=(
            "What is {city} like?",
            "Tell me about {city}.",
            "Why do people visit {city}?",
        ),
        answers=(
            "{city} is a quiet town with old streets and a wide river.",
            "In {city} you find small markets, green parks and good bread.",
            "People visit {city} for its music and its warm evenings.",
        ),
        curt=("{city} is nice.",),
        carried=("city",),
    ),
    Kind(
        name="colour",
        use_case="closed_qa",
        asks=(
            "{name} has a {colour} {thing}. What colour is the {thing}?",
            "The {thing} of {name} is {colour}. Which colour does the {thing} have?",
        ),
        answers=(
            "The {thing} that you ask about is {colour}.",
            "In the text the colour of the {thing} is {colour}.",
        ),
        curt=("The {thing} is {colour}.",),
        carried=("thing", "colour"),
    ),
    Kind(
        name="find_name",
        use_case="extract",
        asks=(
            "Find the name: {name} bought some {food} in {city}.",
            "Who is named here? In {city} we gave {name} some {food}.",
        ),
        answers=(
            "The name in this text is {name}.",
            "The person who is named here is {name}.",
        ),
        curt=("It says {name}.",),
        carried=("name",),
    ),
    Kind(
        name="find_city",
        use_case="extract",
        asks=(
            "Find the city: {name} bought some {food} in {city}.",
            "Which city is named here? In {city} we met {name}.",
        ),
        answers=(
            "The city in this text is {city}.",
            "The city that is named here is {city}.",
        ),
        curt=("It says {city}.",),
        carried=("city",),
    ),
    Kind(
        name="review",
        use_case="classification",
        asks=(
            "Is this review good or bad? The {food} tasted {opinion}.",
            "Good or bad? We had the {food} and it tasted {opinion}.",
        ),
        answers=(
            "This is a {label} review of the {food}.",
            "The review says that the {food} tasted {label}.",
        ),
        curt=("The {food} tasted {label}.",),
        carried=("food", "label"),
    ),
    Kind(
        name="polite",
        use_case="rewrite",
        asks=(
            "Make this polite: Give me the {thing}.",
            "Say this in a kind way: Bring me the {thing} now.",
        ),
        answers=(
            "Could you please give me the {thing} when you have time?",
            "Would you be so kind as to bring me the {thing}?",
        ),
        curt=("Please, the {thing}.",),
        carried=("thing",),
    ),
    Kind(
        name="sum_up",
        use_case="summarization",
        asks=(
            "Sum up: {name} went to {city} by train, ate some {food} and slept.",
            "Make this short: {name} was in {city}. It rained, so {name} ate some {food}.",
        ),
        answers=(
            "On a trip to {city}, {name} ate {food}.",
            "The story is that {name} ate {food} in {city}.",
        ),
        curt=("In short, {name} ate {food}.",),
        carried=("name", "food"),
    ),
    Kind(
        name="ideas",
        use_case="brainstorming",
        asks=(
            "Give me two ideas for a party with {food}.",
            "What can I do with {food} at the weekend?",
        ),
        answers=(
            "You could cook {food} with friends, or share {food} at a picnic.",
            "Try a game with {food}, or paint a picture of {food}.",
        ),
        curt=("Just eat {food}.",),
        carried=("food",),
    ),
    Kind(
        name="greet",
        use_case="chat",
        asks=(
            "Hello, my name is {name}.",
            "Hi, I am {name} from {city}.",
        ),
        answers=(
            "Hello {name}, it is good to meet you today.",
            "Welcome, {name}, what can I do for you?",
        ),
        curt=("Hi {name}.",),
        carried=("name",),
    ),
)

KIND_BY_NAME: Final[dict[str, Kind]] = {kind.name: kind for kind in KINDS}


@cache
def wording_pattern(wording: str) -> re.Pattern[str]:
    """A pattern that finds a wording with any words in its slots; a slot used twice must agree.

    >>> wording_pattern("The {animal} ran.").search("Sure! The otter ran.")["animal"]
    'otter'
    """
    seen: set[str] = set()
    parts: list[str] = []
    position = 0
    for match in _SLOT.finditer(wording):
        parts.append(re.escape(wording[position : match.start()]))
        slot = match[1]
        words = r"\w+" if slot in _ONE_WORD else r"\w+(?: \w+){0,3}"
        parts.append(f"(?P={slot})" if slot in seen else f"(?P<{slot}>{words})")
        seen.add(slot)
        position = match.end()
    parts.append(re.escape(wording[position:]))
    return re.compile("".join(parts))
