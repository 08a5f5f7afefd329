"""Snapshots hold what may train, as the learners read it, and tell where it came from."""

import hashlib
import json

import pyarrow.parquet as parquet
import pytest
from django.core.exceptions import ValidationError

from annotation.exchange.exports import ExportFilters
from annotation.feedback.demonstrations import demonstration_record, demonstration_submit
from annotation.feedback.rankings import ranking_record
from annotation.feedback.revising import demonstration_revise, ranking_revise
from annotation.models import Prompt, Ranking
from annotation.prompts.prompts import completion_create, prompt_create
from annotation.queue.tasks import task_create
from annotation.review.decisions import decision_undo, ranking_decide
from annotation.review.verdicts import verdict_give
from inference.child.failure import Failure
from tests.annotation.review_work import disputed, reviewer_join
from tests.annotation.work import claimed, ranked
from training.learners.data import Snapshot as LearnersSnapshot
from training.models import Snapshot, SnapshotItem
from training.snapshots import snapshot_create, snapshot_discard

pytestmark = [pytest.mark.service, pytest.mark.django_db]


def prompt(project, text, split="train"):
    return prompt_create(
        project=project, messages=[{"role": "user", "content": text}], split=split
    )[0]


def ranking(project, asked, texts, ranks, **fields):
    completions = [completion_create(prompt=asked, text=text)[0] for text in texts]
    return ranking_record(
        project=project, prompt=asked, completions=completions, ranks=ranks, source="ai", **fields
    )


@pytest.fixture
def labels(cast):
    train, valid = prompt(cast.project, "Name a bird."), prompt(cast.project, "Why?", "valid")
    elsewhere = prompt(cast.other, "Elsewhere?")
    demonstration_record(prompt=elsewhere, text="Not ours.", source="import")
    return {
        "train": train,
        "valid": valid,
        "demonstration": demonstration_record(prompt=train, text="A wren.", source="import"),
        "kept out": demonstration_record(
            prompt=train, text="For evaluation only.", source="import", trains=False
        ),
        "ranking": ranking(cast.project, train, ["A wren.", "No.", "Bird"], [2, 7, 2]),
        "valid ranking": ranking(cast.project, valid, ["Because.", "So"], [1, 2], strength=3),
        "held out": ranking(cast.project, valid, ["Because.", "Well"], [2, 1], trains=False),
    }


def test_a_change_reaches_the_next_snapshot_only(cast, storage_in_tmp):
    task_create(project=cast.project, kind="demonstration", prompt=prompt(cast.project, "Why?"))
    mine = claimed(cast.lena, cast.project)
    first = demonstration_submit(assignment=mine, text="So.")
    before = snapshot_create(project=cast.project)
    second = demonstration_revise(labeler=cast.lena, assignment=mine, base=1, text="Because.")
    after = snapshot_create(project=cast.project)
    for snapshot, said in ((before, first), (after, second)):
        (shown,) = LearnersSnapshot(storage_in_tmp / snapshot.folder).demonstrations("train")
        assert shown.completion == said.text
        items = snapshot.items.filter(kind=SnapshotItem.Kind.DEMONSTRATION)
        assert list(items.values_list("object_id", flat=True)) == [said.pk]


def test_the_files_are_as_the_learners_read_them(cast, labels, storage_in_tmp):
    snapshot = snapshot_create(project=cast.project)
    folder = storage_in_tmp / snapshot.folder
    read = LearnersSnapshot(folder)
    (shown,) = read.demonstrations("train")
    assert (shown.prompt_id, shown.completion) == (labels["train"].pk, "A wren.")
    assert shown.messages == labels["train"].messages
    (ranked,) = read.rankings("train")
    by_text = dict(zip(ranked.completions, ranked.ranks, strict=True))
    assert by_text == {"A wren.": 1, "No.": 2, "Bird": 1}
    (ranked,) = read.rankings("valid")
    assert ranked.ranks == [1, 2]
    assert [one.prompt_id for one in read.prompts("valid")] == [labels["valid"].pk]
    assert read.demonstrations("valid") == []
    assert read.prompts("test") == []

    table = parquet.read_table(folder / "rankings.parquet")
    assert table.column_names == [
        "ranking_id",
        "prompt_id",
        "labeler",
        "messages",
        "completion_ids",
        "completions",
        "ranks",
        "likerts",
        "strength",
        "split",
    ]
    assert table["strength"].to_pylist() == [None, 3]


def test_the_manifest_vouches_for_the_files(cast, labels, storage_in_tmp):
    snapshot = snapshot_create(project=cast.project)
    folder = storage_in_tmp / snapshot.folder
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["version"] == 1
    for name, entry in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == entry["sha256"]
    assert manifest["files"]["rankings.parquet"]["splits"] == {"train": 1, "valid": 1}
    assert manifest["counts"] == {"demonstrations": 1, "rankings": 2, "prompts": 2}
    assert manifest["counts"] == snapshot.counts
    assert manifest["filters"] == snapshot.filters
    digest = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    assert snapshot.sha256 == digest

    (folder / "rankings.parquet").write_bytes(b"changed")
    with pytest.raises(Failure, match=r"rankings\.parquet is not the one that was frozen"):
        LearnersSnapshot(folder)


def test_lineage_from_either_end(cast, labels):
    first, second = (
        snapshot_create(project=cast.project),
        snapshot_create(project=cast.project, kinds=["ranking"]),
    )
    found = SnapshotItem.objects.filter(kind="ranking", object_id=labels["ranking"].pk)
    assert set(found.values_list("snapshot", flat=True)) == {first.pk, second.pk}
    held = set(first.items.values_list("kind", "object_id"))
    assert ("demonstration", labels["demonstration"].pk) in held
    assert ("demonstration", labels["kept out"].pk) not in held
    assert ("ranking", labels["held out"].pk) not in held
    assert {kind for kind, _ in second.items.values_list("kind", "object_id")} == {"ranking"}


def test_later_labels_change_nothing(cast, labels, storage_in_tmp):
    snapshot = snapshot_create(project=cast.project, kinds=["demonstration"])
    before = (storage_in_tmp / snapshot.folder / "demonstrations.parquet").read_bytes()
    demonstration_record(prompt=labels["valid"], text="Later.", source="import")
    assert snapshot_create(project=cast.project).counts["demonstrations"] == 2
    assert (storage_in_tmp / snapshot.folder / "demonstrations.parquet").read_bytes() == before
    assert Snapshot.objects.get(pk=snapshot.pk).counts == {"demonstrations": 1}


def test_filters_are_kept_with_what_they_left(cast, labels):
    snapshot = snapshot_create(
        project=cast.project, kinds=["ranking"], filters=ExportFilters(splits=("valid",))
    )
    snapshot.refresh_from_db()
    assert snapshot.counts == {"rankings": 1}
    assert snapshot.filters["splits"] == ["valid"]


def test_nothing_labeled_is_an_empty_snapshot(cast, storage_in_tmp):
    snapshot = snapshot_create(project=cast.project)
    assert snapshot.counts == {"demonstrations": 0, "rankings": 0, "prompts": 0}
    assert LearnersSnapshot(storage_in_tmp / snapshot.folder).rankings("train") == []


def test_more_rows_than_a_chunk(cast, monkeypatch, storage_in_tmp):
    monkeypatch.setattr("training.snapshots.CHUNK", 3)
    asked = [prompt(cast.project, f"Say {i}.") for i in range(7)]
    snapshot = snapshot_create(project=cast.project, kinds=["prompt"])
    read = LearnersSnapshot(storage_in_tmp / snapshot.folder).prompts("train")
    assert [one.prompt_id for one in read] == [one.pk for one in asked]
    assert snapshot.items.count() == Prompt.objects.count() == 7


def test_an_unknown_kind_is_refused(cast):
    with pytest.raises(ValidationError, match="dialogue"):
        snapshot_create(project=cast.project, kinds=["dialogue"])


def test_the_manifest_names_every_label(cast, labels, storage_in_tmp):
    snapshot = snapshot_create(project=cast.project)
    manifest = json.loads((storage_in_tmp / snapshot.folder / "manifest.json").read_text())
    ids = {name: entry["ids"] for name, entry in manifest["files"].items()}
    assert ids["demonstrations.parquet"] == [labels["demonstration"].pk]
    assert ids["rankings.parquet"] == [labels["ranking"].pk, labels["valid ranking"].pk]
    assert ids["prompts.parquet"] == [labels["train"].pk, labels["valid"].pk]


def test_the_files_may_only_be_read(cast, labels, storage_in_tmp):
    snapshot = snapshot_create(project=cast.project)
    files = list((storage_in_tmp / snapshot.folder).iterdir())
    assert len(files) == 4
    assert {path.stat().st_mode & 0o777 for path in files} == {0o444}


def test_a_discarded_snapshot_leaves_nothing(cast, labels, storage_in_tmp):
    kept, discarded = (snapshot_create(project=cast.project) for _ in range(2))
    snapshot_discard(snapshot=discarded)
    assert list(Snapshot.objects.all()) == [kept]
    assert not SnapshotItem.objects.exclude(snapshot=kept).exists()
    assert [path.name for path in (storage_in_tmp / "snapshots").iterdir()] == [
        kept.folder.rpartition("/")[2]
    ]


def test_a_snapshot_follows_what_reviewers_say(cast):
    task, lenas, luiss = disputed(cast)
    rex = reviewer_join(cast)

    def frozen():
        snapshot = snapshot_create(project=cast.project, kinds=["ranking"])
        items = SnapshotItem.objects.filter(snapshot=snapshot, kind="ranking")
        return set(items.values_list("object_id", flat=True))

    first, second = (Ranking.objects.get(assignment=each).pk for each in (lenas, luiss))
    assert frozen() == {first, second}
    verdict_give(
        reviewer=rex, assignment=lenas, revision=1, verdict="returned", comment="Sure of B?"
    )
    assert frozen() == {second}
    revised = ranking_revise(
        labeler=cast.lena, assignment=lenas, base=1, judgments=ranked([1, 1, 2, 3])
    )
    assert frozen() == {revised.pk, second}
    decision = ranking_decide(reviewer=rex, task=task, judgments=ranked([1, 2, 2, 2]))
    assert frozen() == {decision.ranking_id}
    decision_undo(actor=rex, task=task)
    assert frozen() == {revised.pk, second}
