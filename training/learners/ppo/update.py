"""One PPO update: inner epochs of minibatches, each minibatch one optimizer step, counted."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from inference.child.failure import Failure
from training.learners.ppo.experience import Experience
from training.learners.ppo.losses import PolicyLoss, policy_loss, value_loss
from training.learners.ppo.models import response_statistics
from training.learners.ppo.rollout import Actors
from training.learners.schedule import warmup_factor
from training.learners.specs import PpoConfig


@dataclass
class UpdateTally:
    """Sums over an update's steps."""

    steps: int = 0
    tokens: int = 0
    clipped: int = 0
    policy_loss: float = 0.0
    value_loss: float = 0.0
    policy_norm: float = 0.0
    value_norm: float = 0.0
    first_deviation: float = 0.0
    """max |ratio - 1| over the first minibatch, before any step"""

    def metrics(self) -> dict[str, float]:
        return {
            "policy_loss": self.policy_loss / self.steps,
            "value_loss": self.value_loss / self.steps,
            "policy_grad_norm": self.policy_norm / self.steps,
            "value_grad_norm": self.value_norm / self.steps,
            "clip_share": self.clipped / self.tokens,
        }


class Updater:
    """Holds the two optimizers, of policy and value model."""

    def __init__(self, actors: Actors, config: PpoConfig) -> None:
        self._actors = actors
        self._config = config
        self._policy = self._adam(actors.policy, config.learning_rate)
        self._value = self._adam(actors.value, config.value_learning_rate)

    def update(
        self, experience: Experience, number: int, generator: torch.Generator
    ) -> UpdateTally:
        """`number` counts updates from 0. Raises Failure on a loss that is not a number."""
        factor = warmup_factor(number, self._config.warmup_updates)
        for group in self._policy.param_groups:
            group["lr"] = self._config.learning_rate * factor
        tally = UpdateTally()
        for index in self._minibatches(len(experience.advantages), generator):
            self._step(experience, index, tally)
        return tally

    def _minibatches(self, rows: int, generator: torch.Generator) -> Iterator[Tensor]:
        size = rows // self._config.minibatches
        for _ in range(self._config.epochs):
            order = torch.randperm(rows, generator=generator).to(self._actors.device)
            yield from torch.split(order, size)

    def _step(self, experience: Experience, index: Tensor, tally: UpdateTally) -> None:
        """One optimizer step of each model, however many micro-batches it is computed in."""
        config, actors = self._config, self._actors
        tokens = experience.rollout.mask[index].sum()
        self._policy.zero_grad(set_to_none=True)
        self._value.zero_grad(set_to_none=True)
        for part in torch.split(index, config.micro_batch_size or len(index)):
            losses, value = self._losses(experience, part, tokens)
            torch.autograd.backward([losses.loss, value])
            tally.clipped += int(losses.clipped)
            tally.policy_loss += losses.loss.item()
            tally.value_loss += value.item()
            if tally.steps == 0:
                away = (losses.ratio - 1).abs() * experience.rollout.mask[part]
                tally.first_deviation = max(tally.first_deviation, away.max().item())
        norms = [
            torch.nn.utils.clip_grad_norm_(model.parameters(), config.max_grad_norm).item()
            for model in (actors.policy, actors.value)
        ]
        if not all(map(_finite, (tally.policy_loss, tally.value_loss, *norms))):
            raise Failure(
                "A PPO loss or gradient is not a number.",
                "Lower the learning rates; if it comes at once, check the reward model.",
            )
        self._policy.step()
        self._value.step()
        tally.steps += 1
        tally.tokens += int(tokens)
        tally.policy_norm += norms[0]
        tally.value_norm += norms[1]

    def _losses(
        self, experience: Experience, index: Tensor, tokens: Tensor
    ) -> tuple[PolicyLoss, Tensor]:
        config, rollout = self._config, experience.rollout
        sequences = rollout.sequences.rows(index)
        mask = sequences.response_mask
        new = response_statistics(self._actors.policy, sequences, config.temperature)
        policy = policy_loss(
            new.log_probs,
            rollout.log_probs[index],
            experience.advantages[index],
            mask,
            clip=config.clip,
            tokens=tokens,
        )
        value = value_loss(
            self._actors.value(sequences),
            rollout.values[index],
            experience.returns[index],
            mask,
            clip=config.value_clip,
            tokens=tokens,
        )
        return policy, value

    @staticmethod
    def _adam(model: torch.nn.Module, rate: float) -> torch.optim.Adam:
        return torch.optim.Adam(model.parameters(), lr=rate, betas=(0.9, 0.95), eps=1e-5)


def _finite(number: float) -> bool:
    return number - number == 0
