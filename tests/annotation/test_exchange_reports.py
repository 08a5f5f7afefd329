"""What an import tells of its lines: once for all of them, in characters that can be stored."""

import json

import pytest
from django.test import Client
from django.utils import translation

from annotation.exchange import reports
from annotation.exchange.imports import batch_preview
from annotation.exchange.reports import report_told
from annotation.models import ImportBatch
from annotation.texts import storable
from tests.annotation.exchange_files import imported, jsonl, upload
from tests.cast import Cast

State = ImportBatch.State


def test_fields_and_values_that_nothing_reads_are_reported_once(cast: Cast) -> None:
    line = {"prompt": "q", "compleation": "typo"}
    other = {"prompt": "r", "completion": "s", "compleation": "x", "split": "trian"}
    content = jsonl({"prompt": "p"}, line, other, {"compleation": "bad line"})
    preview = batch_preview(batch=upload(cast.project, content))
    assert preview.lines[1].notes == ("field `compleation` is not read here: left out",)
    batch = imported(cast.project, content, good_lines_only=True)
    assert report_told(batch.report)["skipped"] == [
        {"line": 2, "reason": "field `compleation` is not read here: left out, in 2 lines"},
        {"line": 3, "reason": "unknown split `trian`: left out, in 1 line"},
    ]
    assert batch.report["skipped_total"] == 2


def test_fields_without_end_are_counted(cast: Cast) -> None:
    many = ({"prompt": "q", f"field {i}": 1} for i in range(reports.MOST_UNKNOWN + 7))
    skipped = report_told(imported(cast.project, jsonl(*many)).report)["skipped"]
    assert len(skipped) == reports.MOST_UNKNOWN + 1
    assert skipped[-1] == {"line": 0, "reason": "7 more unknown fields and values left out"}


def test_a_failed_import_notes_what_a_finished_one_does(cast: Cast) -> None:
    """Who mends the file sees all that is wrong with it, what concerns all of it first."""
    few = {"prompt": "q", "completions": ["a", " "], "mood": "good"}
    content = jsonl(few, {"compleation": "bad line"})
    failed = imported(cast.project, content)
    assert failed.state == State.FAILED
    assert report_told(failed.report)["skipped"] == [
        {"line": 1, "reason": "field `mood` is not read here: left out, in 1 line"},
        {"line": 1, "reason": "1 empty answer left out"},
        {"line": 1, "reason": "1 different answer where ranking needs 4: no task"},
    ]
    done = imported(cast.project, content, good_lines_only=True)
    assert done.state == State.VISIBLE
    names = ("skipped", "skipped_total", "errors", "errors_total")
    assert [done.report[name] for name in names] == [failed.report[name] for name in names]


def test_what_concerns_all_lines_is_listed_before_a_thousand_single_ones(cast: Cast) -> None:
    line = {"prompt": "q", "completions": ["a"], "mood": "good"}
    batch = imported(cast.project, jsonl(*[line] * (reports.MOST_LISTED + 5)))
    report = report_told(batch.report)
    assert len(report["skipped"]) == reports.MOST_LISTED
    assert report["skipped_total"] == reports.MOST_LISTED + 6
    assert report["skipped"][0]["reason"].startswith("field `mood` is not read here")


BROKEN = (
    ("x.jsonl", rb'{"\ud800": 1}', r"\ud800"),
    ("x.jsonl", rb'{"a\u0000": 1}', "Fields found: a."),
    (
        "x.jsonl",
        rb'{"prompt": "p", "responses": [{"text": "a", "rank": "\ud800"}]}',
        r"not \ud800",
    ),
    (
        "x.jsonl",
        rb'{"prompt": "p", "responses": [{"text": "a", "flags": ["\ud800"]}]}',
        "A flag of answer 1 holds a character that cannot be stored",
    ),
    ("x.csv", "pré,c\na,b\n".encode("latin-1"), "The header is not UTF-8"),
    ("x.csv", "prompt,réponse\na,b\n".encode("latin-1"), "The header is not UTF-8"),
    ("x.csv", "prompt,completion\na,b\n".encode("utf-16"), "The header is not UTF-8"),
)


@pytest.mark.parametrize(("name", "content", "reason"), BROKEN)
def test_reasons_quote_broken_text_in_characters_that_can_be_stored(
    cast: Cast, name: str, content: bytes, reason: str
) -> None:
    preview = batch_preview(batch=upload(cast.project, content, name))
    batch = imported(cast.project, content, name)
    assert batch.state == State.FAILED
    (error,) = report_told(batch.report)["errors"]
    for words in (error["reason"], preview.errors[0].error):
        assert reason in words
        assert storable(words)


def test_notes_quote_broken_text_in_characters_that_can_be_stored(cast: Cast) -> None:
    batch = imported(cast.project, rb'{"prompt": "p", "a\u0000\ud800": 1, "split": "\ud800\u0000"}')
    assert batch.state == State.VISIBLE
    assert storable(json.dumps(batch.report["skipped"], ensure_ascii=False))
    assert len(batch.report["skipped"]) == 2


def test_a_report_is_told_in_the_language_of_who_reads_it(cast: Cast) -> None:
    """Whatever language its worker spoke: here German, where workers speak English."""
    few = {"prompt": "q", "completions": ["a", " "], "mood": "good", "language": "Klingon"}
    bad = {"prompt": "p", "responses": [{"text": "a", "rank": 1, "severity": 9}]}
    with translation.override("de"):
        batch = imported(cast.project, jsonl(few, bad, {"prompt": "x" * 200_001}, few))
    english = report_told(batch.report)
    assert [entry["reason"] for entry in english["skipped"]] == [
        "field `mood` is not read here: left out, in 2 lines",
        "unknown language `Klingon`: left out, in 2 lines",
        *["1 empty answer left out", "1 different answer where ranking needs 4: no task"] * 2,
    ]
    assert [entry["reason"] for entry in english["errors"]] == [
        "Answer 1: the severity must lie between 0 and 4 (worst).",
        "Message 1 is longer than 200,000 characters.",
    ]
    client = Client()
    client.force_login(cast.ada)
    page = client.get(f"/p/everyday/imports/{batch.pk}/", headers={"Accept-Language": "de"})
    told = client.get(
        f"/api/projects/everyday/imports/{batch.pk}/", headers={"Accept-Language": "de"}
    ).json()["report"]
    assert told["skipped"][0] == {
        "line": 1,
        "reason": "Feld `mood` wird hier nicht gelesen: weggelassen, in 2 Zeilen",
    }
    assert told["errors"][1]["reason"] == "Nachricht 1 ist länger als 200.000 Zeichen."
    german = [entry["reason"] for name in ("skipped", "errors") for entry in told[name]]
    assert all(reason in page.content.decode() for reason in german)
    assert not {entry["reason"] for entry in english["skipped"]}.intersection(german)


def test_a_report_of_old_keeps_its_text(cast: Cast) -> None:
    of_old = {"errors": [{"line": 2, "reason": "Not UTF-8: 100% of it."}], "errors_total": 1}
    batch = ImportBatch.objects.create(project=cast.project, state=State.FAILED, report=of_old)
    assert report_told(batch.report) == of_old
    client = Client()
    client.force_login(cast.ada)
    page = client.get(f"/p/everyday/imports/{batch.pk}/", headers={"Accept-Language": "de"})
    assert "Not UTF-8: 100% of it." in page.content.decode()
