"""Learning rates over time, as factors of the configured rate."""

import math


def cosine_factor(step: int, total: int, *, warmup: int, floor: float) -> float:
    """Linear warm-up over `warmup` steps, then half a cosine from 1 to `floor` at `total`."""
    if step < warmup:
        return (step + 1) / (warmup + 1)
    done = (step - warmup) / max(1, total - warmup)
    return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def warmup_factor(update: int, warmup: int) -> float:
    """From 0.1 at update 0 linearly to 1 at update `warmup`, constant after (appendix C.4)."""
    if update >= warmup:
        return 1.0
    return 0.1 + 0.9 * update / warmup
