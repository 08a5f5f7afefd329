import pytest
import torch
from torch import tensor

from training.learners.ppo.rewards import answer_scores, response_kl, token_rewards

LOG_PROBS = tensor([[-1.0, -2.0, -3.0], [-1.0, -0.5, 0.0]])
REF = tensor([[-1.5, -1.0, -3.0], [-3.0, -0.5, 0.0]])
MASK = tensor([[True, True, True], [True, False, False]])


def test_token_rewards_by_hand():
    got = token_rewards(tensor([2.0, -1.0]), LOG_PROBS, REF, MASK, beta=0.1)
    # log-ratios 0.5, -1, 0 and 2: a token likelier under the reference earns, it is not cut at 0
    assert got[0].tolist() == pytest.approx([-0.05, 0.1, 2.0])
    assert got[1].tolist() == pytest.approx([-0.2 - 1.0, 0.0, 0.0])


def test_the_kl_is_a_sum_over_the_response():
    assert response_kl(LOG_PROBS, REF, MASK).tolist() == pytest.approx([-0.5, 2.0])


def test_rewards_of_a_row_sum_to_the_score_less_the_kl():
    torch.manual_seed(0)
    log_probs, ref = torch.randn(5, 7), torch.randn(5, 7)
    mask = torch.arange(7) < tensor([7, 1, 3, 4, 6])[:, None]
    scores = torch.randn(5)
    got = token_rewards(scores, log_probs, ref, mask, beta=0.3)
    assert torch.allclose(got.sum(1), scores - 0.3 * response_kl(log_probs, ref, mask), atol=1e-5)
    assert got[~mask].abs().max() == 0


def test_answers_are_clipped_and_pay_for_a_missing_eos():
    got = answer_scores(
        tensor([3.0, 12.0, -12.0, 1.0]),
        tensor([True, True, True, False]),
        clip=10,
        missing_eos_penalty=1.5,
    )
    assert got.tolist() == [3.0, 10.0, -10.0, -0.5]
