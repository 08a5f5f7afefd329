"""The reward stage: rankings in, a scorer of answers out."""

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from transformers import AutoModelForSequenceClassification

from inference.child.events import EventLog
from inference.child.failure import Failure
from inference.child.files import publish_folder
from inference.child.leash import raise_if_stopped
from inference.child.process import Result
from inference.engines.device import prepare_torch
from inference.engines.padding import pad_right
from inference.engines.reward_models import BIAS_FILE, RewardModel, pooled_logits, score_rows
from inference.engines.templates import template_hash
from training.learners.artifacts import (
    MODEL,
    check_context,
    check_folder,
    load_tokenizer,
    new_model_folder,
)
from training.learners.data import Ranking, Snapshot, Split
from training.learners.encoding import encode_pairs, tell_left_out
from training.learners.reward_loss import batch_loss, pair_accuracy
from training.learners.schedule import cosine_factor
from training.learners.specs import RewardConfig, RewardSpec


class EncodedRanking(NamedTuple):
    rows: list[list[int]]
    """K rows of prompt, completion and EOS"""
    ranks: Tensor
    """(K,) int64"""


def run_reward(spec: RewardSpec, log: EventLog) -> Result:
    device = prepare_torch(spec)
    tokenizer = load_tokenizer(spec.models.start)
    snapshot = Snapshot(spec.data)
    limit = spec.config.max_length
    train = encode_rankings(snapshot.rankings("train"), tokenizer, limit, log)
    valid = encode_rankings(snapshot.rankings("valid"), tokenizer, limit, log)
    if not train:
        raise Failure(
            "The snapshot's train split has no ranking with a strict preference.",
            "Collect rankings in which at least one answer is better than another.",
        )
    model = fresh_reward_model(spec, tokenizer.pad_token_id, device)
    fit(model, train, valid, spec, tokenizer.pad_token_id, log)
    measured = {
        **accuracy("train", model, train, tokenizer.pad_token_id),
        **accuracy("valid", model, valid, tokenizer.pad_token_id),
    }
    if not valid:
        log.message("No ranking in the valid split: accuracy is not measured.", level="warning")
    bias = demonstration_bias(model, snapshot, tokenizer, spec.config, log)
    publish_reward_model(model, tokenizer, bias, spec)
    return Result(
        model=MODEL,
        metrics={**_reported(measured), "bias": bias, "rankings": len(train)},
        template_hash=template_hash(tokenizer),
    )


def _reported(measured: dict[str, float]) -> dict[str, float]:
    """The ends of the curves train/... and valid/..., under names of their own."""
    names = {"train": "train", "valid": "validation"}
    return {
        f"{names[split]}_{quantity}": value
        for (split, quantity), value in (
            (name.split("/"), value) for name, value in measured.items()
        )
    }


def encode_rankings(
    rankings: Sequence[Ranking], tokenizer: Any, max_length: int, log: EventLog
) -> list[EncodedRanking]:
    """Rankings that teach something (a strict pair) and fit."""
    useful = [one for one in rankings if len(set(one.ranks)) > 1]
    encoded = []
    for one in useful:
        rows = [pair.ids for pair in encode_pairs(tokenizer, one.messages, one.completions)]
        if max(len(row) for row in rows) <= max_length:
            encoded.append(EncodedRanking(rows, torch.tensor(one.ranks)))
    if len(useful) < len(rankings):
        log.message(f"{len(rankings) - len(useful)} rankings are all ties: nothing to learn there.")
    tell_left_out(log, "rankings", len(encoded), len(useful), max_length)
    return encoded


def fresh_reward_model(spec: RewardSpec, pad_id: int, device: torch.device) -> Any:
    """The SFT model's trunk under a new scalar head of std 1/sqrt(d + 1), dropout off."""
    check_folder(spec.models.start)
    model = AutoModelForSequenceClassification.from_pretrained(
        spec.models.start, num_labels=1, dtype=torch.float32
    )
    check_context(model, spec.config.max_length, "max_length", "The start model")
    model.config.pad_token_id = pad_id
    torch.nn.init.normal_(model.score.weight, std=1 / math.sqrt(model.score.in_features + 1))
    return model.to(device).eval()


def fit(
    model: Any,
    train: Sequence[EncodedRanking],
    valid: Sequence[EncodedRanking],
    spec: RewardSpec,
    pad_id: int,
    log: EventLog,
) -> None:
    """Gradient steps over whole rankings; the validation curve once an epoch."""
    config = spec.config
    optimizer = torch.optim.AdamW(
        model.parameters(),
        lr=config.learning_rate,
        betas=(0.9, 0.95),
        weight_decay=config.weight_decay,
    )
    total = math.ceil(len(train) / config.batch_size) * config.epochs
    step = 0
    for epoch in range(config.epochs):
        for batch in shuffled_batches(train, config.batch_size, spec.seed + epoch):
            raise_if_stopped()
            _set_rate(optimizer, config, step, total)
            loss = batch_loss(*forward(model, batch, pad_id))
            _step(model, optimizer, loss, config, step)
            step += 1
            log.metric("train/loss", step, loss.item())
            log.progress("train", step, total)
        log.metrics(step, accuracy("valid", model, valid, pad_id))


def shuffled_batches(
    rankings: Sequence[EncodedRanking], size: int, seed: int
) -> Iterator[list[EncodedRanking]]:
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(rankings), generator=generator).tolist()
    for start in range(0, len(order), size):
        yield [rankings[i] for i in order[start : start + size]]


def forward(
    model: Any, batch: Sequence[EncodedRanking], pad_id: int
) -> tuple[list[Tensor], list[Tensor]]:
    """Scores and ranks of each ranking, (K,) each: one forward per completion, none per pair."""
    rows = [row for one in batch for row in one.rows]
    padded = pad_right(rows, pad_id, model.device)
    scores = pooled_logits(model, padded.ids, padded.mask)
    sizes = [len(one.rows) for one in batch]
    return list(torch.split(scores, sizes)), [one.ranks.to(scores.device) for one in batch]


@torch.no_grad()
def accuracy(
    name: str, model: Any, rankings: Sequence[EncodedRanking], pad_id: int
) -> dict[str, float]:
    """Loss and pair accuracy over whole rankings; empty where there are none."""
    if not rankings:
        return {}
    rows = [row for one in rankings for row in one.rows]
    scores = score_rows(RewardModel(model, 0.0), rows, pad_id)
    split = list(torch.split(scores, [len(one.rows) for one in rankings]))
    ranks = [one.ranks for one in rankings]
    share, pairs = pair_accuracy(split, ranks)
    loss = batch_loss(split, ranks).item()
    return {f"{name}/accuracy": share, f"{name}/loss": loss, f"{name}/pairs": float(pairs)}


def demonstration_bias(
    model: Any, snapshot: Snapshot, tokenizer: Any, config: RewardConfig, log: EventLog
) -> float:
    """The constant that makes demonstrations score 0 on average (InstructGPT appendix C.2).

    Of those that fit `max_length`, as everything that the model has learnt from does.
    """
    splits: tuple[Split, ...] = ("train", "valid") if snapshot.has_demonstrations else ()
    demonstrations = [one for split in splits for one in snapshot.demonstrations(split)]
    rows = [
        encode_pairs(tokenizer, one.messages, [one.completion])[0].ids for one in demonstrations
    ]
    fitting = [row for row in rows if len(row) <= config.max_length]
    tell_left_out(log, "demonstrations", len(fitting), len(rows), config.max_length)
    if not fitting:
        log.message("No demonstrations: the reward's bias stays 0.", level="warning")
        return 0.0
    reward, pad_id = RewardModel(model, 0.0), tokenizer.pad_token_id
    return -score_rows(reward, fitting, pad_id, config.batch_size).mean().item()


def publish_reward_model(model: Any, tokenizer: Any, bias: float, spec: RewardSpec) -> None:
    folder = new_model_folder(spec.output)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / BIAS_FILE).write_text(json.dumps({"bias": bias}))
    publish_folder(folder, spec.output / MODEL)


def _set_rate(
    optimizer: torch.optim.Optimizer, config: RewardConfig, step: int, total: int
) -> None:
    warmup = int(config.warmup_ratio * total)
    factor = cosine_factor(step, total, warmup=warmup, floor=config.final_lr_ratio)
    for group in optimizer.param_groups:
        group["lr"] = config.learning_rate * factor


def _step(
    model: Any, optimizer: torch.optim.Optimizer, loss: Tensor, config: RewardConfig, step: int
) -> None:
    if not torch.isfinite(loss):
        raise Failure(
            f"The reward model's loss is not a number at step {step + 1}.",
            "Lower the learning rate.",
        )
    optimizer.zero_grad(set_to_none=True)
    torch.autograd.backward(loss)
    torch.nn.utils.clip_grad_norm_(model.parameters(), config.max_grad_norm)
    optimizer.step()
