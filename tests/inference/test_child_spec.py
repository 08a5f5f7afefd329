import json
from pathlib import Path
from typing import Literal

import pytest
from pydantic import Field

from inference.child.spec import Config, Spec, SpecError, load_spec


class Settings(Config):
    batch_size: int = Field(default=4, ge=1)


class Work(Spec):
    kind: Literal["work"]
    config: Settings = Settings()


GOOD = {"version": 1, "kind": "work", "seed": 0, "output": "/out"}


def load(tmp_path, data):
    path = tmp_path / "spec.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return load_spec(path, {"work": Work})


def test_it_works(tmp_path):
    spec = load(tmp_path, {**GOOD, "config": {"batch_size": 2}})
    assert isinstance(spec, Work)
    assert spec.output == Path("/out")
    assert spec.config.batch_size == 2
    assert (spec.device, spec.threads) == ("auto", None)


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"config": {"batch_size": 0}}, "config.batch_size"),
        ({"config": {"batchsize": 2}}, "config.batchsize"),
        ({"seed": -1}, "seed"),
        ({"output": "relative"}, "output"),
        ({"device": "tpu"}, "device"),
        ({"version": 2}, "version"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_an_error_names_the_field_by_its_path(tmp_path, changes, names):
    with pytest.raises(SpecError) as caught:
        load(tmp_path, {**GOOD, **changes})
    assert str(caught.value).startswith(names + ": ")


def test_all_errors_are_told_at_once_with_the_output_folder(tmp_path):
    with pytest.raises(SpecError) as caught:
        load(tmp_path, {**GOOD, "seed": "x", "device": 3})
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == ["seed", "device"]
    assert caught.value.output == Path("/out")


def test_an_unknown_kind_names_the_known_ones(tmp_path):
    with pytest.raises(SpecError, match="kind: 'play' is none of work"):
        load(tmp_path, {**GOOD, "kind": "play"})


@pytest.mark.parametrize("text", ["{", "[]"])
def test_what_is_no_json_object_is_refused(tmp_path, text):
    with pytest.raises(SpecError, match="not"):
        load(tmp_path, text)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(SpecError, match="cannot be read"):
        load_spec(tmp_path / "none.json", {})
