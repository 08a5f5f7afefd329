import pytest

from inference.child.events import read_events
from inference.child.failure import Failure
from tests.inference.tiny import tiny_tokenizer
from training.learners.__main__ import learn
from training.learners.specs import PpoSpec


def run(spec, log):
    return learn(PpoSpec.model_validate(spec), log)


def test_two_runs_of_one_spec_are_equal(spec_of, log):
    first, again = run(spec_of("ppo"), log), run(spec_of("ppo"), log)
    assert first == again
    assert first.metrics != run({**spec_of("ppo"), "seed": 1}, log).metrics


def test_the_kl_ceiling_stops_a_run(spec_of, log, tmp_path):
    config = {"updates": 50, "learning_rate": 0.05, "warmup_updates": 0, "kl_ceiling": 0.5}
    run(spec_of("ppo", config), log)
    events = read_events(tmp_path / "events.jsonl")[0]
    (message,) = [event for event in events if event["type"] == "message"]
    assert "over the ceiling of 0.5" in message["text"]
    assert len([event for event in events if event.get("name") == "ppo/kl"]) < 50


def test_a_selector_chooses_what_is_kept(spec_of, log, tmp_path, reward):
    spec = spec_of("ppo", models={"selector": str(reward)})
    run(spec, log)
    events = read_events(tmp_path / "events.jsonl")[0]
    assert any("The selector prefers" in event.get("text", "") for event in events)
    assert len([event for event in events if event.get("name") == "valid/selector"]) >= 3


def test_models_of_another_template_are_refused(spec_of, log, tmp_path, base):
    other = tmp_path / "other"
    other.mkdir()
    for path in base.iterdir():
        (other / path.name).write_bytes(path.read_bytes())
    tokenizer = tiny_tokenizer()
    tokenizer.chat_template += " "
    tokenizer.save_pretrained(other)
    with pytest.raises(Failure, match="differs from that of the reference"):
        run(spec_of("ppo", models={"reference": str(other)}), log)


def test_prompts_that_do_not_fit_are_told(spec_of, log):
    with pytest.raises(Failure, match="no prompt that is short enough"):
        run(spec_of("ppo", {"max_prompt_length": 3}), log)
