"""From text to token rows, with what does not fit left out aloud."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from inference.child.events import EventLog
from inference.engines.templates import Message, render_completion, render_prompt


class Pair(NamedTuple):
    """A prompt and one completion as token ids."""

    prompt: list[int]
    completion: list[int]

    @property
    def ids(self) -> list[int]:
        return self.prompt + self.completion


def encode_pairs(
    tokenizer: Any, messages: Sequence[Message], completions: Iterable[str]
) -> list[Pair]:
    prompt = render_prompt(tokenizer, messages)
    return [Pair(prompt, render_completion(tokenizer, text)) for text in completions]


def tell_left_out(log: EventLog, what: str, kept: int, total: int, limit: int) -> None:
    """Nothing is dropped in silence."""
    if kept < total:
        log.message(
            f"{total - kept} of {total} {what} were left out: longer than {limit} tokens.",
            level="warning",
        )
