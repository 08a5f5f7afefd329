"""Read the corpus' texts back: what a prompt asks, and whether an answer is in its wording."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from inference.tiny.kinds import KINDS, OPINIONS, Kind, wording_pattern

_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True)
class Facts:
    """What a prompt asks, recovered from its text: the kind and the words in its slots."""

    kind: Kind
    slots: dict[str, str]

    @property
    def subject(self) -> str:
        return self.slots[self.kind.subject]

    @property
    def carried(self) -> tuple[str, ...]:
        """The words that a right answer contains, the subject first."""
        return tuple(self.slots[slot] for slot in self.kind.carried)

    @property
    def key(self) -> str:
        """The question itself, the same in every wording: "review:plum cake:bad"."""
        return ":".join((self.kind.name, *self.carried))


@dataclass(frozen=True)
class Answer:
    """An answer in one of its kind's own wordings, with the words it has in the slots.

    A curt wording may leave a carried slot out; the others all repeat the subject.
    """

    sentence: str
    curt: bool
    subject_right: bool
    facts_right: bool


def facts_of(*, kind: Kind, slots: dict[str, str]) -> Facts:
    """Facts with what follows from the slots: the label that an opinion stands for."""
    for label, opinions in OPINIONS.items():
        if slots.get("opinion") in opinions:
            return Facts(kind, {**slots, "label": label})
    return Facts(kind, slots)


def parse_prompt(text: str) -> Facts | None:
    """The facts of an instruction in any of the corpus' wordings, else None."""
    for kind in KINDS:
        for ask in kind.asks:
            match = wording_pattern(ask).fullmatch(text.strip())
            if match:
                return facts_of(kind=kind, slots=match.groupdict())
    return None


def sentences_of(text: str) -> list[str]:
    """Split after . ! ? and white space; nothing for an empty text."""
    return [part for part in _SENTENCE_END.split(text.strip()) if part]


def answer_found(*, facts: Facts, text: str) -> Answer | None:
    """The first whole sentence in the asked kind's wording, whatever words it carries."""
    for sentence in sentences_of(text):
        for wording in (*facts.kind.answers, *facts.kind.curt):
            match = wording_pattern(wording).fullmatch(sentence)
            if match:
                return _answer(facts, sentence, match.groupdict(), wording in facts.kind.curt)
    return None


def _answer(facts: Facts, sentence: str, found: dict[str, str], curt: bool) -> Answer:
    right = {slot: word == facts.slots.get(slot) for slot, word in found.items()}
    return Answer(
        sentence=sentence,
        curt=curt,
        subject_right=right[facts.kind.subject],
        facts_right=all(right.values()),
    )
