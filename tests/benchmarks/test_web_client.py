"""The benchmark's labelers at a live server: the pages they read are the real ones."""

import asyncio
import time

import pytest

from annotation.models import Assignment, Project, Ranking, Task
from benchmarks.web import plumbline_duties
from benchmarks.web.client import MOST_ERRORS, Diaries, Order, run, within
from benchmarks.web.connection import Connection
from benchmarks.web.labelers import (
    LABELERS,
    Diary,
    LabelStudioLabeler,
    PlumblineLabeler,
    UnexpectedError,
    annotation,
    ranking_form,
)
from benchmarks.web.measures import WAYS
from tests.benchmarks.apart import run_apart


def labeling(
    way: str, port: int, people: dict[str, list[dict[str, str]]], seconds: float
) -> Diaries:
    sessions = people["sessions"]
    return run_apart(run(Order(way, port, "bench", sessions, seconds, warm_up=5.0)))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.django_db(transaction=True)
def test_labelers_hand_in_rankings_until_no_task_is_left(live_server, way):
    people = plumbline_duties.people_make(labelers=2)
    assert plumbline_duties.tasks_top_up(6) == 6
    port = int(live_server.url.rpartition(":")[2])
    diaries = labeling(way, port, people, seconds=20.0)
    assert diaries.errors == []
    assert diaries.all == Ranking.objects.count() == 6
    assert set(Assignment.objects.values_list("state", flat=True)) == {"submitted"}
    assert diaries.seconds < 20
    assert plumbline_duties.duplicates_count() == 0
    assert plumbline_duties.faults_list() == []
    assert plumbline_duties.tasks_top_up(4) == 4


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.django_db(transaction=True)
def test_who_is_not_signed_in_is_told_as_an_error(live_server, way):
    plumbline_duties.people_make(labelers=1)
    port = int(live_server.url.rpartition(":")[2])
    diaries = labeling(way, port, {"sessions": [{"sessionid": "none"}]}, seconds=0.5)
    assert 1 <= len(diaries.errors) <= MOST_ERRORS
    assert diaries.errors[0].startswith("UnexpectedError: 302")


@pytest.mark.django_db
def test_a_task_held_twice_is_a_duplicate(django_user_model):
    plumbline_duties.people_make(labelers=2)
    plumbline_duties.tasks_top_up(2)
    people = django_user_model.objects.filter(username__startswith="labeler")
    task = Task.objects.earliest("pk")
    now = Project.objects.get().created_at
    times = {"leased_at": now, "heartbeat_at": now, "expires_at": now}
    for person in people:
        Assignment.objects.create(task=task, labeler=person, **times)
    assert plumbline_duties.duplicates_count() == 1


class Scripted:
    """A labeler whose every turn hands in as many tasks as its project's name says."""

    def __init__(self, browser: Connection, project: str) -> None:
        self.browser, self.tasks, self.diary = browser, int(project), Diary()

    async def first(self) -> bool:
        return True

    async def turn(self) -> bool:
        await asyncio.sleep(0.01)
        self.diary.submitted += [time.perf_counter()] * self.tasks
        return True


def clocked(tasks: str, seconds: float) -> float:
    return run_apart(run(Order("scripted", 1, tasks, [{}, {}], seconds, warm_up=0.1))).seconds


def test_the_clock_runs_longer_where_few_tasks_are_handed_in(monkeypatch):
    monkeypatch.setitem(LABELERS, "scripted", Scripted)
    assert clocked("0", seconds=0.1) >= 0.4
    assert 1 <= clocked("100", seconds=1) < 4


def test_only_what_lies_within_the_clocks_time_counts():
    labeler = PlumblineLabeler(Connection(1), "bench")
    labeler.diary.submitted = [1.0, 2.5, 4.0]
    labeler.diary.next = [(1.0, 10.0), (3.0, 20.0)]
    labeler.diary.errors = [(0.5, "an error")]
    diaries = within([labeler], 2.0, 3.5, cpu=0.3)
    assert (diaries.submitted, diaries.all, diaries.next_ms) == (1, 3, [20.0])
    assert diaries.errors == ["an error"]
    assert diaries.cpu_share == pytest.approx(0.2)


def test_each_answer_of_a_page_gets_a_rank_of_its_own():
    page = (
        b'<input type="hidden" name="instructions_version" value="3">'
        b'<input type="hidden" name="rubric_version" value="1">'
        b'<select name="rank-0"><select name="likert-0"><select name="rank-1">'
    )
    form = ranking_form(page)
    assert sorted((form.pop("rank-0"), form.pop("rank-1"))) == ["1", "2"]
    assert form == {"instructions_version": "3", "rubric_version": "1"}
    with pytest.raises(UnexpectedError):
        ranking_form(b"<p>Nothing is waiting</p>")


def test_label_studios_annotation_ranks_every_item():
    task = {"id": 5, "data": {"items": [{"id": "a"}, {"id": "b"}, {"id": "c"}]}}
    (result,) = annotation(task, "1")["result"]
    assert sorted(result["value"]["ranker"]["rank"]) == ["a", "b", "c"]
    assert (result["from_name"], result["to_name"], result["type"]) == ("rank", "answers", "ranker")


def test_label_studios_404_is_the_end_of_the_work():
    async def talk() -> bool:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            browser = Connection(server.sockets[0].getsockname()[1])
            return await LabelStudioLabeler(browser, "1").first()

    before = time.perf_counter()
    assert run_apart(talk()) is False
    assert time.perf_counter() - before < 5
