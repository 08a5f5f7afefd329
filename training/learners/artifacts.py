"""Loading start models and publishing trained ones."""

import shutil
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from inference.child.failure import Failure
from inference.child.files import publish_folder

MODEL = "model"
"""A model's folder under a run's output folder"""


def load_tokenizer(folder: Path) -> Any:
    """Raises Failure where the folder is gone or its pad token would hide the EOS."""
    check_folder(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    if tokenizer.pad_token_id is None or tokenizer.pad_token_id == tokenizer.eos_token_id:
        raise Failure(
            "The tokenizer has no pad token of its own.",
            "Start from an SFT model, which has one: where padding equals EOS, a model never "
            "learns to end its answers.",
        )
    return tokenizer


def load_causal_lm(folder: Path, device: torch.device) -> Any:
    """A causal LM in float32 and eval mode (dropout off)."""
    check_folder(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    return model.to(device).eval()


def check_folder(folder: Path) -> None:
    if not (folder / "config.json").is_file():
        raise Failure(
            f"There is no model in the folder {folder.name}.",
            "Check that the run that should have made it succeeded.",
        )


def check_context(model: Any, tokens: int, fields: str, of: str) -> None:
    """Refuse rows of `tokens` that `model` has no positions for; `fields` make them so long."""
    context = getattr(model.config, "max_position_embeddings", None)
    if context and tokens > context:
        raise Failure(
            f"{of} reads {context} tokens, but {fields} may come to {tokens}.",
            f"Lower {fields} in the stage's configuration to {context} tokens at most.",
        )


def new_model_folder(output: Path) -> Path:
    """An empty folder to save into; `publish_model` makes it appear."""
    folder = output / f"{MODEL}.tmp"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def publish_model(model: Any, tokenizer: Any, output: Path) -> str:
    """Write output/model whole or not at all; returns its name for result.json."""
    folder = new_model_folder(output)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    publish_folder(folder, output / MODEL)
    return MODEL
