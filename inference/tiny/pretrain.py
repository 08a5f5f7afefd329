"""Pretrain a small Llama on the corpus: many small steps, Muon on the matrices, AdamW elsewhere.

Copying comes with many small steps and not with depth; the two layers are what an induction head
needs. Most of it is learnt while the rates fall, hence the long decay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random

import torch
from torch import Tensor
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from inference.tiny.config import PretrainConfig
from inference.tiny.corpus import Message, documents_drawn
from inference.tiny.muon import BatchedMuon

_POOL_BATCHES = 16


@dataclass(frozen=True)
class Step:
    """What one step of pretraining did: tokens counts every token read so far."""

    index: int
    loss: float
    tokens: int


def model_fresh(*, tokenizer: PreTrainedTokenizerFast, config: PretrainConfig) -> LlamaForCausalLM:
    """An untrained Llama for the tokenizer; seed torch before calling."""
    shape = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=config.width,
        intermediate_size=config.inner,
        num_hidden_layers=config.layers,
        num_attention_heads=config.heads,
        num_key_value_heads=config.heads,
        max_position_embeddings=config.context,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        tie_word_embeddings=False,
    )
    return LlamaForCausalLM(shape)


def _optimizers(model: LlamaForCausalLM, config: PretrainConfig) -> list[torch.optim.Optimizer]:
    matrices = [weight for weight in model.model.layers.parameters() if weight.ndim == 2]
    chosen = {id(weight) for weight in matrices}
    others = [weight for weight in model.parameters() if id(weight) not in chosen]
    return [
        BatchedMuon(matrices, lr=config.matrix_rate),
        torch.optim.AdamW(others, lr=config.other_rate, betas=(0.9, 0.95), weight_decay=0.0),
    ]


def _rate(step: int, config: PretrainConfig) -> float:
    """Factor on the peak rates: linear warmup, flat, linear decay to a tenth."""
    decay = max(1, round(config.steps * config.decay_share))
    into_decay = max(0, step - (config.steps - decay)) / decay
    return min(1.0, (step + 1) / config.warmup) * (1.0 - 0.9 * into_decay)


def _batches(
    tokenizer: PreTrainedTokenizerFast, config: PretrainConfig, rng: Random
) -> Iterator[tuple[Tensor, Tensor]]:
    """Token ids and loss weights, (b, t) each: 1 on the last answer and its EOS, 0 on padding.

    Documents of like length share a batch: that halves the padding, which stands on the right.
    """
    documents = documents_drawn(rng=rng)
    while True:
        pool = _encoded(tokenizer, list(islice(documents, config.documents * _POOL_BATCHES)))
        pool.sort(key=lambda row: len(row[0]) + len(row[1]))
        starts = list(range(0, len(pool), config.documents))
        rng.shuffle(starts)
        for start in starts:
            rows = pool[start : start + config.documents]
            yield _padded(rows, tokenizer.pad_token_id, config.prompt_weight)


def _encoded(
    tokenizer: PreTrainedTokenizerFast, documents: list[list[Message]]
) -> list[tuple[list[int], list[int]]]:
    """Prompt ids and answer ids of each document, as training and sampling render them."""
    prompts = [
        tokenizer.apply_chat_template(messages[:-1], add_generation_prompt=True, tokenize=False)
        for messages in documents
    ]
    answers = [messages[-1]["content"] + tokenizer.eos_token for messages in documents]
    prompt_ids = tokenizer(prompts, add_special_tokens=False)["input_ids"]
    answer_ids = tokenizer(answers, add_special_tokens=False)["input_ids"]
    return list(zip(prompt_ids, answer_ids, strict=True))


def _padded(
    rows: list[tuple[list[int], list[int]]], pad: int, prompt_weight: float
) -> tuple[Tensor, Tensor]:
    width = max(len(prompt) + len(answer) for prompt, answer in rows)
    ids = torch.full((len(rows), width), pad)
    weights = torch.zeros((len(rows), width))
    for row, (prompt, answer) in enumerate(rows):
        end = len(prompt) + len(answer)
        ids[row, :end] = torch.tensor(prompt + answer)
        weights[row, : len(prompt)] = prompt_weight
        weights[row, len(prompt) : end] = 1.0
    return ids, weights


def model_pretrained(
    *,
    tokenizer: PreTrainedTokenizerFast,
    config: PretrainConfig,
    seed: int,
    on_step: Callable[[Step], None] = lambda _: None,
) -> LlamaForCausalLM:
    """Pretrain from scratch; `on_step` is told of every step. Raises ValueError on a bad config."""
    config.validate()
    torch.manual_seed(seed)
    model = model_fresh(tokenizer=tokenizer, config=config)
    model.train()
    optimizers = _optimizers(model, config)
    peaks = [optimizer.param_groups[0]["lr"] for optimizer in optimizers]
    batches = _batches(tokenizer, config, Random(f"pretrain {seed}"))
    tokens = 0
    for step, (ids, weights) in enumerate(islice(batches, config.steps)):
        for optimizer, peak in zip(optimizers, peaks, strict=True):
            optimizer.param_groups[0]["lr"] = peak * _rate(step, config)
        loss = _loss(model, ids, weights)
        model.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        for optimizer in optimizers:
            optimizer.step()
        tokens += int((ids != tokenizer.pad_token_id).sum())
        on_step(Step(step, float(loss.detach()), tokens))
    return model.eval()


def _loss(model: LlamaForCausalLM, ids: Tensor, weights: Tensor) -> Tensor:
    """Weighted mean cross-entropy in nats; ids and weights are (b, t).

    The head sees only the positions that count. No attention mask is needed: the padding stands on
    the right, where causal attention never looks.
    """
    counted = weights[:, 1:] > 0
    hidden = model.model(input_ids=ids, use_cache=False).last_hidden_state
    logits = model.lm_head(hidden[:, :-1][counted])
    losses = torch.nn.functional.cross_entropy(logits, ids[:, 1:][counted], reduction="none")
    shares = weights[:, 1:][counted]
    return (losses * shares).sum() / shares.sum()
