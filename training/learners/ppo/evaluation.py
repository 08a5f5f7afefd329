"""Watching the policy on fixed validation prompts."""

from collections.abc import Sequence

import torch

from inference.child.events import EventLog
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
    ) -> None:
        self._actors = actors
        self._prompts = list(prompts)
        self._config = config
        self._log = log
        self._seed = seed

    def look(self, step: int) -> dict[str, float]:
        """Metrics at `step` updates; a few answers are shown."""
        generator = torch.Generator(self._actors.device).manual_seed(self._seed)
        rollout = collect(self._actors, self._prompts, self._config, generator)
        metrics = rollout_metrics(rollout, self._config)
        self._log.metrics(step, {f"valid/{name}": value for name, value in metrics.items()})
        self._show(rollout, step)
        return metrics

    def _show(self, rollout: Rollout, step: int) -> None:
        tokenizer = self._actors.tokenizer
        kls, scores = rollout.kl.tolist(), rollout.scores.tolist()
        for i in range(min(self._config.sample_prompts, len(self._prompts))):
            length = len(self._prompts[i])
            answer = tokenizer.decode(rollout.scored_rows[i][length:], skip_special_tokens=True)
            prompt = tokenizer.decode(self._prompts[i], skip_special_tokens=True)
            self._log.sample(step, prompt, answer, scores[i], kls[i])
