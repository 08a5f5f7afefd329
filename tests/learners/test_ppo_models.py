import pytest
import torch

from inference.engines.reward_models import RewardModel, score_rows
from tests.inference.tiny import tiny_causal_lm, tiny_reward_model
from training.learners.ppo.models import ValueModel, response_statistics
from training.learners.ppo.sequences import lay_out

PROMPTS = [[1, 4, 70, 5], [1, 4, *range(60, 75), 5], [1, 4, 5]]
RESPONSES = [[90, 91, 92, 2], [80, 2], [100, 101, 102, 103, 104, 2]]
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def sequences():
    return lay_out(PROMPTS, RESPONSES, 0, CPU)


def test_the_layout(sequences):
    assert sequences.ids[0, :8].tolist() == PROMPTS[0] + RESPONSES[0]
    assert sequences.mask.sum(1).tolist() == [8, 20, 9]
    assert sequences.at[0, :4].tolist() == [3, 4, 5, 6]  # each the position before its token
    assert sequences.response[1, :3].tolist() == [80, 2, 0]
    assert sequences.response_mask.sum(1).tolist() == [4, 2, 6]


def test_rows_are_chosen_together(sequences):
    part = sequences.rows(torch.tensor([2, 0]))
    assert part.response_mask.sum(1).tolist() == [6, 4]
    assert part.ids[1, :8].tolist() == PROMPTS[0] + RESPONSES[0]


@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_statistics_are_those_of_each_row_alone(sequences, temperature):
    model = tiny_causal_lm()
    got = response_statistics(model, sequences, temperature)
    for i, (prompt, response) in enumerate(zip(PROMPTS, RESPONSES, strict=True)):
        logits = model(input_ids=torch.tensor([prompt + response])).logits[0] / temperature
        # the response's outputs are [context - 1 : -1]
        distribution = logits[len(prompt) - 1 : -1].log_softmax(-1)
        expected = distribution[range(len(response)), response]
        entropy = torch.distributions.Categorical(logits=distribution).entropy()
        n = len(response)
        assert torch.allclose(got.log_probs[i, :n], expected, atol=1e-5)
        assert torch.allclose(got.entropy[i, :n], entropy, atol=1e-5)
        assert got.log_probs[i, n:].abs().sum() == 0
        assert got.entropy[i, n:].abs().sum() == 0


def test_a_value_head_from_the_reward_scores_like_it(sequences):
    reward = RewardModel(tiny_reward_model(), 0.75)
    value = ValueModel.from_reward(reward, "reward")
    values = value(sequences)
    # before the last token the value is the reward model's score of the text so far
    for i, (prompt, response) in enumerate(zip(PROMPTS, RESPONSES, strict=True)):
        score = score_rows(reward, [prompt + response[:-1]], 0)
        assert values[i, len(response) - 1].item() == pytest.approx(score.item(), abs=1e-4)
        assert values[i, len(response) :].abs().sum() == 0


def test_a_zero_value_head_begins_at_0(sequences):
    value = ValueModel.from_reward(RewardModel(tiny_reward_model(), 0.75), "zero")
    assert value(sequences).abs().max() == 0


def test_the_value_trains_trunk_and_head_but_not_the_reward(sequences):
    value = ValueModel.from_reward(RewardModel(tiny_reward_model(), 0.0), "reward")
    value(sequences).sum().backward()
    assert all(parameter.grad is not None for parameter in value.parameters())
