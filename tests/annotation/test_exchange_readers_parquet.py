"""Rows out of Parquet files: any type, any damage, and few bytes that stand for many."""

import gzip
import io
from decimal import Decimal
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from annotation.exchange.readers import FileProblem, Line, raw, read_lines
from annotation.exchange.readers import parquet as parquet_reader
from tests.annotation.exchange_files import parquet

LIMIT = 10**9


def lines(content: bytes, name: str = "x.parquet", max_bytes: int = LIMIT) -> list[Line]:
    return list(read_lines(io.BytesIO(content), name, max_bytes=max_bytes))


def odd_column(kind: pyarrow.DataType, value: int, name: str) -> bytes:
    table = pyarrow.table({"prompt": ["a", "b"], name: pyarrow.array([value, 0], kind)})
    out = io.BytesIO()
    pyarrow.parquet.write_table(table, out)
    return out.getvalue()


ODD_COLUMNS = [
    (pyarrow.timestamp("ms"), 2**62),
    (pyarrow.timestamp("ms", tz="Mars/Phobos"), 1),
    (pyarrow.duration("ms"), 2**62),
    (pyarrow.date32(), 2**30),
]


@pytest.mark.parametrize(("kind", "value"), ODD_COLUMNS)
def test_parquet_columns_that_no_form_knows_are_not_decoded(
    kind: pyarrow.DataType, value: int
) -> None:
    assert lines(odd_column(kind, value, "written_at")) == [
        Line(1, {"prompt": "a"}, unread=("written_at",)),
        Line(2, {"prompt": "b"}, unread=("written_at",)),
    ]


@pytest.mark.parametrize(("kind", "value"), ODD_COLUMNS)
def test_a_parquet_value_out_of_range_is_its_rows_error(kind: pyarrow.DataType, value: int) -> None:
    first, second = lines(odd_column(kind, value, "strength"))
    assert "A value cannot be read" in str(first.error)
    assert "Damaged" not in f"{first.error} {second.error}"
    assert (first.number, second.number) == (1, 2)
    assert second.error or second.fields["prompt"] == "b"


def test_parquet_rows_without_a_known_column_are_counted() -> None:
    assert lines(parquet([{"x": 1}] * 70))[-1] == Line(70, unread=("x",))


def test_parquet_rows_keep_their_nesting_and_lose_their_nulls() -> None:
    rows: list[dict[str, Any]] = [
        {"prompt": [{"role": "user", "content": "a"}], "ranks": [1, 2], "strength": 1.0},
        {"prompt": [{"role": "user", "content": "b"}], "ranks": None, "strength": float("nan")},
    ]
    first, second = lines(parquet(rows))
    assert first == Line(1, rows[0])
    assert second.number == 2
    assert {k: v for k, v in second.fields.items() if v is not None} == {
        "prompt": rows[1]["prompt"]
    }
    assert lines(gzip.compress(parquet(rows), mtime=0), "x.parquet.gz") == [first, second]


def test_a_column_of_parquet_that_stands_twice_is_refused() -> None:
    columns = [pyarrow.array(["a"]), pyarrow.array(["b"]), pyarrow.array(["c"])]
    out = io.BytesIO()
    table = pyarrow.Table.from_arrays(columns, names=["prompt", "x", "prompt"])
    pyarrow.parquet.write_table(table, out)
    with pytest.raises(FileProblem, match="The column `prompt` stands twice"):
        lines(out.getvalue())


def bomb(values: pyarrow.Array, rows: int) -> bytes:
    """A few bytes of Parquet that say one long value over and over."""
    index = pyarrow.array([0] * rows, pyarrow.int32())
    table = pyarrow.table({"prompt": pyarrow.DictionaryArray.from_arrays(index, values)})
    out = io.BytesIO()
    pyarrow.parquet.write_table(
        table, out, store_schema=False, compression="zstd", dictionary_pagesize_limit=10**9
    )
    return out.getvalue()


def test_a_long_value_said_often_is_not_held_often() -> None:
    size = 8_000_000
    content = bomb(pyarrow.array(["x" * size]), 640)
    assert len(content) < 2_000
    pool = pyarrow.proxy_memory_pool(pyarrow.default_memory_pool())
    before = pyarrow.default_memory_pool()
    pyarrow.set_memory_pool(pool)
    try:
        found = lines(content)
    finally:
        pyarrow.set_memory_pool(before)
    assert {line.error for line in found} == {raw.too_long()}
    assert len(found) == 640
    assert pool.max_memory() < 10 * size


TEXTS = ["a", "b"]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (pyarrow.array(TEXTS).dictionary_encode(), "a"),
        (pyarrow.array(TEXTS, pyarrow.large_string()), "a"),
        (pyarrow.array(TEXTS, pyarrow.string_view()), "a"),
        (pyarrow.array(TEXTS, pyarrow.json_()), "a"),
        (pyarrow.array([b"a", b"b"]), b"a"),
        (pyarrow.array([TEXTS, []], pyarrow.large_list(pyarrow.string())), TEXTS),
        (pyarrow.array([TEXTS, TEXTS], pyarrow.list_(pyarrow.string(), 2)), TEXTS),
        (pyarrow.array([TEXTS, None], pyarrow.list_view(pyarrow.string())), TEXTS),
        (pyarrow.array([{"a": TEXTS}, None]), {"a": TEXTS}),
        (
            pyarrow.array([[("a", "b")], []], pyarrow.map_(pyarrow.string(), pyarrow.string())),
            [("a", "b")],
        ),
        (pyarrow.array([Decimal("1.50"), None], pyarrow.decimal256(60, 2)), Decimal("1.50")),
        (pyarrow.nulls(2), None),
    ],
)
@pytest.mark.parametrize("store_schema", [True, False])
@pytest.mark.parametrize("long", [True, False])
def test_any_type_of_parquet_is_measured_and_read(
    monkeypatch: pytest.MonkeyPatch,
    column: pyarrow.Array,
    value: object,
    store_schema: bool,
    long: bool,
) -> None:
    if long:
        monkeypatch.setattr(parquet_reader, "MAX_LINE", -1)
    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({"prompt": column}), out, store_schema=store_schema)
    first, second = lines(out.getvalue())
    assert (first.error, second.error) == ((raw.too_long(),) * 2 if long else (None, None))
    assert long or first.fields == {"prompt": value}


def test_many_values_in_few_bytes_are_refused() -> None:
    ranks = pyarrow.array([[1] * 100_000_000], pyarrow.list_(pyarrow.int8()))
    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({"prompt": ["x"], "ranks": ranks}), out)
    assert len(out.getvalue()) < 100_000
    with pytest.raises(FileProblem, match="row groups"):
        lines(out.getvalue())


def test_row_groups_of_parquet_have_texts_of_their_own() -> None:
    rows: list[dict[str, Any]] = [
        {
            "prompt": f"{n}",
            "messages": [{"role": "user", "content": f"m{n}"}] * (n % 3),
            "completions": [f"a{n}", f"b{n}"] if n % 4 else None,
        }
        for n in range(300)
    ]
    for options in (
        {"row_group_size": 7},
        {"use_dictionary": False},
        {"data_page_size": 10},
        # The writer gives its dictionary up in the middle of a row group.
        {"data_page_size": 10, "write_batch_size": 2, "dictionary_pagesize_limit": 100},
    ):
        assert [line.fields for line in lines(parquet(rows, **options))] == rows


def test_parquet_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"prompt": "x" * 200}, {"prompt": "y"}]
    monkeypatch.setattr(parquet_reader, "MAX_LINE", 100)
    first, second = lines(parquet(rows))
    assert "Longer" in str(first.error)
    assert second.fields == {"prompt": "y"}
    with pytest.raises(FileProblem, match="row groups"):
        lines(parquet(rows), max_bytes=10)
