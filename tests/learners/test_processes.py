"""Each stage as the process it is, on a random model: what it leaves behind, how it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from inference.child.events import read_events
from inference.engines.reward_models import load_reward_model
from inference.engines.templates import template_hash

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture
def start(tmp_path):
    started = []

    def begin(spec, leash=False, **environment):
        path = tmp_path / "spec.json"
        path.write_text(json.dumps(spec))
        process = subprocess.Popen(
            [sys.executable, "-m", "training.learners", str(path)],
            cwd=ROOT,
            env={
                **os.environ,
                "PLUMBLINE_LEASH": "1" if leash else "0",
                "HF_HUB_OFFLINE": "1",
                **environment,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def finish(process, tmp_path):
    output = process.stdout.read()
    assert process.wait(120) == 0, output
    result = json.loads((tmp_path / "result.json").read_text())
    events = read_events(tmp_path / "events.jsonl")[0]
    assert events[-1].items() >= {"type": "result", **result}.items()
    assert not (tmp_path / "model.tmp").exists()
    assert result["model"] == "model"
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "model")
    assert template_hash(tokenizer) == result["template_hash"]
    return result["metrics"], events


def values(events, name):
    return [event["value"] for event in events if event.get("name") == name]


def test_sft(start, spec_of, tmp_path, base):
    spec = spec_of("sft", {"epochs": 8, "learning_rate": 1e-2, "dropout": 0.0})
    metrics, events = finish(start(spec), tmp_path)
    losses = values(events, "train/loss")
    assert len(losses) == 8 * 3  # 12 train rows in batches of 4
    assert losses[-1] < losses[0] / 2
    assert metrics["valid/loss"] < values(events, "valid/loss")[0]
    assert metrics["train/rows"] == 12
    progress = [event for event in events if event["type"] == "progress"]
    assert progress[-1].items() >= {"phase": "train", "done": 24, "total": 24}.items()
    samples = [event for event in events if event["type"] == "sample"]
    assert len(samples) == 4
    assert samples[0]["prompt"].startswith("Say ")
    trained = AutoModelForCausalLM.from_pretrained(tmp_path / "model")
    first = AutoModelForCausalLM.from_pretrained(base)
    assert trained.config.vocab_size == first.config.vocab_size
    assert not torch.equal(trained.model.norm.weight, first.model.norm.weight)


def test_reward(start, spec_of, tmp_path):
    spec = spec_of("reward", {"epochs": 15, "learning_rate": 5e-3})
    metrics, events = finish(start(spec), tmp_path)
    assert metrics["train_accuracy"] > 0.9
    assert metrics["validation_accuracy"] > 0.75
    assert metrics["rankings"] == 12
    assert metrics["train_pairs"] == 12 * 4  # two better, two worse: four strict pairs each
    assert values(events, "train/loss")[-1] < 0.5
    assert load_reward_model(tmp_path / "model", torch.device("cpu")).bias == metrics["bias"]


def test_ppo(start, spec_of, tmp_path):
    metrics, events = finish(start(spec_of("ppo")), tmp_path)
    for name in ("reward", "kl", "entropy", "eos_rate", "length"):
        assert {f"start/{name}", f"end/{name}"} <= metrics.keys()
        assert len(values(events, f"ppo/{name}")) == 2
    assert metrics["start/kl"] == pytest.approx(0, abs=1e-4)
    assert metrics["end/kl"] != 0
    for name in ("clip_share", "value_loss", "policy_loss", "explained_variance", "beta"):
        assert len(values(events, f"ppo/{name}")) == 2
    samples = [event for event in events if event["type"] == "sample"]
    assert {event["step"] for event in samples} == {0, 1, 2}
    assert all(event["reward"] is not None and event["kl"] is not None for event in samples)
    AutoModelForCausalLM.from_pretrained(tmp_path / "model")


@pytest.mark.parametrize("kind", ["sft", "reward", "ppo"])
def test_sigterm_ends_a_stage_cleanly(start, spec_of, tmp_path, kind):
    long = {"updates": 100_000} if kind == "ppo" else {"epochs": 100_000}
    process = start(spec_of(kind, long))
    wait_for(process, tmp_path, "progress")
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 143, process.stdout.read()
    assert not (tmp_path / "result.json").exists()
    assert not (tmp_path / "model").exists()


def test_a_lost_leash_ends_a_learner_at_once(start, spec_of, tmp_path):
    process = start(spec_of("ppo", {"updates": 100_000}), leash=True)
    wait_for(process, tmp_path, "progress")
    process.stdin.close()
    assert process.wait(5) == 70
    assert not (tmp_path / "result.json").exists()


def test_a_bad_spec_costs_no_import_of_torch(start, spec_of, tmp_path):
    process = start(spec_of("ppo", {"rollouts": 7}), PYTHONPROFILEIMPORTTIME="1")
    lines = process.stdout.read().splitlines()
    assert process.wait(60) == 2
    imported = {line.split("|")[-1].strip() for line in lines if line.startswith("import time:")}
    said = "\n".join(line for line in lines if not line.startswith("import time:"))
    assert said.startswith("config: ")
    assert "rollouts (7) must be a multiple of minibatches (2)" in said
    assert "Traceback" not in said
    assert "training.learners.specs" in imported
    assert "torch" not in imported
    assert read_events(tmp_path / "events.jsonl")[0][-1]["type"] == "error"


def test_a_failure_is_told_in_plain_words(start, spec_of, tmp_path):
    process = start(spec_of("reward", data=str(tmp_path / "nothing")))
    process.stdout.read()
    assert process.wait(60) == 3
    error = read_events(tmp_path / "events.jsonl")[0][-1]
    assert error["cause"] == "The snapshot has no manifest (nothing)."


def wait_for(process, tmp_path, kind):
    for _ in range(6000):
        events = read_events(tmp_path / "events.jsonl")[0]
        if any(event["type"] == kind for event in events):
            return
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.01)
    raise AssertionError(f"no {kind} event came")
