import pytest

from inference.child.failure import Failure
from tests.learners.conftest import write_snapshot
from training.learners.data import Demonstration, Ranking, Snapshot, rated_completions


def test_a_split_is_read(tmp_path):
    snapshot = Snapshot(write_snapshot(tmp_path / "s", prompts=8))
    assert len(snapshot.prompts("train")) == 6
    assert len(snapshot.prompts("valid")) == 2
    assert snapshot.prompts("test") == []
    one = snapshot.demonstrations("valid")[0]
    assert one.messages[0]["role"] == "user"
    assert one.completion.startswith("Sure: ")
    ranking = snapshot.rankings("train")[0]
    assert len(ranking.completions) == len(ranking.ranks) == len(ranking.likerts) == 4


def test_rated_completions_are_those_that_nobody_gave_less():
    one, other = [{"role": "user", "content": "One"}], [{"role": "user", "content": "Other"}]
    rankings = [
        Ranking(1, one, ["a", "b", "c"], [1, 2, 3], [7, None, 5]),
        Ranking(1, one, ["a", "d"], [2, 1], [5, 6]),
        Ranking(2, other, ["a", "e"], [1, 1], [6, 7]),
    ]
    assert rated_completions(rankings, 6) == [
        Demonstration(1, one, "d"),
        Demonstration(2, other, "a"),
        Demonstration(2, other, "e"),
    ]


def test_a_changed_file_is_refused(tmp_path):
    folder = write_snapshot(tmp_path / "s")
    with (folder / "rankings.parquet").open("ab") as file:
        file.write(b"x")
    with pytest.raises(Failure, match=r"rankings\.parquet is not the one that was frozen"):
        Snapshot(folder)


def test_a_missing_snapshot_is_told(tmp_path):
    with pytest.raises(Failure, match="no manifest"):
        Snapshot(tmp_path / "none")


@pytest.mark.parametrize("name", ["demonstrations", "rankings", "prompts"])
def test_a_file_that_the_manifest_does_not_name_is_told_not_read_as_empty(tmp_path, name):
    whole = write_snapshot(tmp_path / "whole")
    folder = write_snapshot(tmp_path / "s", leave_out=[name])
    with pytest.raises(Failure, match=rf"does not name {name}\.parquet"):
        getattr(Snapshot(folder), name)("train")
    # Nor is one that lies there with nothing to vouch for it.
    (folder / f"{name}.parquet").write_bytes((whole / f"{name}.parquet").read_bytes())
    with pytest.raises(Failure, match=rf"does not name {name}\.parquet"):
        getattr(Snapshot(folder), name)("train")


def test_a_manifest_of_another_version_is_refused(tmp_path):
    with pytest.raises(Failure, match="not of version 1"):
        Snapshot(write_snapshot(tmp_path / "s", version=2))
