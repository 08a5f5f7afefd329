"""What must hold in PPO's first batch. A run that breaks one would train, and train nonsense."""

from inference.child.failure import Failure
from training.learners.ppo.update import UpdateTally
from training.learners.specs import PpoConfig

KL_NEAR_ZERO = 0.05
RATIO_NEAR_ONE = 1e-3
DRIFT_LIMIT = 0.05


def check_first_rollout(
    metrics: dict[str, float], config: PpoConfig, *, starts_at_reference: bool
) -> None:
    """`metrics` as rollout_metrics gives them, before any step."""
    if metrics["sampler_drift"] > DRIFT_LIMIT:
        raise Failure(
            "Sampling and training disagree on the first answers' log-probabilities "
            f"(by {metrics['sampler_drift']:.3f}).",
            "Padding, positions or temperature differ between them, or this architecture changes "
            "its logits after the output layer; use another base model and report it.",
        )
    if starts_at_reference and abs(metrics["kl"]) > KL_NEAR_ZERO:
        raise Failure(
            f"The policy begins {metrics['kl']:.3f} nats from its reference instead of 0.",
            "Start PPO from the very model that is its reference.",
        )
    if metrics["eos_rate"] < config.min_eos_rate:
        raise Failure(
            f"Only {metrics['eos_rate']:.0%} of the first answers end by themselves.",
            "Raise max_new_tokens, or train the SFT model longer so that it learns to stop.",
        )


def check_first_update(tally: UpdateTally) -> None:
    if tally.first_deviation > RATIO_NEAR_ONE:
        raise Failure(
            "The first minibatch's probability ratios are not 1 "
            f"(off by {tally.first_deviation:.4f}).",
            "Dropout is on, or old and new log-probabilities are computed differently.",
        )


def check_steps(tally: UpdateTally, config: PpoConfig) -> None:
    planned = config.epochs * config.minibatches
    if tally.steps != planned:
        raise Failure(
            f"An update took {tally.steps} optimizer steps instead of {planned}.",
            "This is an error of the program: report it.",
        )
