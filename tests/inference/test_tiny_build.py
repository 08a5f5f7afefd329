import json
import os

import pytest
from transformers import AutoModelForCausalLM, AutoTokenizer

from inference.tiny.build import base_build
from inference.tiny.config import PretrainConfig
from inference.tiny.record import build_fingerprint

TINY = PretrainConfig(steps=2, documents=4, layers=1, width=16, inner=16, heads=2)


def test_a_build_leaves_a_whole_model_folder(tmp_path):
    folder = tmp_path / "models" / "base"
    build = base_build(folder=folder, seed=3, config=TINY, vocabulary=400)
    assert (build.built, build.same) == (True, True)
    facts = json.loads((folder / "build.json").read_text())
    assert facts == build.facts
    assert facts["seed"] == 3
    assert facts["config"]["steps"] == 2
    assert facts["tokens"] > 0
    assert 0 <= facts["right_subject_rate"] <= 1
    assert facts["packages"]["torch"]
    model = AutoModelForCausalLM.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert model.config.eos_token_id == tokenizer.eos_token_id
    assert model.config.vocab_size == len(tokenizer)
    assert [path.name for path in folder.parent.iterdir()] == ["base"]


def test_a_second_build_does_nothing_unless_forced(tmp_path):
    folder = tmp_path / "base"
    base_build(folder=folder, seed=0, config=TINY, vocabulary=400)
    written = (folder / "model.safetensors").stat().st_mtime_ns
    again = base_build(folder=folder, seed=0, config=TINY, vocabulary=400)
    assert (again.built, again.same) == (False, True)
    other = base_build(folder=folder, seed=1, config=TINY, vocabulary=400)
    assert (other.built, other.same) == (False, False)
    assert (folder / "model.safetensors").stat().st_mtime_ns == written
    forced = base_build(folder=folder, seed=1, config=TINY, vocabulary=400, force=True)
    assert forced.built
    assert json.loads((folder / "build.json").read_text())["seed"] == 1


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_that_is_no_build_is_left_alone(tmp_path, force):
    (tmp_path / "precious").write_text("mine")
    with pytest.raises(FileExistsError, match="no base model was built there"):
        base_build(folder=tmp_path, seed=0, config=TINY, vocabulary=400, force=force)
    assert (tmp_path / "precious").read_text() == "mine"


def test_an_interrupted_build_leaves_nothing(tmp_path):
    def stop(step):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        base_build(folder=tmp_path / "base", seed=0, config=TINY, vocabulary=400, on_step=stop)
    assert list(tmp_path.iterdir()) == []


def test_the_fingerprint_names_seed_and_shape():
    prints = {
        build_fingerprint(seed=0, config=TINY, vocabulary=400),
        build_fingerprint(seed=1, config=TINY, vocabulary=400),
        build_fingerprint(seed=0, config=PretrainConfig(), vocabulary=400),
        build_fingerprint(seed=0, config=TINY, vocabulary=401),
    }
    assert len(prints) == 4


def test_what_a_killed_build_left_is_cleared_and_a_running_one_is_not(tmp_path):
    old, running = tmp_path / ".base.1.tmp", tmp_path / ".base.2.tmp"
    for folder in (old, running):
        folder.mkdir()
    os.utime(old, (0, 0))
    base_build(folder=tmp_path / "base", seed=0, config=TINY, vocabulary=400)
    assert not old.exists()
    assert running.exists()
