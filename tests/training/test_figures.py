"""Metrics in words."""

import pytest

from training.figures import metrics_text, value_text


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("eos_rate", 0.9842, "98.4 %"),
        ("accuracy", 1.0, "100.0 %"),
        ("loss", 1.2149, "1.21"),
        ("reward", -0.004, "-0.004"),
        ("length", 39.9, "39.9"),
        ("pairs", 5312.0, "5,312"),
        ("loss", 12345.6, "12,346"),
        ("learning_rate", 0.000006, "6e-06"),
        ("kl", 0.0, "0"),
    ],
)
def test_value_text(key: str, value: float, text: str) -> None:
    assert value_text(key, value) == text


def test_metrics_text_tells_start_and_end_as_one() -> None:
    metrics = {"end/reward": 1.84, "start/reward": 0.02, "valid/accuracy": 0.72, "bias": 0.13}
    assert metrics_text(metrics) == [
        ("Right on pairs, validation", "72.0 %"),
        ("Bias", "0.13"),
        ("Reward", "0.02 → 1.84"),
    ]
