"""A random model, and a snapshot in which polite answers are demonstrated and preferred."""

import hashlib
import json
import random

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from inference.child.events import EventLog
from tests.inference.tiny import tiny_causal_lm, tiny_reward_model, tiny_tokenizer

SPLITS = ["train"] * 6 + ["valid"] * 2


def write_snapshot(
    folder,
    *,
    prompts=16,
    seed=0,
    ranks=None,
    likerts=None,
    splits=SPLITS,
    long_demonstration=None,
    leave_out=(),
    version=1,
):
    """Half the answers begin politely; those rank above the others, two of each tie."""
    draw = random.Random(seed)
    tables: dict[str, list[dict[str, object]]] = {
        "prompts": [],
        "demonstrations": [],
        "rankings": [],
    }
    for i in range(prompts):
        word = "".join(draw.choices("abcdef", k=4))
        messages = [{"role": "user", "content": f"Say {word}."}]
        common = {"prompt_id": i, "messages": messages, "split": splits[i % len(splits)]}
        tables["prompts"].append(common)
        demonstration = {"demonstration_id": i, "completion": f"Sure: {word}"}
        tables["demonstrations"].append({**common, **demonstration})
        completions = [f"Sure: {word}", f"{word}!", f"Sure, {word}", f"no {word}"]
        tables["rankings"].append(
            {
                **common,
                "ranking_id": i,
                "labeler": "p1",
                "completion_ids": [4 * i + j for j in range(4)],
                "completions": completions,
                "ranks": ranks or [1, 2, 1, 2],
                "likerts": likerts or [7, 3, 6, 2],
                "strength": None,
            }
        )
    if long_demonstration:
        tables["demonstrations"][0]["completion"] = long_demonstration
    for name in leave_out:
        del tables[name]
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, rows in tables.items():
        path = folder / f"{name}.parquet"
        parquet.write_table(pa.Table.from_pylist(rows), path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        files[path.name] = {"sha256": digest, "rows": len(rows)}
    manifest = {"version": version, "files": files, "counts": {}, "filters": {}, "created": ""}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory):
    return write_snapshot(tmp_path_factory.mktemp("snapshot"))


@pytest.fixture(scope="session")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("base")
    tiny_causal_lm().save_pretrained(folder)
    tiny_tokenizer().save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def reward(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reward")
    tiny_reward_model().save_pretrained(folder)
    tiny_tokenizer().save_pretrained(folder)
    (folder / "reward_bias.json").write_text('{"bias": 0.25}')
    return folder


@pytest.fixture
def log(tmp_path):
    return EventLog(tmp_path / "events.jsonl")


@pytest.fixture
def spec_of(tmp_path, snapshot, base, reward):
    """A stage's spec as JSON data, with small defaults."""

    def make(kind, config=None, **changes):
        models = {"start": str(base)}
        if kind == "ppo":
            models |= {"reference": str(base), "reward": str(reward)}
        small = {
            "sft": {"epochs": 2, "batch_size": 4, "max_new_tokens": 8},
            "reward": {"epochs": 3, "batch_size": 4},
            "ppo": {
                "updates": 2,
                "rollouts": 8,
                "minibatches": 2,
                "max_new_tokens": 12,
                "min_eos_rate": 0,
                "evaluate_prompts": 4,
                "evaluate_every": 1,
            },
        }[kind]
        return {
            "version": 1,
            "kind": kind,
            "seed": 0,
            "output": str(tmp_path),
            "data": str(snapshot),
            "device": "cpu",
            "threads": 1,
            "models": {**models, **changes.pop("models", {})},
            "config": {**small, **(config or {})},
            **changes,
        }

    return make
