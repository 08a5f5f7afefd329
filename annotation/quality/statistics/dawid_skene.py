"""Who errs how, and what is true, where nobody knows the truth (Dawid and Skene 1979)."""

from dataclasses import dataclass

import numpy as np

from annotation.quality.statistics.alpha import value_counts
from annotation.quality.statistics.arrays import Floats, Ints

LEAST = 1e-300
"""Stands for a probability of nothing, whose logarithm there is not."""


@dataclass(frozen=True)
class DawidSkene:
    """marginals: (c,) how frequent each class is; errors: (people, c, c), [k, j, l] how probably k
    says l of what is j; classes: (items, c) how probably each item is of each class."""

    marginals: Floats
    errors: Floats
    classes: Floats
    iterations: int


def dawid_skene(
    item: Ints,
    person: Ints,
    label: Ints,
    *,
    shape: tuple[int, int, int],
    weight: Floats | None = None,
    smoothing: float = 0.0,
    tolerance: float = 1e-5,
    most: int = 1000,
) -> DawidSkene:
    """The estimates of EM, from the shares of what was said of each item (equation 3.1).

    item, person, label: (m,) from 0, what each said of each item, several times if they did;
    shape: how many items, people and classes. weight: (items,) how many items each stands for.
    smoothing: added to each count of errors (0: the paper's maximum likelihood). Ends when no
    marginal and no error rate moves by `tolerance`, or after `most` iterations. Error rates of a
    class that a person never met are 0 unless smoothed.
    """
    items, people, classes = shape
    each = np.ones(items) if weight is None else weight
    said = person * classes + label
    truth: Floats = value_counts(item, label, units=items, values=classes)
    truth /= np.maximum(truth.sum(axis=1, keepdims=True), 1)
    marginals: Floats = np.zeros(classes)
    errors: Floats = np.zeros((people, classes, classes))
    for iteration in range(1, most + 1):  # noqa: B007  # told in the end
        before = marginals, errors
        share = truth * each[:, None]
        marginals = share.sum(axis=0) / each.sum()  # equation 2.4
        counts = [  # equation 2.3, a class at a time
            np.bincount(said, weights=share[item, j], minlength=people * classes)
            for j in range(classes)
        ]
        errors = np.stack(counts).astype(float).reshape(classes, people, classes).swapaxes(0, 1)
        errors = errors + smoothing
        errors = errors / np.maximum(errors.sum(axis=2, keepdims=True), LEAST)
        logs = np.log(np.maximum(errors, LEAST))
        scores = np.stack(  # equation 2.5
            [
                np.bincount(item, weights=logs[person, j, label], minlength=items)
                for j in range(classes)
            ],
            axis=1,
        ) + np.log(np.maximum(marginals, LEAST))
        truth = np.exp(scores - scores.max(axis=1, keepdims=True))
        truth /= truth.sum(axis=1, keepdims=True)
        moved = max(np.abs(marginals - before[0]).max(), np.abs(errors - before[1]).max())
        if moved < tolerance:
            break
    return DawidSkene(marginals, errors, truth, iteration)
