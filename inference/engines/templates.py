"""The one renderer of prompts and completions, for training and sampling alike.

A model was taught with one chat template; rendered with another it answers worse without an error.
So the template's hash travels with every model, and a mismatch is refused.
"""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from inference.child.failure import Failure

Message = dict[str, str]
"""{"role": "system" | "user" | "assistant", "content": text}"""

PAD: Final = "<|pad|>"
ROLES: Final = ("<|system|>", "<|user|>", "<|assistant|>")
# Prefix-preserving: the rendered prompt is a prefix of the rendered conversation, and an assistant
# turn is its text and EOS, whether it was said earlier or is being written now.
CHAT_TEMPLATE: Final = (
    "{{ bos_token }}"
    "{% for message in messages %}"
    "{{ '<|' + message['role'] + '|>' + message['content'] }}"
    "{% if message['role'] == 'assistant' %}{{ eos_token }}{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
"""Our own: the built-in model's, and that of any other base which has none."""


def render_prompt(tokenizer: Any, messages: Sequence[Message]) -> list[int]:
    """Token ids of the conversation so far, ending with the assistant's role token.

    A tokenizer without a template is a foreign base's before its SFT: it reads ours as plain text.
    """
    text = tokenizer.apply_chat_template(
        [
            {"role": message["role"], "content": _defused(tokenizer, message["content"])}
            for message in messages
        ],
        chat_template=own_template(tokenizer) or CHAT_TEMPLATE,
        tokenize=False,
        add_generation_prompt=True,
    )
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def render_completion(tokenizer: Any, text: str) -> list[int]:
    """Token ids of an assistant's answer, ending with EOS."""
    ids = tokenizer(_defused(tokenizer, text), add_special_tokens=False)["input_ids"]
    return [*ids, tokenizer.eos_token_id]


def own_template(tokenizer: Any) -> str | None:
    """The tokenizer's chat template, of several the one named "default"; None without any."""
    template = tokenizer.chat_template
    if isinstance(template, dict):
        template = template.get("default")
    return template or None


def template_hash(tokenizer: Any) -> str:
    """sha256 of the chat template's text. Raises Failure where the tokenizer has none."""
    template = own_template(tokenizer)
    if template is None:
        raise Failure(
            "The model's tokenizer has no chat template.",
            "Start from an SFT model, which has one, or add one to the model's folder "
            "(chat_template.jinja).",
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
    # Where our template is read as plain text, its roles are no control tokens, but speak as loud.
    roles = () if own_template(tokenizer) else ROLES
    for token in (*_control_tokens(tokenizer).values(), *roles):
        text = text.replace(token, f"{token[:1]}\u200b{token[1:]}")
    return text
