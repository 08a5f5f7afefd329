"""The PPO stage: a policy that answers as the reward model likes, tied to where it began."""

from collections.abc import Sequence
from typing import Any

import torch

from inference.child.events import EventLog
from inference.child.failure import Failure
from inference.child.leash import raise_if_stopped
from inference.child.process import Result
from inference.engines.device import prepare_torch
from inference.engines.reward_models import load_reward_model
from inference.engines.templates import check_template, render_prompt, template_hash
from training.learners.artifacts import (
    check_context,
    check_folder,
    load_causal_lm,
    load_tokenizer,
    publish_model,
)
from training.learners.data import Prompt, Snapshot
from training.learners.encoding import tell_left_out
from training.learners.ppo.evaluation import Watch
from training.learners.ppo.experience import explained_variance, rollout_metrics, weigh
from training.learners.ppo.invariants import check_first_rollout, check_first_update, check_steps
from training.learners.ppo.kept import KeptPolicy
from training.learners.ppo.kl_control import kl_control
from training.learners.ppo.models import ValueModel
from training.learners.ppo.rollout import Actors, collect, endless_prompts
from training.learners.ppo.update import Updater
from training.learners.specs import PpoConfig, PpoSpec

REPORTED = ("reward", "kl", "entropy", "eos_rate", "length")


def run_ppo(spec: PpoSpec, log: EventLog) -> Result:
    device = prepare_torch(spec)
    actors = load_actors(spec, device)
    train, watched = load_prompts(spec, actors.tokenizer, log)
    watch = Watch(actors, watched, spec.config, log, seed=spec.seed)
    start = watch.look(0)
    check_first_rollout(
        start, spec.config, starts_at_reference=spec.models.start == spec.models.reference
    )
    end = train_policy(actors, train, watch, spec, log)
    metrics = {f"start/{name}": start[name] for name in REPORTED}
    metrics |= {f"end/{name}": end[name] for name in REPORTED}
    return Result(
        model=publish_model(actors.policy, actors.tokenizer, spec.output),
        metrics=metrics,
        template_hash=template_hash(actors.tokenizer),
    )


def load_actors(spec: PpoSpec, device: torch.device) -> Actors:
    """Raises Failure where the models were not made for one another."""
    tokenizer = load_tokenizer(spec.models.start)
    for folder, name in (
        (spec.models.reference, "the reference"),
        (spec.models.reward, "the reward model"),
    ):
        other = load_tokenizer(folder)
        check_template(tokenizer, template_hash(other), name)
        if other.get_vocab() != tokenizer.get_vocab():
            raise Failure(
                f"The policy's vocabulary is not that of {name}.",
                "Use models that descend from the same base.",
            )
    check_folder(spec.models.reward)
    value = ValueModel.from_reward(
        load_reward_model(spec.models.reward, device), spec.config.value_head
    )
    reference = load_causal_lm(spec.models.reference, device)
    reference.requires_grad_(False)
    actors = Actors(
        policy=load_causal_lm(spec.models.start, device),
        reference=reference,
        reward=load_reward_model(spec.models.reward, device),
        value=value.eval(),
        tokenizer=tokenizer,
    )
    check_contexts(actors, spec.config)
    return actors


def check_contexts(actors: Actors, config: PpoConfig) -> None:
    """The longest prompt with the longest answer, and the EOS that a cut one is scored with."""
    fields = "max_prompt_length + max_new_tokens"
    longest = config.max_prompt_length + config.max_new_tokens
    check_context(actors.policy, longest, fields, "The start model")
    check_context(actors.reference, longest, fields, "The reference")
    check_context(actors.reward.model, longest + 1, f"{fields} + 1", "The reward model")


def load_prompts(
    spec: PpoSpec, tokenizer: Any, log: EventLog
) -> tuple[list[list[int]], list[list[int]]]:
    """Token rows to roll out on, and those to watch (validation prompts, where there are any)."""
    snapshot = Snapshot(spec.data)
    limit = spec.config.max_prompt_length

    def encode(prompts: Sequence[Prompt], what: str) -> list[list[int]]:
        rows = [render_prompt(tokenizer, one.messages) for one in prompts]
        short = [row for row in rows if len(row) <= limit]
        tell_left_out(log, what, len(short), len(rows), limit)
        return short

    train = encode(snapshot.prompts("train"), "prompts")
    if not train:
        raise Failure(
            "The snapshot's train split has no prompt that is short enough.",
            "Add prompts, or raise max_prompt_length.",
        )
    valid = encode(snapshot.prompts("valid"), "validation prompts")
    return train, (valid or train)[: spec.config.evaluate_prompts]


def train_policy(
    actors: Actors, prompts: Sequence[list[int]], watch: Watch, spec: PpoSpec, log: EventLog
) -> dict[str, float]:
    """All updates, or fewer where the KL ceiling is broken: then the policy goes back to the last
    one under it. Metrics of the policy as it is left.
    """
    config = spec.config
    updater = Updater(actors, config)
    control = kl_control(config)
    kept = KeptPolicy(actors.policy, config, log)
    sampling = torch.Generator(actors.device).manual_seed(spec.seed)
    shuffling = torch.Generator().manual_seed(spec.seed)
    batches = endless_prompts(prompts, config.rollouts, shuffling)
    for number in range(config.updates):
        raise_if_stopped()
        rollout = collect(actors, next(batches), config, sampling)
        seen = rollout_metrics(rollout, config)
        if kept.is_broken(seen["kl"]):
            return watch.look(kept.restore(number, seen["kl"]))
        kept.keep(number)
        experience = weigh(rollout, config, control.beta)
        tally = updater.update(experience, number, shuffling)
        if number == 0:
            check_first_update(tally)
        check_steps(tally, config)
        seen |= tally.metrics()
        seen |= {"explained_variance": explained_variance(experience), "beta": control.beta}
        log.metrics(number + 1, {f"ppo/{name}": value for name, value in seen.items()})
        log.progress("train", number + 1, config.updates)
        control.observe(seen["kl"], config.rollouts)
        if (number + 1) % config.evaluate_every == 0 and number + 1 < config.updates:
            watch.look(number + 1)
    end = watch.look(config.updates)
    if kept.is_broken(end["kl"]):
        return watch.look(kept.restore(config.updates, end["kl"]))
    return end
