"""Lines read, understood and planned; what breaks one breaks no other."""

from typing import Any

import pytest

from annotation.exchange import lines
from annotation.exchange.formats import Parsed, parse_line
from annotation.exchange.reports import report_told
from annotation.models import ImportBatch
from tests.annotation.exchange_files import counts, imported, jsonl, parquet
from tests.cast import Cast

State = ImportBatch.State


@pytest.mark.parametrize("error", [ValueError("odd"), OverflowError("odd"), RecursionError("odd")])
def test_a_line_that_breaks_the_reading_is_that_lines_error(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def breaks(fields: dict[str, Any], *, unread: tuple[str, ...]) -> Parsed:
        if fields["prompt"] == "Question 1?":
            raise error
        return parse_line(fields, unread=unread)

    monkeypatch.setattr(lines, "parse_line", breaks)
    content = jsonl(*({"prompt": f"Question {i}?"} for i in range(3)))
    batch = imported(cast.project, content, good_lines_only=True)
    assert batch.state == State.VISIBLE
    assert counts(batch) == {"lines": 3, "prompts": 2}
    reason = f"Cannot be taken ({type(error).__name__}: odd)."
    assert report_told(batch.report)["errors"] == [{"line": 2, "reason": reason}]


def test_a_parquet_file_that_mixes_forms_is_read_as_if_its_nulls_were_not_there(
    cast: Cast,
) -> None:
    talk = [{"role": "user", "content": "One?"}, {"role": "assistant", "content": "Yes."}]
    shared = [{"from": "human", "value": "Two?"}, {"from": "gpt", "value": "No."}]
    answers = [{"text": f"a{i}", "model": "m"} for i in range(3)]
    mixed: list[dict[str, Any]] = [
        {"prompt": "Three?", "completion": "Perhaps.", "split": "test"},
        {"messages": talk},
        {"messages": shared},
        {"prompt": "Four?", "responses": [*answers, {"code": "a3"}], "strength": None},
        {"prompt": "Five?", "responses": [{"text": "b", "rank": 2}, {"code": "c", "rank": 1}]},
        {"instruction": "Six?", "instances": [{"input": "6", "output": "x"}, {"output": "y"}]},
        {"prompt": "Seven?"},
        {"label": True},
    ]
    batch = imported(cast.project, parquet(mixed), "mixed.parquet", good_lines_only=True)
    assert counts(batch) == {
        "lines": 8,
        "prompts": 8,
        "demonstrations": 5,
        "completions": 6,
        "rankings": 1,
        "tasks": 1,
    }
    (error,) = report_told(batch.report)["errors"]
    assert error["line"] == 8
    assert "Fields found: label." in error["reason"]
    assert report_told(batch.report)["skipped"] == []
