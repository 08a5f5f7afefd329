import pytest

from inference.child.events import EventLog, read_events
from tests.learners.test_ppo_update import CONFIG, PROMPTS, make_actors
from training.learners.ppo.evaluation import Watch


@pytest.fixture
def log(tmp_path):
    return EventLog(tmp_path / "events.jsonl")


def test_looking_twice_at_one_policy_sees_the_same(log):
    watch = Watch(make_actors(), PROMPTS, CONFIG, log, seed=0)
    assert watch.look(0) == watch.look(1)


def test_answers_are_shown_with_reward_and_kl(log, tmp_path):
    Watch(make_actors(), PROMPTS, CONFIG, log, seed=0).look(7)
    events = read_events(tmp_path / "events.jsonl")[0]
    samples = [event for event in events if event["type"] == "sample"]
    assert len(samples) == CONFIG.sample_prompts
    assert all(event["step"] == 7 for event in samples)
    assert all(isinstance(event["reward"], float) for event in samples)
    names = {event["name"] for event in events if event["type"] == "metric"}
    assert {"valid/reward", "valid/kl", "valid/eos_rate"} <= names
