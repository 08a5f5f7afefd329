"""What an update learns from: a rollout with its advantages and returns."""

from typing import NamedTuple

from torch import Tensor

from training.learners.ppo.advantages import (
    estimate_advantages,
    masked_mean,
    masked_variance,
    whiten,
)
from training.learners.ppo.rewards import answer_scores, token_rewards
from training.learners.ppo.rollout import Rollout
from training.learners.specs import PpoConfig


class Experience(NamedTuple):
    rollout: Rollout
    advantages: Tensor
    """(b, r) whitened over the whole rollout"""
    returns: Tensor
    """(b, r) from the raw advantages"""


def weigh(rollout: Rollout, config: PpoConfig, beta: float) -> Experience:
    scores = answer_scores(
        rollout.scores,
        rollout.finished,
        clip=config.score_clip,
        missing_eos_penalty=config.missing_eos_penalty,
    )
    mask = rollout.mask
    rewards = token_rewards(scores, rollout.log_probs, rollout.ref_log_probs, mask, beta)
    if config.whiten_rewards:
        rewards = whiten(rewards, mask, center=False)
    raw = estimate_advantages(
        rewards, rollout.values, mask, gamma=config.gamma, gae_lambda=config.gae_lambda
    )
    return Experience(rollout, whiten(raw.advantages, mask, center=True), raw.returns)


def rollout_metrics(rollout: Rollout, config: PpoConfig) -> dict[str, float]:
    """Means over answers; `kl` in nats a response, `entropy` in nats a token."""
    mask = rollout.mask
    drift = (rollout.log_probs - rollout.sampler_log_probs) * mask
    return {
        "reward": rollout.scores.mean().item(),
        "kl": rollout.kl.mean().item(),
        "entropy": masked_mean(rollout.entropy, mask).item(),
        "eos_rate": rollout.finished.float().mean().item(),
        "control_token_rate": rollout.broken.float().mean().item(),
        "length": mask.sum(1).float().mean().item(),
        "score_clip_share": (rollout.scores.abs() > config.score_clip).float().mean().item(),
        "sampler_drift": drift.abs().max().item(),
    }


def explained_variance(experience: Experience) -> float:
    """1 - var(returns - values) / var(returns): 1 a perfect value model, <= 0 a useless one."""
    mask = experience.rollout.mask
    left = masked_variance(experience.returns - experience.rollout.values, mask)
    return (1 - left / masked_variance(experience.returns, mask).clamp(min=1e-8)).item()
