import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import tensor

from training.learners.reward_loss import batch_loss, pair_accuracy, preferences, ranking_loss


def softplus(x):
    return math.log1p(math.exp(x))


def test_preferences_hold_strict_pairs_only():
    better = preferences(tensor([1, 2, 1]))
    assert better.tolist() == [
        [False, True, False],
        [False, False, False],
        [False, True, False],
    ]


def test_the_loss_by_hand():
    # 1 > 2 and 1 > 3 and 2 > 3: differences 1 - 0.5, 1 - (-2), 0.5 - (-2)
    expected = (softplus(-0.5) + softplus(-3.0) + softplus(-2.5)) / 3
    loss = ranking_loss(tensor([1.0, 0.5, -2.0]), tensor([1, 2, 3]))
    assert loss.item() == pytest.approx(expected, abs=1e-6)


def test_ties_are_dropped_and_the_mean_is_over_used_pairs():
    # the first and third tie above the second: 1 - 0.5 and -2 - 0.5
    expected = (softplus(-0.5) + softplus(2.5)) / 2
    loss = ranking_loss(tensor([1.0, 0.5, -2.0]), tensor([1, 2, 1]))
    assert loss.item() == pytest.approx(expected, abs=1e-6)


def test_a_ranking_of_ties_has_loss_0_and_gradient_0():
    scores = tensor([1.0, 2.0], requires_grad=True)
    loss = ranking_loss(scores, tensor([1, 1]))
    loss.backward()
    assert loss.item() == 0
    assert scores.grad is not None
    assert scores.grad.tolist() == [0, 0]


def test_rankings_weigh_alike_whatever_their_k():
    two = (tensor([0.0, 1.0]), tensor([1, 2]))
    four = (tensor([3.0, 2.0, 1.0, 0.0]), tensor([1, 2, 3, 4]))
    expected = (ranking_loss(*two) + ranking_loss(*four)) / 2
    assert batch_loss([two[0], four[0]], [two[1], four[1]]).item() == pytest.approx(expected.item())


@given(st.permutations(range(5)))
def test_the_order_of_completions_does_not_matter(order):
    scores, ranks = tensor([0.3, -1.0, 2.0, 0.0, 1.0]), tensor([2, 3, 1, 3, 2])
    index = torch.tensor(order)
    assert ranking_loss(scores[index], ranks[index]).item() == pytest.approx(
        ranking_loss(scores, ranks).item(), abs=1e-6
    )


def test_accuracy_counts_strict_pairs_and_halves_equal_scores():
    scores = [tensor([2.0, 1.0, 1.0]), tensor([0.0, 1.0])]
    ranks = [tensor([1, 2, 3]), tensor([1, 2])]
    # right, right, equal; wrong
    assert pair_accuracy(scores, ranks) == (2.5 / 4, 4)


def test_accuracy_of_no_pairs_is_not_a_number():
    share, pairs = pair_accuracy([tensor([1.0, 2.0])], [tensor([1, 1])])
    assert math.isnan(share)
    assert pairs == 0
