import json

import pytest

from inference.child.files import atomic_write_json, publish_folder, sha256_file, sha256_folder


def test_json_is_replaced_whole(tmp_path):
    path = tmp_path / "result.json"
    atomic_write_json(path, {"a": 1})
    atomic_write_json(path, {"a": "é"})
    assert json.loads(path.read_text()) == {"a": "é"}
    assert [one.name for one in tmp_path.iterdir()] == ["result.json"]


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "result.json"
    atomic_write_json(path, {"a": 1})
    with pytest.raises(TypeError):
        atomic_write_json(path, {"a": object()})
    assert json.loads(path.read_text()) == {"a": 1}


def test_a_folder_is_published_over_an_older_one(tmp_path):
    final, temporary = tmp_path / "model", tmp_path / "model.tmp"
    for text in ("first", "second"):
        temporary.mkdir()
        (temporary / "weights").write_text(text)
        publish_folder(temporary, final)
        assert (final / "weights").read_text() == text
    assert [one.name for one in tmp_path.iterdir()] == ["model"]


def test_the_known_sha256(tmp_path):
    (tmp_path / "abc").write_text("abc")
    assert sha256_file(tmp_path / "abc") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


def test_a_folders_hash_follows_names_and_contents(tmp_path):
    def folder(name, files):
        for path, text in files.items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_text(text)
        return sha256_folder(tmp_path / name)

    first = folder("1", {"a": "x", "b/c": "y"})
    assert folder("2", {"b/c": "y", "a": "x"}) == first
    assert folder("3", {"a": "x", "b/d": "y"}) != first
    assert folder("4", {"a": "x", "b/c": "z"}) != first
