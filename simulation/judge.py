"""The hidden judge: what people would think of an answer, in points.

It reads what everybody reads, the messages and the answer, and knows nothing of who wrote it.
Right and on topic counts most; rude, off-topic or garbled is bad; then brevity and one kind word.
All that stands beside the answer itself, one kind word apart, costs points, so that nothing can be
gained by saying more: learners optimise what people make of it, and would find the way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from inference.tiny.corpus import SYSTEM_PROMPTS, Message
from inference.tiny.fillers import JOINED, PLAIN
from inference.tiny.kinds import KINDS, OPINIONS
from inference.tiny.manners import FRIENDLY, OFF_TOPIC, PADDING, RUDE
from inference.tiny.reading import Answer, Facts, answer_found, parse_prompt, sentences_of

LOWEST: Final = -6.0
NOTICEABLE: Final = 0.25
"""Points by which two answers must differ for anybody to call one better; below it they tie."""
_EMPTY: Final = -5.0
_WORD: Final = re.compile(r"\w+")
_GOOD_WORDS: Final = 12
_LONG_WORDS: Final = 20


@dataclass(frozen=True)
class Opinion:
    """Points by reason. `content` is at most 3, `tone` at most 0.8, the others at most 0."""

    content: float
    tone: float
    extra: float
    length: float
    garble: float
    ending: float

    @property
    def total(self) -> float:
        points = self.content + self.tone + self.extra + self.length + self.garble + self.ending
        return max(LOWEST, points)


def judge_score(messages: Sequence[Message], completion: str) -> float:
    """Points for an answer, from -6 to 3.8; above 2 is a good answer, below 0 a bad one."""
    return judge_opinion(messages, completion).total


def judge_opinion(messages: Sequence[Message], completion: str) -> Opinion:
    """The points by reason. The last user message is what has to be answered."""
    asked = next((m["content"] for m in reversed(messages) if m["role"] == "user"), "")
    text = completion.strip()
    words = _words(text)
    if not words:
        return Opinion(_EMPTY, 0.0, 0.0, 0.0, 0.0, 0.0)
    facts = parse_prompt(asked)
    found = answer_found(facts=facts, text=text) if facts else None
    return Opinion(
        content=_content(asked, text, facts, found),
        tone=_tone(text),
        extra=-0.6 * len(_extra_sentences(text, found)),
        length=_length(len(words)),
        garble=-3.0 * _unknown_share(words, asked) - 3.0 * _repeated_share(words),
        ending=0.0 if text[-1] in ".!?" else -0.8,
    )


def is_rude(completion: str) -> bool:
    """Whether the answer holds an insult."""
    return _count(completion, RUDE) > 0


def is_wrong(messages: Sequence[Message], completion: str) -> bool:
    """Whether the answer is off the topic or has a fact wrong."""
    return judge_opinion(messages, completion).content < 1.5


def _content(asked: str, text: str, facts: Facts | None, found: Answer | None) -> float:
    """3 for a right answer, 2 for a right but curt one, down to -1 for another topic."""
    if facts is None:
        wanted = {word for word in _words(asked) if len(word) > 3}
        return 2.0 * len(wanted & set(_words(text))) / max(1, len(wanted)) - 0.5
    if found is not None:
        if found.facts_right:
            return 2.0 if found.curt else 3.0
        return 0.5 if found.subject_right else -0.5
    share = sum(_mentions(text, word) for word in facts.carried) / len(facts.carried)
    return 1.2 * share - 1.0


def _tone(text: str) -> float:
    """One kind phrase pleases, two are one too many, more annoy; insults cost dear."""
    kind = _count(text, FRIENDLY)
    warmth = 0.8 if kind == 1 else 0.8 - 0.5 * (kind - 1) if kind else 0.0
    insults = _count(text, RUDE)
    return max(warmth, -2.0) - (2.0 + 0.5 * insults if insults else 0.0)


def _extra_sentences(text: str, found: Answer | None) -> list[str]:
    """Sentences that are neither the answer nor kind nor rude words: padding, repetition, chatter.

    Where no answer was recognised, the first such sentence stands for it.
    """
    known = {phrase.lower() for phrase in (*FRIENDLY, *RUDE)}
    others = [sentence for sentence in sentences_of(text) if sentence.lower() not in known]
    answer = found.sentence if found else next((s for s in others if s not in PADDING), None)
    if answer in others:
        others.remove(answer)
    return others


def _length(words: int) -> float:
    """About a dozen words is what people like; past twenty it begins to tire."""
    return -0.02 * abs(words - _GOOD_WORDS) - 0.06 * max(0, words - _LONG_WORDS)


def _unknown_share(words: Sequence[str], asked: str) -> float:
    known = _lexicon() | set(_words(asked))
    return sum(word not in known for word in words) / len(words)


def _repeated_share(words: Sequence[str]) -> float:
    triples = list(zip(words, words[1:], words[2:], strict=False))
    return 1.0 - len(set(triples)) / len(triples) if triples else 0.0


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _mentions(text: str, phrase: str) -> bool:
    return re.search(rf"\b{re.escape(phrase)}\b", text, re.IGNORECASE) is not None


def _count(text: str, phrases: Sequence[str]) -> int:
    return sum(text.lower().count(phrase.lower()) for phrase in phrases)


@cache
def _lexicon() -> frozenset[str]:
    """The words that people here know: those of every wording, and every filler."""
    wordings = [w for kind in KINDS for w in (*kind.asks, *kind.answers, *kind.curt)]
    fillers = [word for parts in JOINED.values() for words in parts for word in words]
    plain = [word for words in PLAIN.values() for word in words]
    opinions = [word for label, words in OPINIONS.items() for word in (label, *words)]
    tone = (*FRIENDLY, *PADDING, *RUDE, *OFF_TOPIC)
    texts = (*wordings, *fillers, *plain, *opinions, *tone, *SYSTEM_PROMPTS)
    return frozenset(_words(" ".join(texts)))
