"""Lines read, understood and planned; what breaks one breaks no other."""

from typing import Any

import pytest

from annotation.exchange import lines
from annotation.exchange.formats import Parsed, parse_line
from annotation.models import ImportBatch
from tests.annotation.exchange_files import counts, imported, jsonl
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
    assert batch.report["errors"] == [{"line": 2, "reason": reason}]
