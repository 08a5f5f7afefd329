"""Lines out of files: numbering, limits, and damage of every kind."""

import csv
import gzip
import io
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.exchange.formats import parse_line
from annotation.exchange.readers import FileProblem, Line, raw, read_lines
from tests.annotation.exchange_files import parquet

LIMIT = 10**9


def lines(content: bytes, name: str = "x.jsonl", max_bytes: int = LIMIT) -> list[Line]:
    return list(read_lines(io.BytesIO(content), name, max_bytes=max_bytes))


def test_json_lines_are_numbered_as_an_editor_does() -> None:
    content = b'\xef\xbb\xbf{"a": 1}\r\n\n  \n{"a": "\xc3\xa9"}'
    assert lines(content) == [Line(1, {"a": 1}), Line(4, {"a": "é"})]
    assert lines(gzip.compress(content), "x.jsonl.gz") == lines(content)


def test_files_that_were_joined_may_begin_anew_in_the_middle() -> None:
    begun = b'\xef\xbb\xbf{"a": 1}\n'
    assert lines(begun + begun) == [Line(1, {"a": 1}), Line(2, {"a": 1})]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"a": 1', "column 8"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b'{"a": -Infinity}', "Infinity is not JSON"),
        (b'{"a": "\xff"}', "Not UTF-8"),
        ('{"a": 1}'.encode("utf-16-le"), "Not UTF-8"),
        (b'{"a": 1, "b": {"a": 1, "c": 2, "c": 3}}', "`c` stands there twice"),
        (b'\xff\xfe{\x00"\x00', "Not UTF-8"),
        (b"[1, 2]", "one object a line"),
        (b'"text"', "not a JSON object|Not a JSON object but a str"),
        (b'{"a":' * 50_000, "Nested too deeply"),
        (b'{"a": ' + b"9" * 5000 + b"}", "Not a JSON object"),
    ],
)
def test_a_bad_line_says_why_and_reading_goes_on(content: bytes, reason: str) -> None:
    first, second = lines(content + b'\n{"b": 2}\n')
    assert first.number == 1
    assert first.fields == {}
    assert re.search(reason, str(first.error)), first.error
    assert second == Line(2, {"b": 2})


def test_a_line_too_long_is_passed_over() -> None:
    long = b'{"a": "' + b"x" * raw.MAX_LINE * 2 + b'"}'
    first, second = lines(long + b'\n{"b": 2}\n')
    assert "2 MiB" in str(first.error)
    assert second == Line(2, {"b": 2})


def test_an_archive_that_unpacks_to_too_much_stops_at_a_line() -> None:
    bomb = gzip.compress(b'{"a": 1}\n' * 200_000)
    found = lines(bomb, "x.jsonl.gz", max_bytes=1_000_000)
    assert "unpacks to more than 1,000,000 bytes" in str(found[-1].error)
    assert found[0] == Line(1, {"a": 1})
    assert not any(line.error for line in found[:-1])


def test_a_bomb_without_line_ends_stays_small() -> None:
    found = lines(gzip.compress(b" " * 50_000_000), "x.jsonl.gz", max_bytes=20_000_000)
    assert "unpacks to more" in str(found[-1].error)


def test_a_cut_off_archive_gives_its_good_lines_first() -> None:
    content = gzip.compress("".join(f'{{"a": {i * 7919}}}\n' for i in range(90_000)).encode())
    found = lines(content[: len(content) // 2], "x.jsonl.gz")
    assert len(found) > 1
    assert found[0] == Line(1, {"a": 0})
    assert "damaged or cut off" in str(found[-1].error)
    assert found[-1].number == found[-2].number + 1


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "x.jsonl", "empty"),
        (b"\x89PNG", "x.png", "not JSON lines, CSV or Parquet"),
        (b"hello", "x.parquet", "not JSON lines, CSV or Parquet"),
        (b"PK\x03\x04sheet", "x.csv", "a zip archive or a spreadsheet"),
        (b"PK\x03\x04sheet", "x.jsonl", "a zip archive or a spreadsheet"),
        (b"PAR1 and nothing", "x.parquet", "Not a readable Parquet"),
        (gzip.compress(b"no parquet", mtime=0), "x.parquet.gz", "Not a readable Parquet"),
    ],
)
def test_a_file_that_cannot_be_read_at_all(content: bytes, name: str, reason: str) -> None:
    with pytest.raises(FileProblem, match=reason):
        lines(content, name)


def test_csv_numbers_records_by_their_first_line() -> None:
    content = b'prompt,completion\n"two\nlines",x\n\n y ,\n'
    assert lines(content, "x.csv") == [
        Line(2, {"prompt": "two\nlines", "completion": "x"}),
        Line(5, {"prompt": " y "}),
    ]


def test_csv_with_semicolons_tabs_and_lists() -> None:
    assert lines(b"prompt;completion\na,b;c\n", "x.csv")[0].fields == {
        "prompt": "a,b",
        "completion": "c",
    }
    assert lines(b"prompt\tsplit\na\tb\n", "x.tsv")[0].fields == {"prompt": "a", "split": "b"}
    out = io.StringIO()
    csv.writer(out).writerows([["prompt", "completions"], ["[x]", json.dumps(["a", {"b": 1}])]])
    assert lines(out.getvalue().encode(), "x.csv")[0].fields == {
        "prompt": "[x]",
        "completions": ["a", {"b": 1}],
    }


@pytest.mark.parametrize(
    ("content", "number", "reason"),
    [
        (b"a,b\n1,2\n1,2,3\n", 3, "3 cells where the header has 2"),
        (b"a,b\n1,\xff\n", 2, "Not UTF-8"),
        (b"a,b,a,a\n1,2,3,4\n", 1, "The column `a` stands twice in the header"),
        (b'a,b\n1,"x"y\n', 2, "Not CSV"),
        (b'a,b\n1,"never closed\n' + b"x,y\n" * 10, 2, "A quote is opened here and never closed"),
        (b'a,b\n1,"x\n\ny"\n2,"\n', 5, "A quote is opened here and never closed"),
        (
            b'a,b\n1,"' + b"x" * 80 + b"\n" + (b"y" * 99 + b"\n") * 30_000,
            2,
            "and not closed in 2 MiB",
        ),
        (b'a,b\n1,"x\n2,y\n3,"z"\n', 2, "A quote is opened here and closed amid a cell in line 4"),
        (b'a,b\n1,"x\ny",3\n', 2, "3 cells where the header has 2"),
        (b'a,completions\n"1\n2","[\n1"\n', 2, "The list in `completions` is not JSON"),
        (b'"a,b\n1,2\n', 1, "A quote is opened here and never closed"),
        (b'a,"b\n1,"2"\n', 1, "A quote is opened here and closed amid a cell in line 2"),
        (b"\na,b\n1,2\n", 1, "The header is empty: name the columns in the first line"),
        (b",,\n1,2,\n", 1, "The header is empty: name the columns in the first line"),
        (b"completions\n[1\n", 2, "The list in `completions` is not JSON"),
        (b"prompt, prompt\n1,2\n", 1, "The column `prompt` stands twice in the header"),
        (b",".join(b"c%d" % n for n in range(201)) + b"\n", 1, "201 columns: at most 200"),
        ("prompt,réponse\na,b\n".encode("latin-1"), 1, "The header is not UTF-8: save"),
        ("prompt,completion\na,b\n".encode("utf-16"), 1, "The header is not UTF-8: save"),
        ("prompt,completion\na,b\n".encode("utf-16-le"), 1, "The header is not UTF-8: save"),
        (b"prompt,completion\ra,b\rc,d\r", 1, "Save it with the line ends of Unix or Windows"),
        (b"prompt\r" + b"a\r" * 1_100_000, 1, "Save it with the line ends of Unix or Windows"),
        (b"a,b\n1,2\r3,4\r", 2, "Save it with the line ends of Unix or Windows"),
        (b"a,b\n" + b"1,2\r" * 600_000, 2, "Save it with the line ends of Unix or Windows"),
        (b"prompt,completion,\na,b,c\n", 2, "3 cells where the header has 2"),
    ],
)
def test_bad_csv(content: bytes, number: int, reason: str) -> None:
    bad = [line for line in lines(content, "x.csv") if line.error]
    assert len(bad) == 1
    assert reason in str(bad[0].error)
    assert bad[0].number == number


def test_a_name_in_a_header_of_csv_may_be_of_two_lines() -> None:
    assert lines(b'prompt,"the\nauthor"\na,b\n', "x.csv") == [
        Line(3, {"prompt": "a", "the\nauthor": "b"})
    ]


def test_a_cut_off_archive_of_csv_names_the_line_where_it_is_cut() -> None:
    content = gzip.compress(b'a,b\n1,"' + b"".join(b"%d\n" % (i * 7919) for i in range(90_000)))
    (found,) = lines(content[: len(content) // 2], "x.csv.gz")
    assert found.number > 2
    assert "damaged or cut off" in str(found.error)


def test_csv_may_end_its_header_and_rows_with_empty_cells() -> None:
    wanted = [Line(2, {"prompt": "a", "completion": "b"})]
    assert lines(b"prompt,completion,, \na,b,,\n", "x.csv") == wanted
    assert lines(b"prompt,completion,,\na,b\n", "x.csv") == wanted
    assert lines(b"prompt,completion\na,b,,\n", "x.csv") == wanted


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=20)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=8))
def test_what_csv_writes_is_read_back(rows: list[tuple[str, str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([("prompt", "other"), *rows])
    wanted = [
        {name: cell for name, cell in zip(("prompt", "other"), row, strict=True) if cell}
        for row in rows
    ]
    found = [line.fields for line in lines(out.getvalue().encode(), "x.csv")]
    assert [fields for fields in wanted if fields] == found


@given(st.lists(st.dictionaries(cells, cells, max_size=3), min_size=1, max_size=8))
def test_json_and_gzip_round_trip(rows: list[dict[str, str]]) -> None:
    content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    assert [line.fields for line in lines(content)] == rows
    assert [line.fields for line in lines(gzip.compress(content), "a.jsonl.gz")] == rows


@given(st.binary(max_size=200), st.sampled_from(["x.jsonl", "x.csv", "x.jsonl.gz", "x.parquet"]))
def test_any_bytes_are_read_or_refused_in_words(content: bytes, name: str) -> None:
    with suppress(FileProblem):
        numbers = [line.number for line in lines(content, name)]
        assert numbers == sorted(set(numbers))


def test_real_files_are_read(shared_data: Path) -> None:
    for name, count in (("self_instruct_k6.jsonl", 200), ("HumanEval.jsonl.gz", 164)):
        with (shared_data / name).open("rb") as file:
            found = list(read_lines(file, name, max_bytes=LIMIT))
        assert len(found) == count
        assert not any(line.error for line in found)


def said_as_csv(rows: Sequence[dict[str, Any]]) -> bytes:
    """As a script would write the rows: what is no text as JSON, what is missing as nothing."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, names)
    writer.writeheader()
    for row in rows:
        cells = {name: value for name, value in row.items() if value is not None}
        writer.writerow(
            {
                name: cell if isinstance(cell, str) else json.dumps(cell)
                for name, cell in cells.items()
            }
        )
    return out.getvalue().encode()


@pytest.mark.parametrize(
    "name", ["self_instruct_k6.jsonl", "seed_tasks.jsonl", "hh_rlhf_harmless_test_600.jsonl.gz"]
)
def test_real_files_say_the_same_as_parquet_and_as_csv(shared_data: Path, name: str) -> None:
    rows = [line.fields for line in lines((shared_data / name).read_bytes(), name)]
    wanted = [parse_line(row).records for row in rows]
    for content, other in ((parquet(rows), "x.parquet"), (said_as_csv(rows), "x.csv")):
        found = lines(content, other)
        assert [parse_line(line.fields, unread=line.unread).records for line in found] == wanted
