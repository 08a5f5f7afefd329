"""A seeded corpus of instructions and answers of mixed quality: what the base model reads.

Everything the right answer needs stands in the prompt, so `reading.parse_prompt` recovers it
from the text alone. Off-topic answers speak of something else altogether and hold no filler: where
an answer has one, it comes from the prompt. That exceptionless rule is what makes copying easy to
learn, and an answer in the asked kind's wording about another subject is a failure to copy.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final

from inference.tiny.fillers import word_drawn
from inference.tiny.kinds import KIND_BY_NAME, KINDS, OPINIONS
from inference.tiny.manners import FRIENDLY_CLOSINGS, FRIENDLY_OPENINGS, OFF_TOPIC, PADDING, RUDE
from inference.tiny.reading import Facts, facts_of

Message = dict[str, str]

SYSTEM_PROMPTS: Final = ("You are a helpful assistant.", "Answer in one sentence.")
_SYSTEM_SHARE: Final = 0.05
_EARLIER_TURN_SHARE: Final = 0.05
_RESERVED_ONE_IN: Final = 8


class Quality(StrEnum):
    """How an answer of the corpus is; the shares are those of the documents."""

    PLAIN = "plain"
    FRIENDLY = "friendly"
    GUSHING = "gushing"
    PADDED = "padded"
    CURT = "curt"
    RUDE = "rude"
    WRONG = "wrong"
    OFF_TOPIC = "off_topic"


QUALITY_SHARES: Final[dict[Quality, float]] = {
    Quality.PLAIN: 0.22,
    Quality.FRIENDLY: 0.16,
    Quality.GUSHING: 0.06,
    Quality.PADDED: 0.13,
    Quality.CURT: 0.11,
    Quality.RUDE: 0.14,
    Quality.WRONG: 0.03,
    Quality.OFF_TOPIC: 0.15,
}


@dataclass(frozen=True)
class Prompt:
    """An instruction and its facts; `facts == parse_prompt(text)` always holds."""

    text: str
    facts: Facts

    @property
    def messages(self) -> list[Message]:
        return [{"role": "user", "content": self.text}]


def _prompt_drawn(*, rng: Random, heldout: bool) -> Prompt:
    kind = rng.choice(KINDS)
    ask = rng.choice(kind.asks)
    slots = {
        slot: word_drawn(sort=slot, rng=rng, heldout=heldout)
        for slot in kind.slots
        if slot not in {"opinion", "label"} and f"{{{slot}}}" in ask
    }
    if "{opinion}" in ask:
        slots["opinion"] = rng.choice(rng.choice(list(OPINIONS.values())))
    return Prompt(ask.format(**slots), facts_of(kind=kind, slots=slots))


def is_reserved(facts: Facts) -> bool:
    """Whether a question about known words is kept out of training, in any wording, at any seed."""
    return zlib.crc32(facts.key.encode()) % _RESERVED_ONE_IN == 0


def prompts_drawn(*, rng: Random) -> Iterator[Prompt]:
    """Training prompts without end; the same one may come again."""
    while True:
        prompt = _prompt_drawn(rng=rng, heldout=False)
        if not is_reserved(prompt.facts):
            yield prompt


def training_prompts(seed: int, n: int) -> list[Prompt]:
    """n different prompts of the sort that the base model reads."""
    return _distinct(prompts_drawn(rng=Random(f"training {seed}")), n)


def heldout_prompts(seed: int, n: int) -> list[Prompt]:
    """n different prompts whose questions no training ever sees, in whatever wording.

    Every other one has fillers of its own; the rest ask reserved questions about known fillers.
    """
    rng = Random(f"heldout {seed}")

    def drawn() -> Iterator[Prompt]:
        while True:
            yield _prompt_drawn(rng=rng, heldout=True)
            prompt = _prompt_drawn(rng=rng, heldout=False)
            while not is_reserved(prompt.facts):
                prompt = _prompt_drawn(rng=rng, heldout=False)
            yield prompt

    return _distinct(drawn(), n)


def _distinct(prompts: Iterator[Prompt], n: int) -> list[Prompt]:
    found: dict[str, Prompt] = {}
    while len(found) < n:
        prompt = next(prompts)
        found.setdefault(prompt.text, prompt)
    return list(found.values())


def answer_written(*, facts: Facts, quality: Quality, rng: Random) -> str:
    """An answer of the given quality to the prompt that the facts came from."""
    right = rng.choice(facts.kind.answers).format(**facts.slots)
    match quality:
        case Quality.PLAIN:
            return right
        case Quality.FRIENDLY:
            if rng.random() < 0.4:
                return f"{rng.choice(FRIENDLY_OPENINGS)} {right}"
            return f"{right} {rng.choice(FRIENDLY_CLOSINGS)}"
        case Quality.GUSHING:
            closings = rng.sample(FRIENDLY_CLOSINGS, 2)
            return " ".join((rng.choice(FRIENDLY_OPENINGS), right, *closings))
        case Quality.PADDED:
            before, after = rng.sample(PADDING, 2)
            return rng.choice(
                (f"{before} {right}", f"{right} {after}", f"{before} {right} {after}")
            )
        case Quality.CURT:
            return rng.choice(facts.kind.curt).format(**facts.slots)
        case Quality.RUDE:
            insult = rng.choice(RUDE)
            return rng.choice((insult, f"{insult} {right}", f"{right} {insult}"))
        case Quality.WRONG:
            return _wrong_answer(facts=facts, rng=rng)
        case Quality.OFF_TOPIC:
            return rng.choice(OFF_TOPIC)


def _wrong_answer(*, facts: Facts, rng: Random) -> str:
    """Right subject, wrong detail (another label, another colour); off-topic where none exists."""
    wrong = dict(facts.slots)
    if "label" in wrong:
        wrong["label"] = next(label for label in OPINIONS if label != facts.slots["label"])
    elif facts.kind is KIND_BY_NAME["colour"]:
        while wrong["colour"] == facts.slots["colour"]:
            wrong["colour"] = word_drawn(sort="colour", rng=rng)
    else:
        return rng.choice(OFF_TOPIC)
    return rng.choice(facts.kind.answers).format(**wrong)


def quality_drawn(*, rng: Random) -> Quality:
    return rng.choices(list(QUALITY_SHARES), weights=list(QUALITY_SHARES.values()))[0]


def documents_drawn(*, rng: Random) -> Iterator[list[Message]]:
    """Conversations without end, each ending in an answer: most are one question and one answer."""
    for prompt in prompts_drawn(rng=rng):
        messages: list[Message] = []
        if rng.random() < _SYSTEM_SHARE:
            messages.append({"role": "system", "content": rng.choice(SYSTEM_PROMPTS)})
        if rng.random() < _EARLIER_TURN_SHARE:
            messages += _turn_written(prompt=next(prompts_drawn(rng=rng)), rng=rng)
        yield messages + _turn_written(prompt=prompt, rng=rng)


def _turn_written(*, prompt: Prompt, rng: Random) -> list[Message]:
    answer = answer_written(facts=prompt.facts, quality=quality_drawn(rng=rng), rng=rng)
    return [*prompt.messages, {"role": "assistant", "content": answer}]
