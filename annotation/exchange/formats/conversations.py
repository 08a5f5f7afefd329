"""Conversations as files write them: lists of messages, plain strings, HH transcripts."""

import re
from typing import Any

from annotation.exchange.formats.records import LineError
from annotation.prompts.prompts import Messages
from annotation.words import Value
from annotation.words import gettext_words as _

ROLES = {
    "human": "user",
    "gpt": "assistant",
    "bot": "assistant",
    "model": "assistant",
    "developer": "system",
}
TURN = re.compile(r"(?:\A|\n\n)(Human|Assistant):")


def conversation_read(value: Any, *, what: Value) -> Messages:
    """Messages as role and content alone; raises LineError.

    Takes {"role", "content"} and ShareGPT's {"from", "value"}; a content may be a list of OpenAI's
    text parts. Other keys of a message are left behind.
    """
    if not isinstance(value, list) or not value:
        raise LineError(
            _("%(what)s must be a list of messages with at least one in it.") % {"what": what}
        )
    messages = []
    for number, message in enumerate(value, start=1):
        if not isinstance(message, dict):
            raise LineError(
                _("%(what)s: message %(number)s must be an object with role and content.")
                % {"what": what, "number": number}
            )
        role = message.get("role", message.get("from"))
        content = message.get("content", message.get("value"))
        if not isinstance(role, str) or content is None:
            raise LineError(
                _("%(what)s: message %(number)s lacks its role or its content.")
                % {"what": what, "number": number}
            )
        messages.append(
            {"role": ROLES.get(role, role), "content": content_read(content, what, number)}
        )
    return messages


def content_read(content: Any, what: Value, number: int) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list) and all(
        isinstance(part, dict) and isinstance(part.get("text"), str) for part in content
    ):
        return "".join(part["text"] for part in content)
    raise LineError(
        _("%(what)s: the content must be text; images and tools are not taken.")
        % {"what": f"{what} {number}"}
    )


def transcript_read(text: str) -> Messages | None:
    """The turns of Anthropic's HH form, or None when `text` is not a transcript.

    "\\n\\nHuman: ...\\n\\nAssistant: ..." (Bai et al. 2022, arXiv 2204.05862). Space around a turn
    is dropped; a last, empty Assistant turn stays, for the caller to judge.
    """
    before, *turns = TURN.split(text)
    if not turns or before.strip() or not text.lstrip().startswith("Human:"):
        return None
    roles = {"Human": "user", "Assistant": "assistant"}
    return [
        {"role": roles[role], "content": content.strip()}
        for role, content in zip(turns[::2], turns[1::2], strict=True)
    ]


def prompt_read(value: Any) -> Messages:
    """A prompt given as a string, a transcript that ends with "Assistant:", or messages."""
    if isinstance(value, str):
        turns = transcript_read(value)
        if turns is None:
            return [{"role": "user", "content": value}]
        if len(turns) > 1 and turns[-1] == {"role": "assistant", "content": ""}:
            turns.pop()
        return turns
    return conversation_read(value, what=_("The prompt"))


def answer_read(value: Any, *, prompt: Messages, what: Value) -> str:
    """An answer given as text, or as one assistant turn, with the prompt before it or not."""
    if isinstance(value, str):
        return value
    turns = conversation_read(value, what=what)
    if turns[: len(prompt)] == prompt:
        turns = turns[len(prompt) :]
    return last_turn(turns, what)


def last_turn(turns: Messages, what: Value) -> str:
    if len(turns) != 1 or turns[0]["role"] != "assistant":
        raise LineError(
            _("%(what)s must be exactly one assistant turn after the prompt.") % {"what": what}
        )
    return turns[0]["content"]


def shared_messages(one: Messages, other: Messages) -> int:
    """How many first messages two conversations share, leaving each a last one as its answer."""
    most = min(len(one), len(other)) - 1
    for index in range(most):
        if one[index] != other[index]:
            return index
    return max(most, 0)


def shared_text(one: str, other: str) -> int:
    """Length of the longest common prefix that ends before a space, or where one text ends.

    TRL's `extract_prompt` cuts between characters; a cut inside a word would leave half of it in
    the prompt, so this steps back to the word's beginning.
    """
    length = min(len(one), len(other))
    cut = next((index for index in range(length) if one[index] != other[index]), length)
    if cut == len(one) == len(other):
        return cut
    while cut > 0 and not (one[cut - 1 : cut].isspace() or starts_word(one, other, cut)):
        cut -= 1
    while cut > 0 and one[cut - 1].isspace():
        cut -= 1
    return cut


def starts_word(one: str, other: str, cut: int) -> bool:
    """Whether what follows `cut` in both texts begins with a space (or is the end of a text)."""
    return all(not text[cut : cut + 1].strip() for text in (one, other))
