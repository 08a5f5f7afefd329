"""The crowd's Bradley-Terry: Agresti's baseball where all are trusted, and scipy's optimum."""

import numpy as np
import pytest
from scipy.optimize import minimize

from annotation.quality.statistics.crowd_bradley_terry import crowd_bradley_terry

# Agresti 2013, "Categorical Data Analysis", table 11.10: games of the American League East in 1987,
# who won (rows) against whom; and the abilities that Firth's BradleyTerry2 prints, against
# Baltimore's.
TEAMS = ["Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore"]
WINS = [
    [0, 7, 9, 7, 7, 9, 11],
    [6, 0, 7, 5, 11, 9, 9],
    [4, 6, 0, 7, 7, 8, 12],
    [6, 8, 6, 0, 6, 7, 10],
    [6, 2, 6, 7, 0, 7, 12],
    [4, 4, 5, 6, 6, 0, 6],
    [2, 4, 1, 3, 1, 7, 0],
]
ABILITIES = [1.5814, 1.4364, 1.2945, 1.2476, 1.1077, 0.6839, 0.0]


def games() -> tuple[np.ndarray, np.ndarray]:
    played = [(i, j) for i in range(7) for j in range(7) for _ in range(WINS[i][j])]
    winner, loser = np.array(played).T
    return winner, loser


def test_whom_everybody_trusts_is_plain_bradley_terry():
    winner, loser = games()
    found = crowd_bradley_terry(
        winner, loser, np.zeros(len(winner), dtype=int),
        items=7, people=1, start=1.0, fixed=True, virtual=0.0, tolerance=1e-12, most=10_000,
    )  # fmt: skip
    assert (found.scores - found.scores[-1]).round(4).tolist() == ABILITIES


def preferences(seed: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Three who mostly say what is true of eight answers, and one who says anything."""
    rng = np.random.default_rng(seed)
    true = rng.normal(0, 1.5, 8)
    i, j = rng.integers(0, 8, (2, 600))
    i, j = i[i != j], j[i != j]
    person = rng.integers(0, 4, len(i))
    likely = 1 / (1 + np.exp(true[j] - true[i]))
    trust = np.array([0.95, 0.9, 0.95, 0.5])[person]
    wins = rng.random(len(i)) < trust * likely + (1 - trust) * (1 - likely)
    return np.where(wins, i, j), np.where(wins, j, i), person


def test_the_estimate_is_the_optimum_of_the_likelihood():
    winner, loser, person = preferences()

    def negative(free: np.ndarray) -> tuple[float, np.ndarray]:
        scores, each = free[:8], 1 / (1 + np.exp(-free[8:]))
        p = 1 / (1 + np.exp(scores[loser] - scores[winner]))
        trust = each[person]
        likely = trust * p + (1 - trust) * (1 - p)
        virtual = 1 / (1 + np.exp(-scores))
        by_score = (2 * trust - 1) * p * (1 - p) / likely
        slope = np.bincount(winner, by_score, 8) - np.bincount(loser, by_score, 8)
        slope += 0.5 * (1 - 2 * virtual)
        by_trust = np.bincount(person, (2 * p - 1) / likely, 4) * each * (1 - each)
        height = np.log(likely).sum() + 0.5 * (np.log(virtual) + np.log(1 - virtual)).sum()
        return -height, -np.r_[slope, by_trust]

    start = np.r_[np.zeros(8), np.full(4, 2.0)]
    best = minimize(negative, start, jac=True, options={"gtol": 1e-9}).x
    found = crowd_bradley_terry(
        winner, loser, person, items=8, people=4, tolerance=1e-12, most=200_000
    )
    assert found.scores == pytest.approx(best[:8], abs=1e-6)
    assert found.trust == pytest.approx(1 / (1 + np.exp(-best[8:])), abs=1e-6)
    assert found.trust[3] < 0.65 < found.trust[:3].min()


def test_neither_the_names_of_answers_nor_of_people_matter():
    winner, loser, person = preferences()
    found = crowd_bradley_terry(winner, loser, person, items=8, people=4)
    turned = crowd_bradley_terry(7 - winner, 7 - loser, 3 - person, items=8, people=4)
    assert turned.scores == pytest.approx(found.scores[::-1], abs=1e-9)
    assert turned.trust == pytest.approx(found.trust[::-1], abs=1e-9)


def test_who_all_agree_are_trusted_and_who_says_nothing_has_no_figure():
    i, j = np.triu_indices(5, 1)
    winner, loser = np.tile(i, 3), np.tile(j, 3)
    found = crowd_bradley_terry(winner, loser, np.repeat([0, 1, 2], 10), items=5, people=4)
    assert found.trust[:3].min() > 0.99
    assert np.isnan(found.trust[3])
    assert (np.diff(found.scores) < 0).all()
