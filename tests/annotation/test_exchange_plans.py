"""What lines become, by their form, their number of answers and the kind of import."""

import json
from pathlib import Path
from typing import Any

import pytest

from annotation.exchange.imports import batch_preview
from annotation.exchange.reports import report_told
from annotation.models import (
    Completion,
    CompletionOrigin,
    Demonstration,
    ImportBatch,
    Project,
    Prompt,
    Ranking,
    Task,
    TaskCompletion,
)
from tests.annotation.exchange_files import (
    counts,
    demonstrations,
    imported,
    jsonl,
    k_line,
    rows,
    upload,
)
from tests.cast import Cast

State = ImportBatch.State


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
    assert report_told(batch.report)["skipped"] == [
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
    assert report_told(batch.report)["skipped"][0]["reason"] == "1 answer left over: K is at most 9"


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
    assert report_told(batch.report)["skipped"] == [
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
    content = jsonl(
        *(
            {"prompt": prompt, "responses": responses, "annotations": ["ambiguous"]}
            for prompt in ("Hi", "Ho")
        )
    )
    (line, _) = batch_preview(batch=upload(cast.project, content)).lines
    batch = imported(cast.project, content)
    judged = Ranking.objects.get(line=1).judgments.values_list(
        "completion__text", "likert", "flags"
    )
    assert set(map(repr, judged)) == {"('a', None, [])", "('b', None, ['fails'])"}
    left_out = (
        "likert grades, which the project does not give: left out",
        "flag `rude`, which the rubric does not have: left out",
        "annotation `ambiguous`, which the rubric does not have: left out",
    )
    assert line.notes == left_out
    assert report_told(batch.report)["skipped"] == [
        {"line": 1, "reason": f"{note}, in 2 lines"} for note in left_out
    ]


def test_grades_and_flags_need_a_ranking(cast: Cast) -> None:
    answers = [{"text": f"answer {i}", "likert": 5, "flags": ["fails"]} for i in range(4)]
    batch = imported(cast.project, jsonl({"prompt": "Hi", "completions": answers}))
    assert counts(batch) == {"lines": 1, "prompts": 1, "completions": 4, "tasks": 1}
    reason = "grades and flags of answers without ranks: left out, in 1 line"
    assert report_told(batch.report)["skipped"] == [{"line": 1, "reason": reason}]


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
    assert report_told(batch.report)["errors"] == [{"line": 1, "reason": reason}]


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
    reasons = [entry["reason"] for entry in report_told(batch.report)["skipped"]]
    assert sum(reason.endswith("no task") for reason in reasons) == 9
    models = {answer["model"] for answer in json.loads(content.splitlines()[0])["completions"]}
    assert set(CompletionOrigin.objects.values_list("author", flat=True)) == models
    before = rows()
    assert counts(imported(cast.project, content)) == {"lines": 200, "duplicates": 200}
    assert rows() == before


def test_seed_tasks_become_demonstrations(cast: Cast, shared_data: Path) -> None:
    content = (shared_data / "seed_tasks.jsonl").read_bytes()
    batch = imported(cast.project, content)
    assert counts(batch) == {"lines": 175, "prompts": 175, "demonstrations": 175}
    assert counts(imported(cast.project, content)) == {"lines": 175, "duplicates": 175}


def test_hh_becomes_dialogues_with_preferences(cast: Cast, shared_data: Path) -> None:
    name = "hh_rlhf_harmless_test_600.jsonl.gz"
    batch = imported(cast.project, (shared_data / name).read_bytes(), name)
    found = counts(batch)
    assert found["prompts"] == 600
    assert found["rankings"] == 598  # two lines have an empty answer, and the report says so
    assert (
        sum("no ranking" in entry["reason"] for entry in report_told(batch.report)["skipped"]) == 2
    )
    assert any(len(prompt.messages) > 2 for prompt in Prompt.objects.all())
    ranking = Ranking.objects.get(line=1)
    assert set(ranking.judgments.values_list("rank", flat=True)) == {1, 2}
    again = imported(cast.project, (shared_data / name).read_bytes(), name)
    assert counts(again) == {"lines": 600, "duplicates": 600}
