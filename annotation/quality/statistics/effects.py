"""What is a labeler's own, where the tasks differ and each labeler saw others."""

from dataclasses import dataclass

import numpy as np

from annotation.quality.statistics.arrays import Floats, Ints


@dataclass(frozen=True)
class Effects:
    """Each (people,); nan who shares no task. effect: against the median labeler; error: standard
    error, with tasks as clusters; rankings: how many of theirs were compared."""

    effect: Floats
    error: Floats
    rankings: Ints


def labeler_effects(value: Floats, task: Ints, person: Ints, *, people: int) -> Effects:
    """Fit value = task's own + labeler's own + noise by least squares, over tasks that two share.

    value: (m,) finite; task, person: (m,), a person once a task. Comparing each labeler with the
    mean of the others instead would make whoever met a biased one look biased the other way. The
    errors are White's, clustered by task (Cameron and Miller 2015, equation 11). The median labeler
    is the zero, so that one biased labeler moves nobody else.
    """
    _, index = np.unique(task, return_inverse=True)
    shared = np.bincount(index)[index] > 1
    value, person = value[shared], person[shared]
    _, index = np.unique(index[shared], return_inverse=True)
    met = np.bincount(person, minlength=people)
    effect, error = np.full(people, np.nan), np.full(people, np.nan)
    if not len(value):
        return Effects(effect, error, met)
    here = np.flatnonzero(met)
    column = np.searchsorted(here, person)
    sizes = np.bincount(index).astype(float)
    within = value - (np.bincount(index, weights=value) / sizes)[index]
    # The design with the tasks' means taken out, and the residuals of each task by labeler.
    normal, moments = _normal(index, column, sizes, len(here)), np.zeros(len(here))
    moments += np.bincount(column, weights=within, minlength=len(here))
    inverse = np.linalg.pinv(normal, rcond=1e-10, hermitian=True)
    fitted = inverse @ moments
    fit = fitted[column]
    residual = within - (fit - (np.bincount(index, weights=fit) / sizes)[index])
    middle = inverse @ _outer(index, column, residual, len(here)) @ inverse
    effect[here] = fitted - np.median(fitted)
    error[here] = np.sqrt(np.maximum(np.diag(middle), 0.0))
    return Effects(effect, error, met)


def _normal(index: Ints, column: Ints, sizes: Floats, people: int) -> Floats:
    """diag(n) - sum over tasks of 1/m for each two labelers of the task: (people, people)."""
    together = _outer(index, column, 1 / np.sqrt(sizes)[index], people)
    return np.diag(np.bincount(column, minlength=people).astype(float)) - together


def _outer(index: Ints, column: Ints, value: Floats, people: int) -> Floats:
    """The sum over tasks of v v', v (people,) holding the task's values by labeler."""
    order = np.argsort(index, kind="stable")
    index, column, value = index[order], column[order], value[order]
    starts = np.flatnonzero(np.r_[True, np.diff(index) != 0])
    sizes = np.diff(np.r_[starts, len(index)])
    result = np.zeros((people, people))
    for size in np.unique(sizes):
        rows = starts[sizes == size][:, None] + np.arange(size)
        one, other = np.repeat(rows, size, axis=1), np.tile(rows, (1, int(size)))
        cells = column[one] * people + column[other]
        product = value[one] * value[other]
        result += np.bincount(
            cells.ravel(), weights=product.ravel(), minlength=people * people
        ).reshape(people, people)
    return result
