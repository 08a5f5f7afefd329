"""What is written once, however often it comes."""

import pytest

from annotation.exchange.staging import Chunk
from annotation.models import Demonstration, ImportBatch, Project, Prompt, Task
from annotation.prompts.prompts import completion_create, prompt_create
from tests.annotation.exchange_files import (
    counts,
    demonstrations,
    imported,
    jsonl,
    k_line,
    rows,
    zipped,
)
from tests.cast import Cast

State = ImportBatch.State


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


def test_an_imported_task_asks_for_what_its_prompt_asks_for(cast: Cast) -> None:
    imported(cast.project, jsonl({**k_line("Hi", 4), "language": "pt", "sensitive": ["hate"]}))
    imported(cast.project, jsonl({**k_line("Hi", 5), "language": "de"}, k_line("Ho", 4)))
    prompts = Prompt.objects.order_by("pk").values_list("language", "skills", "sensitive")
    assert list(prompts) == [("pt", [], ["hate"]), ("", [], [])]
    tasks = Task.objects.order_by("pk").values_list("route__language", "route__sensitive")
    assert list(tasks) == [("pt", "hate"), ("pt", "hate"), ("", "")]  # as the prompt was first


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


def test_a_prompt_left_hidden_is_taken_over(cast: Cast) -> None:
    gone = ImportBatch.objects.create(
        project=cast.project, filename="x", state=State.FAILED, finished_at="2026-01-01T00:00Z"
    )
    prompt_create(
        project=cast.project, messages=[{"role": "user", "content": "Question 0?"}], batch=gone
    )
    batch = imported(cast.project, jsonl(*demonstrations(1)))
    assert Prompt.objects.visible().get().batch == batch
