"""What a base from elsewhere needs before its SFT: a pad token of its own and a chat template.

The SFT model's folder carries both, so that whatever descends from it finds them. A base that has
them, as the built-in one, stays as it is.
"""

from pathlib import Path
from typing import Any

from tokenizers import AddedToken
from transformers import AutoTokenizer, GenerationConfig

from inference.child.events import EventLog
from inference.child.failure import Failure
from inference.engines.templates import CHAT_TEMPLATE, PAD, ROLES, control_ids, own_template
from training.learners.artifacts import check_folder


def adopted_tokenizer(folder: Path, log: EventLog) -> Any:
    """The base's tokenizer with all that ours has; what was added is told in the log.

    Raises Failure where the folder is gone or nothing could end an answer.
    """
    check_folder(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    if tokenizer.eos_token_id is None:
        raise Failure(
            "The base model's tokenizer has no EOS token: its answers could not end.",
            "Name one as eos_token in the base's tokenizer_config.json.",
        )
    _add_pad(tokenizer, log)
    _add_template(tokenizer, log)
    return tokenizer


def _add_pad(tokenizer: Any, log: EventLog) -> None:
    """Padding is left out of the loss: where it equals EOS, ending is never learnt."""
    if tokenizer.pad_token_id in (None, tokenizer.eos_token_id):
        tokenizer.add_special_tokens({"pad_token": PAD})
        log.message(f"The base has no pad token of its own: {PAD} was added.")


def _add_template(tokenizer: Any, log: EventLog) -> None:
    if own_template(tokenizer) is None:
        tokenizer.chat_template = CHAT_TEMPLATE
        log.message("The base has no chat template: Plumbline's own is taught.")
    if own_template(tokenizer) == CHAT_TEMPLATE:
        known = set(tokenizer.convert_ids_to_tokens(control_ids(tokenizer)))
        missing = [role for role in ROLES if role not in known]
        tokenizer.add_tokens([AddedToken(role, special=True, normalized=False) for role in missing])


def adopt_model(model: Any, tokenizer: Any) -> None:
    """Give the model a row for each of the tokenizer's tokens, and its pad and EOS.

    Many bases have more rows than tokens, for speed: those are kept.
    """
    if model.get_input_embeddings().num_embeddings < len(tokenizer):
        model.resize_token_embeddings(len(tokenizer))
    model.config.pad_token_id = tokenizer.pad_token_id
    model.generation_config = _generation_config(model.generation_config, tokenizer)


def _generation_config(base: GenerationConfig, tokenizer: Any) -> GenerationConfig:
    """The ends only. How the base is best sampled says nothing of what is taught here, and some
    well-known bases have settings that contradict each other, which transformers refuses to save.
    """
    ends = base.eos_token_id
    ends = [] if ends is None else ends if isinstance(ends, list) else [ends]
    if tokenizer.eos_token_id not in ends:
        ends = [tokenizer.eos_token_id, *ends]
    return GenerationConfig(
        bos_token_id=base.bos_token_id,
        eos_token_id=ends[0] if len(ends) == 1 else ends,
        pad_token_id=tokenizer.pad_token_id,
    )
