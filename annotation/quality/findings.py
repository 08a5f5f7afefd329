"""Who is to be looked at, by which figures."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from annotation.quality.thresholds import Thresholds

Row = dict[str, Any]


def findings(rows: Sequence[Row], thresholds: Thresholds) -> list[Row]:
    """What stands out among the labelers' figures, the surest first.

    Each names its kind (careless, position, length, hurried), the labeler, and its figures. Of two
    labelers who differ nobody can tell which one is off: nothing is said with fewer than three. Low
    agreement that a bias explains is told with the bias, not as carelessness.
    """
    judged = [row for row in rows if row["rankings"] >= thresholds.least_rankings]
    rates = [row["agreement"]["rate"] for row in judged if row["agreement"]["rate"] is not None]
    usual = median(rates) if len(rates) > 2 else None
    found = []
    for row in judged:
        own = [
            *_position(row, thresholds),
            *(_length(row, thresholds) if len(judged) > 2 else []),
        ]
        if usual is not None and not own:
            own += _careless(row, usual, thresholds)
        if len(judged) > 2:
            own += _hurried(row, thresholds)
        for each in own:
            rate = row["agreement"]["rate"]
            found.append({**each, "labeler": row["labeler"], "agreement": rate, "usual": usual})
    return sorted(found, key=lambda each: -each["sure"])


def _careless(row: Row, usual: float, thresholds: Thresholds) -> list[Row]:
    agreement = row["agreement"]
    if agreement["rate"] is None:
        return []
    gap = usual - agreement["rate"]
    if gap < thresholds.careless_gap or agreement["high"] >= usual:
        return []
    half = max((agreement["high"] - agreement["low"]) / 2, 1e-9)
    return [{"kind": "careless", "sure": gap / half, "gap": gap, "trust": row["trust"]}]


def _position(row: Row, thresholds: Thresholds) -> list[Row]:
    bias = row["position"]
    if bias is None or abs(bias["tau"]) < thresholds.position_tau:
        return []
    if abs(bias["z"]) < thresholds.bias_z:
        return []
    return [{"kind": "position", "sure": abs(bias["z"]), "tau": bias["tau"], "z": bias["z"]}]


def _length(row: Row, thresholds: Thresholds) -> list[Row]:
    bias = row["length"]
    if bias is None or abs(bias["effect"]) < thresholds.length_effect:
        return []
    if abs(bias["z"]) < thresholds.bias_z:
        return []
    return [{"kind": "length", "sure": abs(bias["z"]), "effect": bias["effect"], "z": bias["z"]}]


def _hurried(row: Row, thresholds: Thresholds) -> list[Row]:
    pace = row["pace"]
    if pace is None or pace["rankings"] < thresholds.least_rankings:
        return []
    if pace["share"] > thresholds.hurried_share or pace["z"] > -thresholds.outlier_z:
        return []
    return [{"kind": "hurried", "sure": -pace["z"], "share": pace["share"], "z": pace["z"]}]
