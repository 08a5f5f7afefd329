"""Watching the policy on fixed validation prompts, and keeping its best state."""

import copy
from collections.abc import Sequence
from typing import Any

import torch

from inference.child.events import EventLog
from inference.engines.reward_models import RewardModel, score_rows
from training.learners.ppo.experience import rollout_metrics
from training.learners.ppo.rollout import Actors, Rollout, collect
from training.learners.specs import PpoConfig


class Watch:
    """Answers the same prompts with the same seed each time, so that only the policy differs."""

    def __init__(
        self,
        actors: Actors,
        prompts: Sequence[list[int]],
        config: PpoConfig,
        log: EventLog,
        *,
        seed: int,
        selector: RewardModel | None = None,
    ) -> None:
        self._actors = actors
        self._prompts = list(prompts)
        self._config = config
        self._log = log
        self._seed = seed
        self._selector = selector
        self._best: tuple[float, int, Any] | None = None

    def look(self, step: int) -> dict[str, float]:
        """Metrics at `step` updates; a few answers are shown, and the best state is kept."""
        generator = torch.Generator(self._actors.device).manual_seed(self._seed)
        rollout = collect(self._actors, self._prompts, self._config, generator)
        metrics = rollout_metrics(rollout, self._config)
        if self._selector is not None:
            metrics["selector"] = self._judge(self._selector, rollout, step)
        self._log.metrics(step, {f"valid/{name}": value for name, value in metrics.items()})
        self._show(rollout, step)
        return metrics

    def restore_best(self) -> int | None:
        """Put the policy back to its best state by the selector; the update it was after."""
        if self._best is None:
            return None
        _, step, state = self._best
        self._actors.policy.load_state_dict(state)
        return step

    def _judge(self, selector: RewardModel, rollout: Rollout, step: int) -> float:
        pad_id = self._actors.tokenizer.pad_token_id
        score = score_rows(selector, rollout.scored_rows, pad_id).mean().item()
        if self._best is None or score > self._best[0]:
            self._best = (score, step, copy.deepcopy(self._actors.policy.state_dict()))
        return score

    def _show(self, rollout: Rollout, step: int) -> None:
        tokenizer = self._actors.tokenizer
        kls, scores = rollout.kl.tolist(), rollout.scores.tolist()
        for i in range(min(self._config.sample_prompts, len(self._prompts))):
            length = len(self._prompts[i])
            answer = tokenizer.decode(rollout.scored_rows[i][length:], skip_special_tokens=True)
            prompt = tokenizer.decode(self._prompts[i], skip_special_tokens=True)
            self._log.sample(step, prompt, answer, scores[i], kls[i])
