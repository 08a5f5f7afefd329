"""Metrics in words."""

import pytest

from training.figures import label_of, metrics_text, names_of, split_of, value_text


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
        ("Accuracy, validation", "72.0 %"),
        ("Bias", "0.13"),
        ("Reward", "0.02 → 1.84"),
    ]


def test_metrics_text_tells_training_and_validation_apart() -> None:
    metrics = {"validation_accuracy": 0.72, "train_accuracy": 0.9, "validation_pairs": 40.0}
    assert metrics_text(metrics) == [
        ("Accuracy, training", "90.0 %"),
        ("Accuracy, validation", "72.0 %"),
        ("Pairs, validation", "40"),
    ]


@pytest.mark.parametrize(
    ("name", "split", "key"),
    [
        ("train/loss", "train", "loss"),
        ("train_loss", "train", "loss"),
        ("valid/token_accuracy", "valid", "token_accuracy"),
        ("validation_token_accuracy", "valid", "token_accuracy"),
        ("ppo/kl", "ppo", "kl"),
        ("end/kl", "end", "kl"),
        ("bias", "", "bias"),
    ],
)
def test_split_of(name: str, split: str, key: str) -> None:
    assert split_of(name) == (split, key)
    assert name in names_of(key) or not split or split == "end"


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("train_accuracy", "Accuracy, training"),
        ("valid/accuracy", "Accuracy, validation"),
        ("ppo/kl", "KL to the SFT policy, rollouts"),
        ("bias", "Bias"),
    ],
)
def test_label_of(name: str, label: str) -> None:
    assert label_of(name) == label
