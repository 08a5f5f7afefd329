"""Imports from upload to the flip: what lines become, what happens twice, and what kills them."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection
from django.db.models import Model

from annotation.exchange import running
from annotation.exchange.claims import batch_claim
from annotation.exchange.imports import (
    batch_cancel,
    batch_preview,
    batch_run,
    batch_start,
    imports_reconcile,
)
from annotation.exchange.staging import Chunk
from annotation.exchange.tasks import import_batch_task
from annotation.models import (
    Completion,
    CompletionOrigin,
    Demonstration,
    ImportBatch,
    Judgment,
    Project,
    Prompt,
    Ranking,
    Task,
    TaskCompletion,
)
from annotation.prompts.prompts import completion_create, prompt_create
from tests.annotation.exchange_files import counts, imported, jsonl, upload, zipped
from tests.cast import Cast

State = ImportBatch.State
FEEDBACK = (Demonstration, Ranking, Judgment)
TABLES: tuple[type[Model], ...] = (Prompt, Completion, CompletionOrigin, Task, TaskCompletion)
TABLES += FEEDBACK


def rows() -> dict[str, int]:
    return {table.__name__: table._default_manager.count() for table in TABLES}


def demonstrations(count: int, start: int = 0) -> list[dict[str, str]]:
    return [
        {"prompt": f"Question {i}?", "completion": f"Answer {i}."}
        for i in range(start, start + count)
    ]


def k_line(prompt: str, count: int) -> dict[str, Any]:
    return {
        "prompt": prompt,
        "completions": [{"model": f"m{i}", "text": f"answer {i}"} for i in range(count)],
    }


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Ids of batches for which a worker was called; no broker is touched."""
    ids: list[int] = []
    monkeypatch.setattr(import_batch_task, "delay", lambda *, batch_id: ids.append(batch_id))
    return ids


def small_chunks(monkeypatch: pytest.MonkeyPatch, lines: int = 2) -> None:
    monkeypatch.setattr(running, "FIRST_LINES", lines)
    monkeypatch.setattr(running, "MOST_LINES", lines)
    monkeypatch.setattr(running, "FEWEST_LINES", lines)


def test_demonstrations_come_with_their_source(cast: Cast) -> None:
    batch = imported(cast.project, jsonl(*demonstrations(3)))
    assert batch.state == State.VISIBLE
    assert counts(batch) == {"lines": 3, "prompts": 3, "demonstrations": 3}
    assert (batch.lines_done, batch.lines_total) == (3, 3)
    row = Demonstration.objects.visible().get(text="Answer 1.")
    assert (row.source, row.trains, row.batch, row.line) == ("import", True, batch, 2)
    assert row.prompt.messages == [{"role": "user", "content": "Question 1?"}]
    assert (row.prompt.batch, row.prompt.line) == (batch, 2)


def test_completions_become_a_blind_task_of_the_distinct(cast: Cast) -> None:
    line = k_line("Hi", 5)
    line["completions"].append({"model": "m9", "text": " answer 0 "})  # the same to a reader
    line["reference"] = "Hello."
    batch = imported(cast.project, jsonl(line))
    assert counts(batch) == {
        "lines": 1,
        "prompts": 1,
        "demonstrations": 1,
        "completions": 5,
        "tasks": 1,
    }
    task = Task.objects.visible().get()
    assert (task.k, task.kind, task.overlap, task.batch) == (5, "ranking", 1, batch)
    assert {slot.completion.text for slot in task.slots.all()} == {f"answer {i}" for i in range(5)}
    same = Completion.objects.get(text="answer 0")
    assert set(same.origins.values_list("author", "line")) == {("m0", 1), ("m9", 1)}


def test_too_few_answers_make_no_task_and_say_so(cast: Cast) -> None:
    line = k_line("Hi", 3)
    line["completions"].append({"model": "m", "text": "  "})
    batch = imported(cast.project, jsonl(line))
    assert counts(batch) == {"lines": 1, "prompts": 1, "completions": 3}
    assert batch.report["skipped"] == [
        {"line": 1, "reason": "1 empty answer left out"},
        {"line": 1, "reason": "3 different answers where ranking needs 4: no task"},
    ]


@pytest.mark.parametrize(("answers", "sizes"), [(9, [9]), (10, [5, 5]), (20, [7, 7, 6])])
def test_many_answers_are_shared_out_among_tasks(
    cast: Cast, answers: int, sizes: list[int]
) -> None:
    imported(cast.project, jsonl(k_line("Hi", answers)))
    tasks = Task.objects.order_by("pk")
    assert [task.k for task in tasks] == sizes
    assert TaskCompletion.objects.values("completion").distinct().count() == answers


def test_what_fits_no_task_is_named(cast: Cast) -> None:
    Project.objects.filter(pk=cast.project.pk).update(k_min=9, k_max=9)
    cast.project.refresh_from_db()
    batch = imported(cast.project, jsonl(k_line("Hi", 10)))
    assert [task.k for task in Task.objects.all()] == [9]
    assert batch.report["skipped"][0]["reason"] == "1 answers left over: K is at most 9"


def test_preferences_become_rankings_with_dense_ranks(cast: Cast) -> None:
    responses = [{"text": "a", "rank": 5}, {"text": "b", "rank": 2}, {"text": "c", "rank": 5}]
    batch = imported(
        cast.project,
        jsonl(
            {"prompt": "Hi", "responses": responses, "strength": 3, "labeler": "w7"},
            {"prompt": "Ho", "chosen": "x", "rejected": "y"},
            {"prompt": "Hu", "chosen": "x", "rejected": "x "},
        ),
    )
    assert counts(batch) == {"lines": 3, "prompts": 3, "completions": 6, "rankings": 2}
    ranking = Ranking.objects.get(line=1)
    assert (ranking.source, ranking.strength, ranking.author) == ("import", 3, "w7")
    assert dict(ranking.judgments.values_list("completion__text", "rank")) == {
        "a": 2,
        "b": 1,
        "c": 2,
    }
    assert batch.report["skipped"] == [
        {"line": 3, "reason": "the same answer stands at two ranks: no ranking"}
    ]


def test_what_the_rubric_does_not_have_is_left_out_and_told_once(cast: Cast) -> None:
    rubric = {"likert": None, "flags": [{"key": "fails", "label": "Fails"}]}
    Project.objects.filter(pk=cast.project.pk).update(rubric=rubric)
    cast.project.refresh_from_db()
    responses = [
        {"text": "a", "rank": 1, "likert": 6},
        {"text": "b", "rank": 2, "likert": 1, "flags": ["rude", "fails"]},
    ]
    content = jsonl(*({"prompt": prompt, "responses": responses} for prompt in ("Hi", "Ho")))
    (line, _) = batch_preview(batch=upload(cast.project, content)).lines
    batch = imported(cast.project, content)
    judged = Ranking.objects.get(line=1).judgments.values_list(
        "completion__text", "likert", "flags"
    )
    assert set(map(repr, judged)) == {"('a', None, [])", "('b', None, ['fails'])"}
    left_out = (
        "likert grades, which the project does not give: left out",
        "flag `rude`, which the rubric does not have: left out",
    )
    assert line.notes == left_out
    assert batch.report["skipped"] == [
        {"line": 1, "reason": f"{note}, in 2 lines"} for note in left_out
    ]


def test_grades_and_flags_need_a_ranking(cast: Cast) -> None:
    answers = [{"text": f"answer {i}", "likert": 5, "flags": ["fails"]} for i in range(4)]
    batch = imported(cast.project, jsonl({"prompt": "Hi", "completions": answers}))
    assert counts(batch) == {"lines": 1, "prompts": 1, "completions": 4, "tasks": 1}
    reason = "grades and flags of answers without ranks: left out, in 1 line"
    assert batch.report["skipped"] == [{"line": 1, "reason": reason}]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"likert": 8}, "Answer 1: the likert grade must lie between 1 (worst) and 7."),
        ({"likert": "good"}, "Answer 1: the likert grade must be a whole number, not good."),
        ({"flags": "fails"}, "Answer 1: flags must be a list of names."),
        ({"flags": ["x" * 121]}, "A flag of answer 1 is longer than 120 characters."),
    ],
)
def test_bad_grades_are_bad_lines(cast: Cast, answer: dict[str, Any], reason: str) -> None:
    responses = [{"text": "a", "rank": 1, **answer}, {"text": "b", "rank": 2}]
    batch = imported(cast.project, jsonl({"prompt": "Hi", "responses": responses}))
    assert batch.report["errors"] == [{"line": 1, "reason": reason}]


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("prompts", {"lines": 1, "prompts": 1}),
        ("completions", {"lines": 1, "prompts": 1, "completions": 4, "tasks": 1}),
        ("demonstrations", {"lines": 1, "prompts": 1, "demonstrations": 1}),
        ("preferences", {"lines": 1, "prompts": 1, "completions": 4, "rankings": 1}),
    ],
)
def test_the_kind_restricts_what_lines_become(
    cast: Cast, kind: str, wanted: dict[str, int]
) -> None:
    line = {
        "prompt": "Hi",
        "completions": ["a", "b", "c", "d"],
        "ranks": [1, 2, 3, 4],
        "reference": "r",
    }
    assert counts(imported(cast.project, jsonl(line), kind=kind)) == wanted
    bad = imported(cast.other, jsonl({"prompt": "Hi"}), kind=kind)
    assert (bad.state == State.VISIBLE) == (kind == "prompts")


def test_a_bad_line_stops_everything_unless_good_lines_are_wanted(cast: Cast) -> None:
    content = jsonl(*demonstrations(2)) + b"{oops\n" + jsonl({"x": 1}, *demonstrations(1, 2))
    batch = imported(cast.project, content)
    assert batch.state == State.FAILED
    assert batch.finished_at
    assert [error["line"] for error in batch.report["errors"]] == [3, 4]
    assert "Not a JSON object" in batch.report["errors"][0]["reason"]
    assert set(rows().values()) == {0}
    batch = imported(cast.project, content, good_lines_only=True)
    assert batch.state == State.VISIBLE
    assert batch.report["errors_total"] == 2
    assert counts(batch) == {"lines": 5, "prompts": 3, "demonstrations": 3}


def test_files_without_a_good_line_fail(cast: Cast) -> None:
    assert imported(cast.project, b"\n\n").report["errors"] == [
        {"line": 0, "reason": "The file holds no lines."}
    ]
    assert imported(cast.project, b"{", good_lines_only=True).state == State.FAILED
    with pytest.raises(ValidationError, match="empty"):
        upload(cast.project, b"")
    with pytest.raises(ValidationError, match="not JSON lines"):
        upload(cast.project, b"x", "x.exe")
    with pytest.raises(ValidationError, match="Unknown kind"):
        upload(cast.project, b"{}", kind="spells")


def test_an_upload_is_bounded_and_its_name_is_no_path(cast: Cast, settings: Any) -> None:
    batch = upload(cast.project, jsonl({"prompt": "x"}), "../../etc/x.jsonl")
    assert batch.path == f"imports/{batch.pk}/upload.jsonl"
    assert default_storage.exists(batch.path)
    settings.MAX_IMPORT_BYTES = 3
    with pytest.raises(ValidationError, match="larger than 3 bytes"):
        upload(cast.project, jsonl({"prompt": "x"}))


def test_the_same_file_twice_adds_nothing(cast: Cast) -> None:
    content = jsonl(
        *demonstrations(2),
        k_line("Hi", 12),
        {"prompt": "Ho", "chosen": "x", "rejected": "y"},
        {"prompt": "alone"},
    )
    imported(cast.project, content)
    before = rows()
    again = imported(cast.project, zipped(content), "other.jsonl.gz")
    assert rows() == before
    assert counts(again) == {"lines": 5, "duplicates": 5}
    assert again.state == State.VISIBLE


def test_several_demonstrations_of_a_line_come_at_once(cast: Cast) -> None:
    instances = [{"input": "", "output": text} for text in ("a", "b", "c", "b")]
    content = jsonl({"instruction": "Say x.", "instances": instances})
    first = imported(cast.project, content)
    assert counts(first) == {"lines": 1, "prompts": 1, "demonstrations": 3}
    found = Demonstration.objects.visible().order_by("pk").values_list("text", "line")
    assert list(found) == [("a", 1), ("b", 1), ("c", 1)]
    again = imported(cast.project, content)
    assert counts(again) == {"lines": 1, "duplicates": 1}
    assert Demonstration.objects.count() == 3


@pytest.mark.parametrize(("k_min", "k_max"), [(4, 4), (4, 5), (7, 9), (4, 9)])
def test_the_same_file_adds_no_tasks_when_k_changed(cast: Cast, k_min: int, k_max: int) -> None:
    content = jsonl(k_line("Hi", 12), k_line("Ho", 4))
    imported(cast.project, content)
    assert sorted(task.k for task in Task.objects.all()) == [4, 6, 6]
    before = rows()
    Project.objects.filter(pk=cast.project.pk).update(k_min=k_min, k_max=k_max)
    cast.project.refresh_from_db()
    assert counts(imported(cast.project, content)) == {"lines": 2, "duplicates": 2}
    assert rows() == before


def test_equal_lines_of_one_file_count_once_but_two_labelers_count_twice(cast: Cast) -> None:
    line = {"prompt": "Hi", "chosen": "x", "rejected": "y"}
    batch = imported(
        cast.project, jsonl(line, line, {**line, "labeler": "a"}, {**line, "labeler": "b"})
    )
    assert counts(batch) == {
        "lines": 4,
        "prompts": 1,
        "completions": 2,
        "rankings": 3,
        "duplicates": 1,
    }


def test_an_existing_prompt_and_completion_are_reused(cast: Cast) -> None:
    prompt, _ = prompt_create(
        project=cast.project, messages=[{"role": "user", "content": "Hi"}], split="test"
    )
    completion, _ = completion_create(prompt=prompt, text="answer 0")
    batch = imported(cast.project, jsonl(k_line("Hi", 4)))
    assert counts(batch) == {"lines": 1, "completions": 3, "tasks": 1}
    assert Task.objects.get().prompt == prompt
    assert completion.origins.get().author == "m0"


def test_nothing_is_visible_before_the_end(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    small_chunks(monkeypatch)
    seen: list[tuple[int, int]] = []
    write = Chunk.write

    def watch(chunk: Chunk) -> None:
        write(chunk)
        seen.append((Prompt.objects.count(), Prompt.objects.visible().count()))

    monkeypatch.setattr(Chunk, "write", watch)
    imported(cast.project, jsonl(*demonstrations(6)))
    assert seen == [(2, 0), (4, 0), (6, 0)]
    assert Prompt.objects.visible().count() == 6


class Killed(BaseException):
    """What no handler catches: as if the process were gone."""


def killed_once_at(monkeypatch: pytest.MonkeyPatch, chunk_number: int, *, after: bool) -> None:
    write = Chunk.write
    calls = [0]

    def maybe(chunk: Chunk) -> None:
        calls[0] += 1
        if calls[0] == chunk_number and not after:
            raise Killed
        write(chunk)
        if calls[0] == chunk_number and after:
            raise Killed

    monkeypatch.setattr(Chunk, "write", maybe)


@pytest.mark.parametrize("chunk_number", [1, 2, 3])
@pytest.mark.parametrize("after", [False, True])
def test_killed_anywhere_and_run_again_gives_the_same(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch, chunk_number: int, after: bool
) -> None:
    small_chunks(monkeypatch)
    content = jsonl(
        *demonstrations(2),
        k_line("Hi", 5),
        {"prompt": "Ho", "chosen": "x", "rejected": "y"},
        *demonstrations(2),
        k_line("Hi", 3),
    )
    whole = imported(cast.other, content)
    expected = rows()
    batch = upload(cast.project, content)
    batch_start(actor=None, batch=batch, call=False)
    killed_once_at(monkeypatch, chunk_number, after=after)
    with pytest.raises(Killed):
        batch_run(batch_id=batch.pk)
    assert batch_run(batch_id=batch.pk) is None  # its heart beat a moment ago: nobody may
    batch.refresh_from_db()
    assert batch.state == State.STAGING
    settings.HEARTBEAT_LOST = 0
    batch_run(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == State.VISIBLE
    assert rows() == {name: 2 * number for name, number in expected.items()}
    assert batch.report == whole.report


def test_a_worker_taken_for_dead_commits_nothing(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first worker stalls inside a chunk; a second takes over; the first must not count."""
    small_chunks(monkeypatch)
    batch = upload(cast.project, jsonl(*demonstrations(4)))
    batch_start(actor=None, batch=batch, call=False)
    prepare = Chunk.prepare
    stalls = [True]

    def stall(chunk: Chunk) -> None:
        prepare(chunk)
        if stalls.pop() if stalls else False:
            settings.HEARTBEAT_LOST = 0
            batch_run(batch_id=batch.pk)

    monkeypatch.setattr(Chunk, "prepare", stall)
    batch_run(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == State.VISIBLE
    assert counts(batch) == {"lines": 4, "prompts": 4, "demonstrations": 4}
    assert rows()["Demonstration"] == 4


def test_a_prompt_stored_meanwhile_is_found_on_the_second_try(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = Chunk.prepare

    def slow(chunk: Chunk) -> None:
        prepare(chunk)
        prompt_create(project=cast.project, messages=[{"role": "user", "content": "Question 1?"}])

    monkeypatch.setattr(Chunk, "prepare", slow)
    batch = imported(cast.project, jsonl(*demonstrations(2)))
    assert counts(batch) == {"lines": 2, "prompts": 1, "demonstrations": 2}


def test_an_import_that_keeps_breaking_fails_and_leaves_nothing(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HEARTBEAT_LOST = 0
    small_chunks(monkeypatch)
    batch = upload(cast.project, jsonl(*demonstrations(4)))
    batch_start(actor=None, batch=batch, call=False)
    write = Chunk.write

    def breaks(chunk: Chunk) -> None:
        if chunk.plans[0][0] > 2:
            raise IntegrityError("disk on fire")
        write(chunk)

    monkeypatch.setattr(Chunk, "write", breaks)
    for _ in range(running.MOST_ATTEMPTS):
        with pytest.raises(IntegrityError):
            batch_run(batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.state == State.FAILED
    assert batch.finished_at
    assert "disk on fire" in batch.report["errors"][0]["reason"]
    assert set(rows().values()) == {0}


def test_cancel_clears_away_what_was_staged_and_keeps_what_others_use(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch, called: list[int]
) -> None:
    small_chunks(monkeypatch)
    theirs, _ = prompt_create(project=cast.project, messages=[{"role": "user", "content": "Hi"}])
    completion_create(prompt=theirs, text="answer 0")
    before = rows()
    content = jsonl(k_line("Hi", 5), *demonstrations(3), {"prompt": "Ho", "completions": ["a"]})
    batch = upload(cast.project, content)
    batch_start(actor=None, batch=batch, call=False)
    killed_once_at(monkeypatch, 3, after=False)
    with pytest.raises(Killed):
        batch_run(batch_id=batch.pk)
    used = Prompt.objects.get(messages=[{"role": "user", "content": "Question 0?"}])
    Task.objects.create(project=cast.project, kind="demonstration", prompt=used)
    batch_cancel(batch=batch)
    settings.HEARTBEAT_LOST = 0
    batch_run(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, bool(batch.finished_at)) == (State.CANCELLED, True)
    used.refresh_from_db()
    assert used.batch is None
    before["Prompt"] += 1
    before["Task"] += 1
    assert rows() == before
    with pytest.raises(ValidationError, match="ended already"):
        batch_cancel(batch=batch)


def test_cancel_while_a_worker_is_at_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, called: list[int]
) -> None:
    small_chunks(monkeypatch)
    batch = upload(cast.project, jsonl(*demonstrations(6)))
    batch_start(actor=None, batch=batch, call=False)
    prepare = Chunk.prepare

    def cancelled(chunk: Chunk) -> None:
        prepare(chunk)
        if chunk.plans[0][0] == 3:
            batch_cancel(batch=batch)

    monkeypatch.setattr(Chunk, "prepare", cancelled)
    batch_run(batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.state, bool(batch.finished_at)) == (State.CANCELLED, True)
    assert set(rows().values()) == {0}


def test_a_preview_is_cancelled_at_once(cast: Cast) -> None:
    batch = upload(cast.project, jsonl({"prompt": "x"}))
    batch_cancel(batch=batch)
    assert (batch.state, bool(batch.finished_at)) == (State.CANCELLED, True)


def test_imports_of_a_project_go_one_after_another(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B brings A's prompt while A is staged. A is cancelled: B must not lose it."""
    small_chunks(monkeypatch, lines=1)
    a = upload(cast.project, jsonl(*demonstrations(2)))
    b = upload(cast.project, jsonl(*demonstrations(2)))
    for batch in (a, b):
        batch_start(actor=None, batch=batch, call=False)
    killed_once_at(monkeypatch, 2, after=False)
    with pytest.raises(Killed):
        batch_run(batch_id=a.pk)
    settings.HEARTBEAT_LOST = 0
    assert batch_run(batch_id=b.pk) is None
    b.refresh_from_db()
    assert (b.state, b.lines_done) == (State.STAGING, 0)
    ImportBatch.objects.filter(pk=a.pk).update(state=State.CANCELLED)
    assert batch_run(batch_id=a.pk) == b.pk  # purged, and says who waits
    batch_run(batch_id=b.pk)
    assert Demonstration.objects.visible().count() == 2


def test_a_prompt_left_hidden_is_taken_over(cast: Cast) -> None:
    gone = ImportBatch.objects.create(
        project=cast.project, filename="x", state=State.FAILED, finished_at="2026-01-01T00:00Z"
    )
    prompt_create(
        project=cast.project, messages=[{"role": "user", "content": "Question 0?"}], batch=gone
    )
    batch = imported(cast.project, jsonl(*demonstrations(1)))
    assert Prompt.objects.visible().get().batch == batch


def test_start_calls_a_worker_after_the_commit_and_only_once(
    cast: Cast, called: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    batch = upload(cast.project, jsonl({"prompt": "x"}))
    with django_capture_on_commit_callbacks(execute=True):
        batch_start(actor=cast.ada, batch=batch)
        assert called == []
    assert called == [batch.pk]
    with pytest.raises(ValidationError, match="started or cancelled before"):
        batch_start(actor=cast.ada, batch=batch)


def test_reconcile_calls_for_the_first_of_each_project_that_nobody_has(
    cast: Cast, settings: Any, called: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    first, second = (upload(cast.project, jsonl({"prompt": "x"})) for _ in range(2))
    other = upload(cast.other, jsonl({"prompt": "x"}))
    for batch in (first, second, other):
        batch_start(actor=None, batch=batch, call=False)
    with django_capture_on_commit_callbacks(execute=True):
        assert imports_reconcile() == [first.pk, other.pk]
    assert called == [first.pk, other.pk]
    batch_run(batch_id=other.pk)
    assert batch_claim(batch_id=first.pk)
    assert imports_reconcile() == []
    settings.HEARTBEAT_LOST = 0
    assert imports_reconcile() == [first.pk]


def test_preview_tells_what_lines_become(cast: Cast) -> None:
    content = jsonl(k_line("Hi", 6), {"prompt": "x", "completion": "y"}) + b"oops\n"
    batch = upload(cast.project, content + jsonl(*demonstrations(30)))
    preview = batch_preview(batch=batch, lines=3)
    assert [line.becomes for line in preview.lines] == [
        ("a task: rank 6 answers",),
        ("a demonstration",),
        (),
    ]
    assert preview.forms == {"prompt and answers": 1, "prompt and completion": 1}
    assert [line.number for line in preview.errors] == [3]
    assert preview.more
    assert batch_preview(batch=upload(cast.project, b"PAR1x", "x.parquet")).problem


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_import_once(cast: Cast) -> None:
    batch = upload(cast.project, jsonl(*demonstrations(40)))
    batch_start(actor=None, batch=batch, call=False)

    def work() -> None:
        try:
            batch_run(batch_id=batch.pk)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    batch.refresh_from_db()
    assert batch.state == State.VISIBLE
    assert counts(batch) == {"lines": 40, "prompts": 40, "demonstrations": 40}


def test_self_instruct_becomes_blind_tasks(cast: Cast, shared_data: Path) -> None:
    content = (shared_data / "self_instruct_k6.jsonl").read_bytes()
    batch = imported(cast.project, content, "self_instruct_k6.jsonl")
    assert counts(batch) == {
        "lines": 200,
        "prompts": 200,
        "demonstrations": 200,
        "completions": Completion.objects.count(),
        "tasks": 191,
    }
    reasons = [entry["reason"] for entry in batch.report["skipped"]]
    assert sum(reason.endswith("no task") for reason in reasons) == 9
    models = {answer["model"] for answer in json.loads(content.splitlines()[0])["completions"]}
    assert set(CompletionOrigin.objects.values_list("author", flat=True)) == models
    before = rows()
    assert counts(imported(cast.project, content)) == {"lines": 200, "duplicates": 200}
    assert rows() == before


def test_seed_tasks_become_demonstrations(cast: Cast, shared_data: Path) -> None:
    batch = imported(cast.project, (shared_data / "seed_tasks.jsonl").read_bytes())
    assert counts(batch) == {"lines": 175, "prompts": 175, "demonstrations": 175}


def test_hh_becomes_dialogues_with_preferences(cast: Cast, shared_data: Path) -> None:
    name = "hh_rlhf_harmless_test_600.jsonl.gz"
    batch = imported(cast.project, (shared_data / name).read_bytes(), name)
    found = counts(batch)
    assert found["prompts"] == 600
    assert found["rankings"] == 598  # two lines have an empty answer, and the report says so
    assert sum("no ranking" in entry["reason"] for entry in batch.report["skipped"]) == 2
    assert any(len(prompt.messages) > 2 for prompt in Prompt.objects.all())
    ranking = Ranking.objects.get(line=1)
    assert set(ranking.judgments.values_list("rank", flat=True)) == {1, 2}
