"""From which figures on a labeler is pointed out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
    """least_rankings: of a labeler, before anything is said of them. careless_gap: how far below
    the median labeler's agreement. position_tau: mean tau-b between place and rank. length_effect:
    share of pairs by which the longer answer is preferred more often than the median labeler does.
    bias_z: standard deviations either bias must be from none. hurried_share: of the median
    labeler's time. outlier_z: the robust z from which a duration is an outlier."""

    least_rankings: int = 20
    careless_gap: float = 0.10
    position_tau: float = 0.15
    length_effect: float = 0.15
    bias_z: float = 4.0
    hurried_share: float = 0.4
    outlier_z: float = 3.5
