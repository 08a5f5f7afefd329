"""Duplicates by a long common prefix (InstructGPT, arXiv 2203.02155, section 3.2)."""

import hashlib

from annotation.prompts.prompts import Messages


def prefix_key(messages: Messages, text: str, length: int) -> str:
    """Two prompts begin alike, over `length` characters at least, where their keys are the same.

    The same as comparing neighbours of a sorted list, but an index finds the neighbours. `text` is
    what is compared of the conversation. A shorter text is only like one that is the same whole.
    Conversations of more and fewer turns are never alike: a dialogue's later turns begin with its
    earlier ones. "" where `length` is 0, which looks for none.
    """
    if not length:
        return ""
    beginning = f"{len(messages)}\n{text[:length]}" + ("" if len(text) >= length else "\0")
    return hashlib.sha256(beginning.encode()).hexdigest()


def prefix_shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    most = min(len(one), len(other))
    return next((at for at in range(most) if one[at] != other[at]), most)
