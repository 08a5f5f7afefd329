"""Batched sampling from a causal LM with a key-value cache, on left-padded prompts.

The randomness is a table that the caller draws, one number per answer and token, so that an answer
depends on its own row of it and on nothing else in the batch.

Beside a general `generate` it takes true masks, gives the log-probability of every sampled token,
computes a prompt's cache once for its n answers, and drops finished rows on the way.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from transformers import DynamicCache

from inference.child.failure import Failure
from inference.engines.padding import Padded, position_ids
from inference.engines.protocol import FinishReason as FinishReason
from inference.engines.protocol import Sampling as Sampling


class Decoded(NamedTuple):
    """n answers per prompt; rows of one prompt are neighbours: b = prompts * n."""

    ids: Tensor
    """(b, response_len) int64, padded on the right; an ended row includes the token it ended on"""
    mask: Tensor
    """(b, response_len) bool, true at sampled tokens"""
    log_probs: Tensor
    """(b, response_len) float32, nats, of the sampled tokens at the sampling temperature, before
    any top-p cut (at temperature 0: at temperature 1); 0 past the end"""
    finish_reasons: list[FinishReason]
    """"stop" where a row ended on EOS; "length" where it was cut, by its length or by a control
    token"""
    broken: Tensor
    """(b,) bool: cut by a control token, its last one"""

    def responses(self) -> list[list[int]]:
        """Each row's token ids without padding."""
        lengths = self.mask.sum(1).tolist()
        return [row[:length] for row, length in zip(self.ids.tolist(), lengths, strict=True)]


@torch.no_grad()
def decode(
    model: Any,
    prompts: Padded,
    sampling: Sampling,
    *,
    eos_ids: Sequence[int],
    pad_id: int,
    noise: Tensor,
    control_ids: Sequence[int] = (),
    n: int = 1,
) -> Decoded:
    """Sample `n` answers for each prompt until EOS, a control token or `max_new_tokens`.

    `model` is a Hugging Face causal LM in eval mode. `noise` is (prompts * n, max_new_tokens or
    more) float64, uniform in [0, 1), on any device: see `table_noise` and `row_noise`. A token of
    `control_ids` ends an answer as a cut one, for people never see what a model says behind it.

    Raises Failure where the model gives NaN.
    """
    mask = prompts.mask.repeat_interleave(n, 0)
    rows, width = mask.shape[0], sampling.max_new_tokens
    device = prompts.ids.device
    ids = torch.full((rows, width), pad_id, device=device)
    log_probs = torch.zeros(rows, width, device=device)
    lengths = torch.full((rows,), width, device=device)
    ended = torch.zeros(rows, dtype=torch.bool, device=device)
    broken = torch.zeros(rows, dtype=torch.bool, device=device)
    control = torch.tensor(sorted(set(control_ids) - set(eos_ids)), device=device, dtype=torch.long)
    ends = torch.cat([torch.tensor(list(eos_ids), device=device, dtype=torch.long), control])
    noise = noise.to(device)

    logits, cache = _prefill(model, prompts, n)
    positions = mask.sum(1)
    room = torch.ones(rows, width, dtype=mask.dtype, device=device)
    mask = torch.cat([mask, room], 1)
    live = torch.arange(rows, device=device)
    for step in range(width):
        token, log_prob = _draw(logits, sampling, noise[live, step])
        ids[live, step] = token
        log_probs[live, step] = log_prob
        now = torch.isin(token, ends) & ~ended[live]
        lengths[live[now]] = step + 1
        ended[live[now]] = True
        broken[live[now]] = torch.isin(token[now], control)
        # A row that has ended rides along (what it draws is wiped below) until so many have that
        # copying the cache without them pays.
        gone = ended[live]
        if step + 1 == width or bool(gone.all()):
            break
        if int(gone.sum()) * 4 >= len(live):
            keep = (~gone).nonzero().squeeze(1)
            cache.batch_select_indices(keep)
            live, token = live[keep], token[keep]
            positions, mask = positions[keep], mask[keep]
        context = prompts.ids.shape[1] + step + 1
        logits = model(
            input_ids=token[:, None],
            attention_mask=mask[:, :context],
            position_ids=positions[:, None],
            past_key_values=cache,
            use_cache=True,
        ).logits[:, -1]
        positions = positions + 1
    if bool(log_probs.isnan().any()):
        raise Failure(
            "The model gives probabilities that are not numbers.",
            "Its weights are damaged, or it diverged in training: lower the learning rate there.",
        )
    return _trim(ids, log_probs, lengths, ended, broken, pad_id)


def _prefill(model: Any, prompts: Padded, n: int) -> tuple[Tensor, DynamicCache]:
    """Logits of the first new token (b * n, vocabulary) and the prompts' cache, each n times."""
    cache = DynamicCache(config=model.config)
    logits = model(
        input_ids=prompts.ids,
        attention_mask=prompts.mask,
        position_ids=position_ids(prompts.mask),
        past_key_values=cache,
        use_cache=True,
        logits_to_keep=1,
    ).logits[:, -1]
    if n > 1:
        cache.batch_repeat_interleave(n)
        logits = logits.repeat_interleave(n, 0)
    return logits, cache


def _draw(logits: Tensor, sampling: Sampling, noise: Tensor) -> tuple[Tensor, Tensor]:
    """One token per row, (b,), and its log-probability, (b,). `noise` is (b,) float64."""
    temperature = sampling.temperature or 1.0
    log_probs = (logits.float() / temperature).log_softmax(-1)
    if sampling.temperature == 0:
        token = log_probs.argmax(-1)
    else:
        probs = log_probs.exp()
        if sampling.top_p < 1:
            probs = _nucleus(probs, sampling.top_p)
        token = _inverse_cdf(probs, noise)
    return token, log_probs.gather(1, token[:, None]).squeeze(1)


def _inverse_cdf(probs: Tensor, noise: Tensor) -> Tensor:
    """The token at which the cumulated probability passes `noise`, (b,).

    In float64: in float32 the sum over a large vocabulary would swallow the rare tokens. A token of
    probability 0 is never drawn, as the search goes to the right of equals.
    """
    cumulated = probs.double().cumsum(-1)
    at = noise[:, None] * cumulated[:, -1:]
    token: Tensor = torch.searchsorted(cumulated, at, right=True).squeeze(1)
    return token.clamp(max=probs.shape[-1] - 1)  # past the end only where they are NaN


def _nucleus(probs: Tensor, top_p: float) -> Tensor:
    """Zero all but the smallest set of tokens whose probability reaches top_p."""
    ordered, order = probs.sort(-1, descending=True)
    before = ordered.cumsum(-1) - ordered
    ordered = ordered.masked_fill(before >= top_p, 0)
    return torch.zeros_like(probs).scatter(-1, order, ordered)


def _trim(
    ids: Tensor, log_probs: Tensor, lengths: Tensor, ended: Tensor, broken: Tensor, pad_id: int
) -> Decoded:
    longest = int(lengths.max())
    mask = torch.arange(longest, device=ids.device) < lengths[:, None]
    return Decoded(
        ids=ids[:, :longest].masked_fill(~mask, pad_id),
        mask=mask,
        log_probs=log_probs[:, :longest].masked_fill(~mask, 0),
        finish_reasons=["stop" if one else "length" for one in (ended & ~broken).tolist()],
        broken=broken,
    )
