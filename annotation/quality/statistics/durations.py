"""Who is far quicker or slower than the length of the texts explains."""

import numpy as np

from annotation.quality.statistics.arrays import Floats

NORMAL = 0.6744897501960817
"""The upper quartile of the normal distribution: a MAD over it estimates sigma."""


def robust_z(values: Floats) -> Floats:
    """0.6745 (x - median) / MAD (Iglewicz and Hoaglin 1993, who call 3.5 and more an outlier).

    values: (n,). Where more than half are equal the MAD is nothing: 0 for those, inf for others.
    """
    if not len(values):
        return values
    away = values - np.median(values)
    spread = float(np.median(np.abs(away)))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(away == 0, 0.0, NORMAL * away / spread)


def pace(seconds: Floats, length: Floats) -> Floats:
    """The logarithm of the time taken over that which the length of the texts lets expect: (n,).

    seconds: (n,) above 0; length: (n,) in characters. What is expected is the least squares line of
    log seconds over log length; a flat one where all are equally long.
    """
    if not len(seconds):
        return seconds
    time, size = np.log(seconds), np.log(np.maximum(length, 1.0))
    over = size - size.mean()
    squares = float((over**2).sum())
    slope = float((over * time).sum()) / squares if squares > 1e-12 else 0.0
    return np.asarray(time - time.mean() - slope * over, dtype=float)
