"""Metrics in words and figures for people."""

TITLES = {
    "reward": "Reward",
    "kl": "KL to the SFT policy, nats a response",
    "eos_rate": "Ends with EOS",
    "loss": "Loss",
    "accuracy": "Accuracy",
    "token_accuracy": "Next token right",
    "learning_rate": "Learning rate",
    "control_token_rate": "Cut by a control token",
    "length": "Length, tokens",
    "entropy": "Entropy, nats a token",
    "score_clip_share": "Scores clipped",
    "sampler_drift": "Drift between sampler and learner, nats",
    "policy_loss": "Policy loss",
    "value_loss": "Value loss",
    "policy_grad_norm": "Policy gradient norm",
    "value_grad_norm": "Value gradient norm",
    "clip_share": "Ratios clipped",
    "explained_variance": "Explained variance of the value model",
    "beta": "KL coefficient β",
    "pairs": "Pairs",
    "rows": "Rows",
    "rankings": "Rankings",
    "bias": "Bias",
}
SHARES = {
    "accuracy",
    "clip_share",
    "control_token_rate",
    "eos_rate",
    "score_clip_share",
    "token_accuracy",
}
COUNTS = {"pairs", "rows", "rankings"}
SPLITS = {"train": "training", "ppo": "rollouts", "valid": "validation"}
SPLIT_ORDER = list(SPLITS)
# How a name says its split: a curve's by a folder, a model's by a prefix ("validation_accuracy").
MARKS = {
    "train/": "train",
    "train_": "train",
    "ppo/": "ppo",
    "valid/": "valid",
    "valid_": "valid",
    "validation/": "valid",
    "validation_": "valid",
}


def split_of(name: str) -> tuple[str, str]:
    """A metric's split and quantity: "valid/loss" and "validation_loss" are ("valid", "loss")."""
    for mark, split in MARKS.items():
        if name.startswith(mark):
            return split, name.removeprefix(mark)
    split, _, key = name.rpartition("/")
    return split, key


def names_of(key: str) -> list[str]:
    """The names under which a quantity may be told, of whatever split."""
    return [f"{mark}{key}" for mark in MARKS]


def split_rank(name: str) -> int:
    split, _ = split_of(name)
    return SPLIT_ORDER.index(split) if split in SPLIT_ORDER else len(SPLIT_ORDER)


def title_of(key: str) -> str:
    return TITLES.get(key, key.replace("_", " ").capitalize())


def label_of(name: str) -> str:
    """A metric's short title with its split: "Accuracy, validation"."""
    split, key = split_of(name)
    title = title_of(key).partition(",")[0]
    return f"{title}, {SPLITS[split]}" if split in SPLITS else title


def value_text(key: str, value: float) -> str:
    """A value as short as it can be read: shares in percent, large numbers without decimals."""
    if key in SHARES:
        return f"{100 * value:.1f} %"
    if key in COUNTS or abs(value) >= 1000:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if abs(value) >= 0.01 else f"{value:.2g}"


def metrics_text(metrics: dict[str, float]) -> list[tuple[str, str]]:
    """A model's metrics as (label, text); a start and an end are told as one, "0.02 → 1.84"."""
    told = []
    for name in sorted(metrics, key=lambda each: (split_of(each)[1], split_rank(each))):
        split, key = split_of(name)
        if split == "start" and f"end/{key}" in metrics:
            continue
        text = value_text(key, metrics[name])
        if split == "end" and f"start/{key}" in metrics:
            text = f"{value_text(key, metrics[f'start/{key}'])} → {text}"
        told.append((label_of(name), text))
    return told
