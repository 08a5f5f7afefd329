import json

import pytest

from inference.child.events import EventLog, locate_events, read_events


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run" / "events.jsonl"


def test_what_is_written_is_read(path):
    log = EventLog(path)
    log.metric("train/loss", 3, 0.5)
    log.progress("rollout", 2, 8)
    log.sample(1, "Hi", "Hé\nyou", 0.5, None)
    log.message("careful", level="warning")
    log.error("It broke.", "Mend it.")
    log.result({"model": "model", "metrics": {}})
    events, offset = read_events(path)
    assert offset == path.stat().st_size
    assert [event["type"] for event in events] == [
        "metric",
        "progress",
        "sample",
        "message",
        "error",
        "result",
    ]
    assert events[0].items() >= {"name": "train/loss", "step": 3, "value": 0.5}.items()
    assert events[2].items() >= {"completion": "Hé\nyou", "reward": 0.5, "kl": None}.items()
    assert all(event["t"] > 1.7e9 for event in events)


def test_reading_goes_on_from_an_offset(path):
    log = EventLog(path)
    log.message("one")
    first, offset = read_events(path)
    log.message("two")
    second, end = read_events(path, offset)
    assert [event["text"] for event in first + second] == ["one", "two"]
    assert read_events(path, end) == ([], end)


def test_half_a_line_waits(path):
    log = EventLog(path)
    log.message("one")
    with path.open("a") as file:
        file.write('{"type": "mess')
    events, offset = read_events(path)
    assert len(events) == 1
    with path.open("a") as file:
        file.write('age", "text": "two"}\n')
    assert read_events(path, offset)[0][0]["text"] == "two"


def test_a_successor_ends_a_torn_line(path):
    EventLog(path).message("one")
    with path.open("a") as file:
        file.write('{"type": "mess')
    EventLog(path).message("two")
    assert [event["text"] for event in read_events(path)[0]] == ["one", "two"]


def test_a_missing_file_has_no_events(path):
    assert read_events(path, 0) == ([], 0)


def test_what_is_not_finite_becomes_a_warning_and_valid_json(path):
    EventLog(path).metric("train/loss", 4, float("nan"))
    (event,) = [json.loads(line) for line in path.read_text().splitlines()]
    assert event["type"] == "message"
    assert event["level"] == "warning"
    assert "train/loss is nan at step 4" in event["text"]


def test_each_event_is_located_by_the_byte_where_its_line_begins(path):
    log = EventLog(path)
    log.message("é")
    log.message("two")
    located, end = locate_events(path)
    lines = path.read_bytes().splitlines(keepends=True)
    assert [offset for offset, _ in located] == [0, len(lines[0])]
    assert end == len(lines[0]) + len(lines[1])
    log.message("three")
    again, _ = locate_events(path, end)
    assert [(offset, event["text"]) for offset, event in again] == [(end, "three")]
