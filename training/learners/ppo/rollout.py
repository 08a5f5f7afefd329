"""Sampling answers from the policy and asking all four models about them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from inference.engines.decoding import Decoded, Sampling, decode
from inference.engines.noise import table_noise
from inference.engines.padding import pad_left
from inference.engines.reward_models import RewardModel, score_rows
from inference.engines.templates import control_ids
from training.learners.ppo.models import ValueModel, response_statistics
from training.learners.ppo.rewards import response_kl
from training.learners.ppo.sequences import Sequences, lay_out
from training.learners.specs import PpoConfig


@dataclass(frozen=True)
class Actors:
    """PPO's four models, all in eval mode for good: dropout would make every ratio a lie."""

    policy: Any
    reference: Any
    reward: RewardModel
    value: ValueModel
    tokenizer: Any

    @property
    def device(self) -> torch.device:
        device: torch.device = self.policy.device
        return device


class Rollout(NamedTuple):
    sequences: Sequences
    sampler_log_probs: Tensor
    """(b, r) as the decode loop computed them, kept apart: only their drift is of interest"""
    log_probs: Tensor
    """(b, r) of the policy, by the very forward that training differentiates"""
    ref_log_probs: Tensor
    """(b, r)"""
    entropy: Tensor
    """(b, r)"""
    values: Tensor
    """(b, r)"""
    scores: Tensor
    """(b,) the reward model's, neither clipped nor penalised"""
    finished: Tensor
    """(b,) bool: ended by EOS"""
    broken: Tensor
    """(b,) bool: cut by a control token, which is the last one of the response"""
    scored_rows: list[list[int]]
    """What the reward model read: prompt, answer, EOS"""

    @property
    def mask(self) -> Tensor:
        return self.sequences.response_mask

    @property
    def kl(self) -> Tensor:
        """(b,) nats a response"""
        return response_kl(self.log_probs, self.ref_log_probs, self.mask)


@torch.no_grad()
def collect(
    actors: Actors,
    prompts: Sequence[Sequence[int]],
    config: PpoConfig,
    generator: torch.Generator,
) -> Rollout:
    """One answer per prompt, from the policy's own distribution (no top-p, no minimal length)."""
    tokenizer = actors.tokenizer
    pad_id, eos_id = tokenizer.pad_token_id, tokenizer.eos_token_id
    decoded = decode(
        actors.policy,
        pad_left(prompts, pad_id, actors.device),
        Sampling(max_new_tokens=config.max_new_tokens, temperature=config.temperature),
        eos_ids=[eos_id],
        pad_id=pad_id,
        noise=table_noise(len(prompts), config.max_new_tokens, generator),
        control_ids=control_ids(tokenizer),
    )
    responses = decoded.responses()
    rows = readable_rows(prompts, decoded, eos_id)
    sequences = lay_out(prompts, responses, pad_id, actors.device)
    mine = response_statistics(actors.policy, sequences, config.temperature)
    reference = response_statistics(actors.reference, sequences, config.temperature)
    return Rollout(
        sequences=sequences,
        sampler_log_probs=decoded.log_probs,
        log_probs=mine.log_probs,
        ref_log_probs=reference.log_probs,
        entropy=mine.entropy,
        values=actors.value(sequences),
        scores=score_rows(actors.reward, rows, pad_id).to(actors.device),
        broken=decoded.broken,
        finished=torch.tensor(
            [reason == "stop" for reason in decoded.finish_reasons], device=actors.device
        ),
        scored_rows=rows,
    )


def readable_rows(
    prompts: Sequence[Sequence[int]], decoded: Decoded, eos_id: int
) -> list[list[int]]:
    """Prompt, answer and EOS, as the reward model learnt to read them.

    A cut answer is given the EOS, and pays for its lack apart; a control token that cut it goes, as
    people do not see it.
    """
    answers = [
        response[:-1] if broken or finish == "stop" else response
        for response, broken, finish in zip(
            decoded.responses(), decoded.broken.tolist(), decoded.finish_reasons, strict=True
        )
    ]
    return [[*prompt, *answer, eos_id] for prompt, answer in zip(prompts, answers, strict=True)]


def endless_prompts(
    prompts: Sequence[list[int]], size: int, generator: torch.Generator
) -> Iterator[list[list[int]]]:
    """Batches of `size` prompts, each prompt once before any comes again."""
    queue: list[int] = []
    while True:
        while len(queue) < size:
            queue += torch.randperm(len(prompts), generator=generator).tolist()
        yield [prompts[i] for i in queue[:size]]
        queue = queue[size:]
