import pytest
import torch

from inference.engines.padding import pad_right
from inference.engines.reward_models import (
    RewardModel,
    load_reward_model,
    pooled_logits,
    score_rows,
)
from tests.inference.tiny import tiny_reward_model

ROWS = [[1, 4, 70, 71, 72, 5, 90, 2], [1, 4, 80, 5, 2], [1, 4, *range(60, 80), 5, 99, 2]]


@pytest.fixture(scope="module")
def model():
    return tiny_reward_model()


def test_a_score_does_not_depend_on_its_batch(model):
    alone = torch.cat([score_rows(RewardModel(model, 0.0), [row], 0) for row in ROWS])
    together = score_rows(RewardModel(model, 0.0), ROWS, 0)
    in_twos = score_rows(RewardModel(model, 0.0), ROWS, 0, batch_size=2)
    assert torch.allclose(together, alone, atol=1e-5)
    assert torch.allclose(in_twos, alone, atol=1e-5)
    assert together.std() > 0.1


def test_pooling_is_that_of_the_standard_classification_model(model):
    padded = pad_right(ROWS, 0)
    model.config.pad_token_id = 0
    standard = model(input_ids=padded.ids, attention_mask=padded.mask).logits.squeeze(-1)
    assert torch.allclose(pooled_logits(model, padded.ids, padded.mask), standard, atol=1e-5)


def test_a_pad_token_inside_a_row_is_content(model):
    row = [1, 4, 70, 5, 90, 0]
    alone = score_rows(RewardModel(model, 0.0), [row], 0)
    assert torch.allclose(
        score_rows(RewardModel(model, 0.0), [row, ROWS[2]], 0)[0], alone[0], atol=1e-5
    )
    assert not torch.allclose(score_rows(RewardModel(model, 0.0), [row[:-1]], 0), alone, atol=1e-3)


def test_the_bias_is_read_and_added(model, tmp_path):
    model.save_pretrained(tmp_path)
    plain = load_reward_model(tmp_path, torch.device("cpu"))
    assert plain.bias == 0
    (tmp_path / "reward_bias.json").write_text('{"bias": -1.5}')
    biased = load_reward_model(tmp_path, torch.device("cpu"))
    difference = score_rows(biased, ROWS, 0) - score_rows(plain, ROWS, 0)
    assert torch.allclose(difference, torch.full((3,), -1.5), atol=1e-5)
