"""Bases from elsewhere, random and small: each lacks something that ours has."""

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
)

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SHAPE = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "max_position_embeddings": 512,
}


def bpe_tokenizer(*, special: list[str], **named: str) -> PreTrainedTokenizerFast:
    """A small byte-level BPE with these special tokens, of which `named` tells the use."""
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    core.train_from_iterator(["Sure: a word. Say a word, or no word."] * 4, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=core, **named)


def gpt2() -> tuple[PreTrainedModel, PreTrainedTokenizerFast]:
    """No pad token, no template; BOS is EOS; head and embeddings are tied."""
    end = "<|endoftext|>"
    tokenizer = bpe_tokenizer(special=[end], bos_token=end, eos_token=end)
    shape = GPT2Config(
        vocab_size=len(tokenizer),
        n_embd=32,
        n_layer=2,
        n_head=2,
        n_positions=512,
        bos_token_id=tokenizer.eos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    return GPT2LMHeadModel(shape), tokenizer


def llama() -> tuple[PreTrainedModel, PreTrainedTokenizerFast]:
    """EOS serves as pad too; no template; a head of its own."""
    named = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "</s>"}
    tokenizer = bpe_tokenizer(special=["<s>", "</s>"], **named)
    ids = {"bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1}
    return LlamaForCausalLM(LlamaConfig(vocab_size=len(tokenizer), **SHAPE, **ids)), tokenizer


def qwen2() -> tuple[PreTrainedModel, PreTrainedTokenizerFast]:
    """No pad token, no BOS; a template of its own; more embeddings than tokens."""
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokenizer = bpe_tokenizer(special=special, eos_token="<|endoftext|>")
    tokenizer.chat_template = CHATML
    rows = len(tokenizer) + 20
    shape = Qwen2Config(vocab_size=rows, **SHAPE, bos_token_id=None, eos_token_id=0)
    return Qwen2ForCausalLM(shape), tokenizer


FOREIGN = {"gpt2": gpt2, "llama": llama, "qwen2": qwen2}


def foreign_base(name: str, folder: Path) -> Path:
    """Save the base called `name` into `folder`; returns the folder."""
    torch.manual_seed(0)
    model, tokenizer = FOREIGN[name]()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
