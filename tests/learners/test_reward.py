import json
import math

import pytest
import torch

from inference.child.events import read_events
from inference.child.failure import Failure
from inference.engines.reward_models import load_reward_model, score_rows
from tests.inference.tiny import tiny_reward_model, tiny_tokenizer
from tests.learners.conftest import write_snapshot
from training.learners import reward as reward_learner
from training.learners.__main__ import learn
from training.learners.data import Ranking, Snapshot
from training.learners.encoding import encode_pairs
from training.learners.reward import demonstration_bias, encode_rankings, fresh_reward_model
from training.learners.specs import RewardConfig, RewardSpec


def test_demonstrations_score_0_on_average(spec_of, log, tmp_path, snapshot):
    result = learn(RewardSpec.model_validate(spec_of("reward")), log)
    saved = json.loads((tmp_path / "model" / "reward_bias.json").read_text())
    assert saved["bias"] == result.metrics["bias"]
    tokenizer = tiny_tokenizer()
    rows = [
        encode_pairs(tokenizer, one.messages, [one.completion])[0].ids
        for split in ("train", "valid")
        for one in Snapshot(snapshot).demonstrations(split)
    ]
    model = load_reward_model(tmp_path / "model", torch.device("cpu"))
    assert score_rows(model, rows, 0).mean().item() == pytest.approx(0, abs=1e-5)


def test_two_runs_of_one_spec_are_equal(spec_of, log):
    spec = RewardSpec.model_validate(spec_of("reward"))
    assert learn(spec, log) == learn(spec, log)


def test_the_head_begins_small(spec_of):
    spec = RewardSpec.model_validate(spec_of("reward"))
    torch.manual_seed(0)
    model = fresh_reward_model(spec, 0, torch.device("cpu"))
    heads = torch.cat(
        [fresh_reward_model(spec, 0, torch.device("cpu")).score.weight for _ in range(30)]
    )
    assert heads.std().item() == pytest.approx(1 / math.sqrt(33), rel=0.1)
    assert not model.training


def test_rankings_of_ties_and_long_ones_are_told(log, tmp_path):
    messages = [{"role": "user", "content": "Hi"}]
    rankings = [
        Ranking(1, messages, ["a", "b"], [1, 2], [None, 7]),
        Ranking(2, messages, ["a", "b"], [1, 1], [None, None]),
        Ranking(3, messages, ["a" * 99, "b"], [1, 2], [7, 1]),
    ]
    encoded = encode_rankings(rankings, tiny_tokenizer(), 50, log)
    assert len(encoded) == 1
    texts = [event["text"] for event in read_events(tmp_path / "events.jsonl")[0]]
    assert texts == [
        "1 rankings are all ties: nothing to learn there.",
        "1 of 2 rankings were left out: longer than 50 tokens.",
    ]


def test_without_a_preference_there_is_nothing_to_learn(spec_of, log, tmp_path):
    ties = write_snapshot(tmp_path / "ties", ranks=[1, 1, 1, 1])
    with pytest.raises(Failure, match="no ranking with a strict preference"):
        learn(RewardSpec.model_validate(spec_of("reward", data=str(ties))), log)


def test_one_long_demonstration_is_left_out_of_the_bias_aloud(log, tmp_path, monkeypatch):
    widths = []

    def spied(model, rows, pad_id, batch_size=64):
        widths.append((max(map(len, rows)), batch_size))
        return score_rows(model, rows, pad_id, batch_size)

    monkeypatch.setattr(reward_learner, "score_rows", spied)
    folder = write_snapshot(tmp_path / "s", long_demonstration="Once there was a bird. " * 400)
    config = RewardConfig(max_length=64, batch_size=4)
    model = tiny_reward_model()
    bias = demonstration_bias(model, Snapshot(folder), tiny_tokenizer(), config, log)
    assert math.isfinite(bias)
    ((longest, batch),) = widths
    assert longest <= 64
    assert batch == 4
    texts = [event["text"] for event in read_events(tmp_path / "events.jsonl")[0]]
    assert texts == ["1 of 16 demonstrations were left out: longer than 64 tokens."]


def test_without_a_file_of_demonstrations_the_bias_is_0_aloud(spec_of, log, tmp_path):
    folder = write_snapshot(tmp_path / "s", leave_out=["demonstrations"])
    result = learn(RewardSpec.model_validate(spec_of("reward", data=str(folder))), log)
    assert result.metrics["bias"] == 0
    texts = [event.get("text") for event in read_events(tmp_path / "events.jsonl")[0]]
    assert "No demonstrations: the reward's bias stays 0." in texts


def test_rows_past_the_models_context_are_refused(spec_of, log):
    spec = RewardSpec.model_validate(spec_of("reward", {"max_length": 600}))
    with pytest.raises(Failure, match="reads 512 tokens, but max_length may come to 600"):
        learn(spec, log)
