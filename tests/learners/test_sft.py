import pytest
import torch

from inference.child.events import read_events
from inference.child.failure import Failure
from tests.inference.tiny import tiny_causal_lm, tiny_tokenizer
from tests.learners.conftest import write_snapshot
from training.learners.data import Demonstration, Snapshot
from training.learners.residual_dropout import residual_dropout
from training.learners.sft import encode, run_sft, show_samples, taught
from training.learners.specs import SftConfig, SftSpec

MESSAGES = [{"role": "user", "content": "Hi"}]


def test_the_loss_is_on_the_completion_and_its_eos_only(log):
    tokenizer = tiny_tokenizer()
    (row,) = encode([Demonstration(1, MESSAGES, "Yes.")], tokenizer, 99, log)
    learnt = [label for label in row["labels"] if label != -100]
    assert tokenizer.decode(learnt) == "Yes.<|eos|>"
    assert row["labels"][-5:] == row["input_ids"][-5:]
    assert set(row["labels"][:-5]) == {-100}


def test_long_demonstrations_are_told(log, tmp_path):
    rows = [Demonstration(1, MESSAGES, "a" * 99), Demonstration(2, MESSAGES, "b")]
    assert len(encode(rows, tiny_tokenizer(), 50, log)) == 1
    (event,) = read_events(tmp_path / "events.jsonl")[0]
    assert event["text"] == "1 of 2 demonstrations were left out: longer than 50 tokens."


def test_answers_that_labelers_rated_high_are_learnt_from_too(spec_of, log, tmp_path, snapshot):
    config = SftConfig(rated_at_least=7)
    # Of each of the 12 training prompts, one answer of four has a 7.
    assert len(taught(Snapshot(snapshot), config, log)) == 12 + 12
    assert len(taught(Snapshot(snapshot), SftConfig(), log)) == 12
    (event,) = read_events(tmp_path / "events.jsonl")[0]
    assert event["text"].startswith("12 ranked answers that nobody rated below 7")


def test_without_demonstrations_it_says_so(spec_of, log, tmp_path):
    folder = write_snapshot(tmp_path / "s", splits=["valid"])
    with pytest.raises(Failure, match="no demonstration"):
        run_sft(SftSpec.model_validate(spec_of("sft", data=str(folder))), log)


def test_rows_past_the_models_context_are_refused(spec_of, log):
    with pytest.raises(Failure, match="reads 512 tokens, but max_length may come to 600"):
        run_sft(SftSpec.model_validate(spec_of("sft", {"max_length": 600})), log)


def test_a_prompt_past_the_context_is_not_answered(spec_of, log, tmp_path):
    long = [{"role": "user", "content": "a" * 600}]
    rows = [Demonstration(1, long, "b"), Demonstration(2, MESSAGES, "b")]
    spec = SftSpec.model_validate(spec_of("sft"))
    show_samples(tiny_causal_lm(), tiny_tokenizer(), rows, spec, log)
    (event,) = read_events(tmp_path / "events.jsonl")[0]
    assert event["prompt"] == "Hi"


def test_dropout_acts_in_training_only_and_leaves_no_trace():
    model, ids = tiny_causal_lm(), torch.tensor([[1, 4, 70, 5]])
    plain = model(input_ids=ids).logits
    with residual_dropout(model, 0.5) as branches:
        assert branches == 4  # attention and MLP of two layers
        assert torch.equal(model(input_ids=ids).logits, plain)
        model.train()
        assert not torch.equal(model(input_ids=ids).logits, plain)
    assert torch.equal(model(input_ids=ids).logits, plain)


def test_without_dropout_no_hooks_are_set():
    with residual_dropout(tiny_causal_lm(), 0.0) as branches:
        assert branches == 0
