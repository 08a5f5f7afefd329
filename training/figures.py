"""Metrics in words and figures for people."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from annotation.numerals import numeral

TITLES = {
    "reward": _("Reward"),
    "kl": _("KL to the SFT policy, nats a response"),
    "eos_rate": _("Ends with EOS"),
    "loss": _("Loss"),
    "accuracy": _("Accuracy"),
    "token_accuracy": _("Next token right"),
    "learning_rate": _("Learning rate"),
    "control_token_rate": _("Cut by a control token"),
    "length": _("Length, tokens"),
    "entropy": _("Entropy, nats a token"),
    "score_clip_share": _("Scores clipped"),
    "sampler_drift": _("Drift between sampler and learner, nats"),
    "policy_loss": _("Policy loss"),
    "value_loss": _("Value loss"),
    "policy_grad_norm": _("Policy gradient norm"),
    "value_grad_norm": _("Value gradient norm"),
    "clip_share": _("Ratios clipped"),
    "explained_variance": _("Explained variance of the value model"),
    "beta": _("KL coefficient β"),
    "pairs": _("Pairs"),
    "rows": _("Rows"),
    "rankings": _("Rankings"),
    "bias": _("Bias"),
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
# What processes and their supervisor say that they are at.
PHASES = {
    "": pgettext_lazy("phase of a job", "starting"),
    "queueing": pgettext_lazy("phase of a job", "queueing"),
    "sample": pgettext_lazy("phase of a job", "sample"),
    "score": pgettext_lazy("phase of a job", "score"),
    "train": pgettext_lazy("phase of a job", "train"),
}
CONTENTS = {
    "demonstrations": ngettext_lazy("%(n)s demonstration", "%(n)s demonstrations", "n"),
    "rankings": ngettext_lazy("%(n)s ranking", "%(n)s rankings", "n"),
    "prompts": ngettext_lazy("%(n)s prompt", "%(n)s prompts", "n"),
}
SPLITS = {"train": _("training"), "ppo": _("rollouts"), "valid": _("validation")}
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
    return str(TITLES.get(key, key.replace("_", " ").capitalize()))


def phase_text(phase: str) -> str:
    return str(PHASES.get(phase, phase))


def contents_text(counts: dict[str, int]) -> str:
    """What a snapshot holds: "20 demonstrations, 1 ranking"."""
    return ", ".join(CONTENTS[name] % {"n": n} for name, n in counts.items())


def label_of(name: str) -> str:
    """A metric's short title with its split: "Accuracy, validation"."""
    split, key = split_of(name)
    title = title_of(key).partition(",")[0]
    return f"{title}, {SPLITS[split]}" if split in SPLITS else title


def value_text(key: str, value: float) -> str:
    """A value as short as it can be read: shares in percent, large numbers without decimals."""
    if key in SHARES:
        return f"{numeral(100 * value, '.1f')} %"
    if key in COUNTS or abs(value) >= 1000:
        return numeral(value)
    if abs(value) >= 10:
        return numeral(value, ".1f")
    return numeral(value, ".2f" if abs(value) >= 0.01 else ".2g")


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
