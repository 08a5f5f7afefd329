"""Dawid and Skene's own data: what they printed, and an EM written plainly."""

import numpy as np
import pytest

from annotation.quality.statistics.dawid_skene import dawid_skene

# Dawid and Skene 1979, table 1: of each patient what observer 1 said three times, then 2 to 5.
TABLE = """
1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223
2322223 4444444 2223343 1111111 2223212 1211111 1112111 1111111 1111111
2222221 2221322 2222222 2222221 2223222 2212222 1111111 1111111 2322222
1111111 1111111 1121121 1111111 3333233 1111111 2222222 2223232 4334343
2212232 2323233 3333432 1111111 1111111 1212111 2322222 1211111 2222222
""".split()  # noqa: SIM905
OBSERVER = [0, 0, 0, 1, 2, 3, 4]


def long_form() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    said = [(i, OBSERVER[n], int(c) - 1) for i, row in enumerate(TABLE) for n, c in enumerate(row)]
    item, person, label = np.array(said).T
    return item, person, label


def em_plain(iterations: int) -> tuple[list[float], list[list[list[float]]]]:
    """Equations 2.3, 2.4 and 2.5, one number after the other."""
    counts = [
        [[sum(OBSERVER[n] == k and c == str(j + 1) for n, c in enumerate(row)) for j in range(4)]
         for k in range(5)]
        for row in TABLE
    ]  # fmt: skip
    truth = [[sum(each[k][j] for k in range(5)) / 7 for j in range(4)] for each in counts]
    for _ in range(iterations):
        marginals = [sum(t[j] for t in truth) / len(truth) for j in range(4)]
        errors = []
        for k in range(5):
            rows = []
            for j in range(4):
                row = [
                    sum(t[j] * c[k][label] for t, c in zip(truth, counts, strict=True))
                    for label in range(4)
                ]
                rows.append([value / sum(row) for value in row])
            errors.append(rows)
        truth = []
        for each in counts:
            scores = []
            for j in range(4):
                score = marginals[j]
                for k in range(5):
                    for label in range(4):
                        score *= errors[k][j][label] ** each[k][label]
                scores.append(score)
            truth.append([score / sum(scores) for score in scores])
    return marginals, errors


def test_the_anaesthetists_as_published():
    found = dawid_skene(*long_form(), shape=(45, 5, 4), tolerance=1e-12)
    assert found.marginals.round(2).tolist() == [0.40, 0.42, 0.11, 0.07]
    # Table 2, observer 1.
    assert found.errors[0].round(2).tolist() == [
        [0.89, 0.11, 0.00, 0.00],
        [0.07, 0.88, 0.05, 0.00],
        [0.00, 0.34, 0.66, 0.00],
        [0.00, 0.00, 0.56, 0.44],
    ]


def test_the_estimates_are_those_of_a_plain_em():
    found = dawid_skene(*long_form(), shape=(45, 5, 4), tolerance=0.0, most=200)
    marginals, errors = em_plain(200)
    assert found.iterations == 200
    assert found.marginals == pytest.approx(marginals, abs=1e-6)
    assert found.errors == pytest.approx(np.array(errors), abs=1e-6)


def test_an_item_of_weight_three_counts_as_three():
    item, person, label = long_form()
    thrice = dawid_skene(
        np.r_[item, np.repeat([45, 46], 7)],
        np.r_[person, person[:7], person[:7]],
        np.r_[label, label[:7], label[:7]],
        shape=(47, 5, 4),
    )
    weight = np.r_[3.0, np.ones(44)]
    weighted = dawid_skene(item, person, label, shape=(45, 5, 4), weight=weight)
    assert weighted.marginals == pytest.approx(thrice.marginals, abs=1e-9)
    assert weighted.errors == pytest.approx(thrice.errors, abs=1e-9)


def test_neither_the_order_of_people_nor_of_items_matters():
    item, person, label = long_form()
    found = dawid_skene(item, person, label, shape=(45, 5, 4))
    turned = dawid_skene(44 - item, 4 - person, label, shape=(45, 5, 4))
    assert turned.errors == pytest.approx(found.errors[::-1], abs=1e-9)
    assert turned.classes == pytest.approx(found.classes[::-1], abs=1e-9)


def test_who_all_agree_never_err():
    item, person = np.repeat(np.arange(6), 3), np.tile(np.arange(3), 6)
    label = item % 2
    found = dawid_skene(item, person, label, shape=(6, 3, 2))
    assert found.errors == pytest.approx(np.tile(np.eye(2), (3, 1, 1)), abs=1e-6)
    assert found.marginals == pytest.approx([0.5, 0.5])
