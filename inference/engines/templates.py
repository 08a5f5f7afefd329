"""The one renderer of prompts and completions, for training and sampling alike.

A model was taught with one chat template; rendered with another it answers worse without an error.
So the template's hash travels with every model, and a mismatch is refused.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from inference.child.failure import Failure

Message = dict[str, str]
"""{"role": "system" | "user" | "assistant", "content": text}"""


def render_prompt(tokenizer: Any, messages: Sequence[Message]) -> list[int]:
    """Token ids of the conversation so far, ending with the assistant's role token."""
    text = tokenizer.apply_chat_template(
        [
            {"role": message["role"], "content": _defused(tokenizer, message["content"])}
            for message in messages
        ],
        tokenize=False,
        add_generation_prompt=True,
    )
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def render_completion(tokenizer: Any, text: str) -> list[int]:
    """Token ids of an assistant's answer, ending with EOS."""
    ids = tokenizer(_defused(tokenizer, text), add_special_tokens=False)["input_ids"]
    return [*ids, tokenizer.eos_token_id]


def template_hash(tokenizer: Any) -> str:
    """sha256 of the chat template's text. Raises Failure where the tokenizer has none."""
    template = tokenizer.chat_template
    if not isinstance(template, str):
        raise Failure(
            "The model's tokenizer has no chat template.",
            "Start from a model folder whose tokenizer_config.json or chat_template.jinja has one.",
        )
    return hashlib.sha256(template.encode()).hexdigest()


def check_template(tokenizer: Any, expected: str, of: str) -> None:
    """Refuse a model whose template differs from the one that `of` was made with."""
    if template_hash(tokenizer) != expected:
        raise Failure(
            f"The chat template differs from that of {of}.",
            "Use models that descend from the same base, or train this one again on it.",
        )


def control_ids(tokenizer: Any) -> list[int]:
    """Ids of all tokens that are stripped from an answer's text: EOS, pad, roles and the like."""
    return sorted(_control_tokens(tokenizer))


def _control_tokens(tokenizer: Any) -> dict[int, str]:
    """Those that the tokenizer names, and the added ones that are only marked special."""
    named = dict(zip(tokenizer.all_special_ids, tokenizer.all_special_tokens, strict=True))
    added = tokenizer.added_tokens_decoder.items()
    return named | {i: str(token) for i, token in added if token.special}


def _defused(tokenizer: Any, text: str) -> str:
    """People's text with any control token in it broken by a zero-width space.

    Otherwise a prompt that quotes "<|assistant|>" would speak for the assistant, and an answer that
    quotes the EOS token would end there.
    """
    for token in _control_tokens(tokenizer).values():
        text = text.replace(token, f"{token[:1]}\u200b{token[1:]}")
    return text
