import pytest
import torch
from transformers import AutoModelForCausalLM

from inference.child.events import EventLog, read_events
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


WILD = {"updates": 50, "learning_rate": 0.05, "warmup_updates": 0, "kl_ceiling": 0.5}


def ending(spec, log, folder):
    """The run's metrics, its one message, its rollouts' KLs and the published weights."""
    result = run(spec, log)
    events = read_events(folder / "events.jsonl")[0]
    (message,) = [event for event in events if event["type"] == "message"]
    assert message["level"] == "warning"
    kls = [event["value"] for event in events if event.get("name") == "ppo/kl"]
    return result.metrics, message["text"], kls, weights(folder / "model")


def weights(folder):
    return AutoModelForCausalLM.from_pretrained(folder).state_dict()


def equal(one, other):
    return all(torch.equal(one[name], other[name]) for name in one)


def test_where_the_first_update_breaks_the_ceiling_the_start_model_is_published(
    spec_of, log, tmp_path, base
):
    metrics, text, kls, published = ending(spec_of("ppo", WILD), log, tmp_path)
    assert len(kls) == 1
    assert text.startswith("Stopped after 1 updates: KL ")
    assert "over the ceiling of 0.5. What is published is the start model itself" in text
    assert equal(published, weights(base))
    assert metrics["end/kl"] == pytest.approx(0, abs=1e-4)
    assert metrics["end/reward"] == metrics["start/reward"]


def test_over_the_ceiling_the_last_policy_under_it_is_published(spec_of, log, tmp_path):
    config = {**WILD, "learning_rate": 1e-3}
    metrics, text, kls, published = ending(spec_of("ppo", config), log, tmp_path)
    kept = len(kls) - 1
    assert 1 <= kept < 49
    assert f"What is published is the policy after update {kept}." in text
    assert max(kls) <= 0.5
    # The very weights that a run of so many updates ends with, and measured as they are.
    shorter = {**config, "updates": kept, "kl_ceiling": None}
    spec = {**spec_of("ppo", shorter), "output": str(tmp_path / "shorter")}
    again = run(spec, EventLog(tmp_path / "shorter" / "events.jsonl"))
    assert equal(published, weights(tmp_path / "shorter" / "model"))
    assert metrics == again.metrics


def test_a_last_update_over_the_ceiling_is_not_published(spec_of, log, tmp_path, base):
    config = {**WILD, "updates": 1}
    metrics, text, kls, published = ending(spec_of("ppo", config), log, tmp_path)
    assert len(kls) == 1
    assert "the start model itself" in text
    assert equal(published, weights(base))
    assert metrics["end/kl"] == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize(
    ("config", "cause"),
    [
        ({"max_prompt_length": 505}, "start model reads 512 tokens, but max_prompt_length"),
        ({"max_prompt_length": 500}, r"reward model reads 512 .* come to 513"),
    ],
)
def test_answers_past_the_models_context_are_refused(spec_of, log, config, cause):
    with pytest.raises(Failure, match=cause):
        run(spec_of("ppo", config), log)


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
