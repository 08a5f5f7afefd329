import pytest

from inference.child.failure import Failure
from tests.learners.conftest import write_snapshot
from training.learners.data import Snapshot


def test_a_split_is_read(tmp_path):
    snapshot = Snapshot(write_snapshot(tmp_path / "s", prompts=8))
    assert len(snapshot.prompts("train")) == 6
    assert len(snapshot.prompts("valid")) == 2
    assert snapshot.prompts("test") == []
    one = snapshot.demonstrations("valid")[0]
    assert one.messages[0]["role"] == "user"
    assert one.completion.startswith("Sure: ")
    ranking = snapshot.rankings("train")[0]
    assert len(ranking.completions) == len(ranking.ranks) == 4


def test_a_changed_file_is_refused(tmp_path):
    folder = write_snapshot(tmp_path / "s")
    with (folder / "rankings.parquet").open("ab") as file:
        file.write(b"x")
    with pytest.raises(Failure, match=r"rankings\.parquet is not the one that was frozen"):
        Snapshot(folder)


def test_a_missing_snapshot_is_told(tmp_path):
    with pytest.raises(Failure, match="no manifest"):
        Snapshot(tmp_path / "none")
