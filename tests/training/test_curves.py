"""Which curves are shown, and what they say."""

import pytest

from tests.cast import Cast
from training.curves import curves_of, metrics_of, rises_with_length, thin, watched_curves
from training.models import Metric, Run


def run_with(cast: Cast, stage: str, points: dict[str, list[float]]) -> Run:
    config = {"kl_ceiling": 10.0}
    run = Run.objects.create(project=cast.project, stage=stage, attempt=1, config=config)
    for name, values in points.items():
        for step, value in enumerate(values, start=1):
            Metric.objects.create(run=run, name=name, step=step, value=value)
    return run


@pytest.mark.parametrize(
    ("count", "most", "kept"),
    [(3, 5, [0, 1, 2]), (5, 5, [0, 1, 2, 3, 4]), (9, 3, [0, 4, 8]), (10, 4, [0, 3, 6, 9])],
)
def test_thin_keeps_both_ends(count: int, most: int, kept: list[int]) -> None:
    assert thin(list(range(count)), most) == kept


def test_curves_come_with_the_watched_first_and_validation_beside_rollouts(cast: Cast) -> None:
    run = run_with(
        cast,
        Run.Stage.PPO,
        {
            "ppo/entropy": [1.5],
            "valid/kl": [0.0, 0.5],
            "ppo/kl": [0.1, 0.4, 0.9],
            "ppo/reward": [0.25, 0.5],
        },
    )
    curves = curves_of(run, metrics_of(run))
    assert [curve.key for curve in curves] == ["reward", "kl", "eos_rate", "entropy"]
    kl = curves[1]
    assert (kl.names, kl.labels) == (("ppo/kl", "valid/kl"), ("rollouts", "validation"))
    assert (kl.told, kl.first, kl.last, kl.line) == ("rollouts", 0.1, 0.9, 10.0)
    assert (curves[2].names, curves[2].last_text) == ((), "–")
    assert curves[0].line is None


@pytest.mark.parametrize(
    "names", [("train/accuracy", "valid/accuracy"), ("train_accuracy", "validation_accuracy")]
)
def test_validation_is_told_in_numbers_where_there_is_any(
    cast: Cast, names: tuple[str, str]
) -> None:
    training, validation = names
    run = run_with(cast, Run.Stage.REWARD, {training: [0.8, 0.95], validation: [0.6, 0.7]})
    (accuracy, _) = watched_curves(run)
    assert (accuracy.names, accuracy.labels) == (names, ("training", "validation"))
    assert (accuracy.told, accuracy.first, accuracy.last) == ("validation", 0.6, 0.7)
    Metric.objects.filter(name=validation).delete()
    (accuracy, _) = watched_curves(run)
    assert (accuracy.told, accuracy.last) == ("training", 0.95)


def test_watched_curves_are_no_others_and_there_before_any_point(cast: Cast) -> None:
    other = run_with(cast, Run.Stage.PPO, {"ppo/reward": [1.0], "ppo/entropy": [1.0]})
    assert [curve.last for curve in watched_curves(other)] == [1.0, None, None]
    for stage, keys in (
        (Run.Stage.SFT, ["loss", "token_accuracy", "learning_rate"]),
        (Run.Stage.REWARD, ["accuracy", "loss"]),
        (Run.Stage.PPO, ["reward", "kl", "eos_rate"]),
    ):
        run = run_with(cast, stage, {})
        assert [curve.key for curve in watched_curves(run)] == keys


def test_rises_with_length_by_hand() -> None:
    steps = range(1, 13)
    points = {
        "ppo/reward": [(step, 0.1 * step) for step in steps],
        "ppo/length": [(step, 20.0 + 2 * step) for step in steps],
    }
    found = rises_with_length(points)
    assert found is not None
    # First and last three of twelve: 0.2 -> 1.1 reward, 24 -> 42 tokens, on one line.
    assert found == pytest.approx((0.9, 18.0, 1.0))


def test_rises_with_length_needs_points_that_move() -> None:
    still = [(step, 1.0) for step in range(20)]
    moving = [(step, float(step)) for step in range(20)]
    assert rises_with_length({}) is None
    assert rises_with_length({"ppo/reward": moving[:9], "ppo/length": moving[:9]}) is None
    assert rises_with_length({"ppo/reward": moving, "ppo/length": still}) is None
