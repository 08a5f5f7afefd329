"""The labeler's own submissions: the list, the last one, each one with its history."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from annotation.feedback.checks import JudgmentInput
from annotation.feedback.demonstrations import demonstration_submit
from annotation.feedback.rankings import ranking_submit
from annotation.feedback.revising import ranking_revise
from annotation.feedback.submission_views import PER_PAGE
from annotation.models import Assignment, Task
from annotation.people.projects import project_update
from annotation.prompts.marks import marks_read
from annotation.queue.leases import shown_slots
from annotation.queue.tasks import task_create
from tests.annotation.work import (
    Enter,
    at,
    claimed,
    demonstration_task,
    prompt_make,
    ranked,
    ranking_task,
)
from tests.cast import Cast

HERE = "/p/everyday/work/done/"


def write(cast: Cast, text: str = "So.") -> Assignment:
    demonstration_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    demonstration_submit(assignment=assignment, text=text)
    return assignment


def order(cast: Cast, k: int = 4) -> Assignment:
    ranking_task(cast.project, k=k)
    assignment = claimed(cast.lena, cast.project)
    ranking_submit(assignment=assignment, judgments=ranked(range(1, k + 1)), note="First\nso.")
    return assignment


def test_the_list_says_what_was_done_and_what_may_change(cast: Cast, enter: Enter) -> None:
    Assignment.objects.filter(pk=write(cast).pk).update(
        active_seconds=130, extra=True, ended_at=timezone.now() - timedelta(hours=2)
    )
    mine = order(cast)
    page = enter(cast.lena).get(HERE).content.decode()
    assert page.index("Ranking</td>") < page.index("Demonstration <span")
    assert "2 min 10 s" in page
    assert "extra" in page
    assert page.count(">Edit</a>") == 1
    assert at("work-edit", mine) in page
    assert "What you hand in is listed here" in enter(cast.luis).get(HERE).content.decode()


def test_the_list_is_narrowed_and_paged(cast: Cast, enter: Enter) -> None:
    ranking = order(cast)
    for _ in range(PER_PAGE + 1):
        write(cast)
    client = enter(cast.lena)
    page = client.get(HERE, {"kind": "ranking"}).content.decode()
    assert page.count("<tr>") == 2
    assert at("work-task", ranking) in page
    first = client.get(HERE, {"kind": "demonstration"}).content.decode()
    assert first.count("<tr>") == PER_PAGE + 1
    assert "?kind=demonstration&amp;page=2" in first
    second = client.get(f"{HERE}?kind=demonstration&page=2").content.decode()
    assert second.count("<tr>") == 2
    assert client.get(f"{HERE}?kind=nonsense&page=x").status_code == 200


def test_the_last_one_is_found(cast: Cast, enter: Enter) -> None:
    client = enter(cast.lena)
    assert client.get("/p/everyday/work/last/")["Location"] == HERE
    write(cast)
    last = order(cast)
    assert client.get("/p/everyday/work/last/")["Location"] == at("work-task", last)


def test_a_ranking_is_shown_as_it_was_and_how_it_changed(cast: Cast, enter: Enter) -> None:
    mine = order(cast)
    said = [JudgmentInput(2, 6), JudgmentInput(1, flags=["fails"]), *ranked([3, 4])]
    ranking_revise(labeler=cast.lena, assignment=mine, base=1, judgments=said, note="")
    page = enter(cast.lena).get(at("work-task", mine))
    html = page.content.decode()
    assert "no-store" in page["Cache-Control"]
    texts = [slot.completion.text for slot in shown_slots(mine)]
    assert html.index(texts[1]) < html.index(texts[0]) < html.index(texts[2])
    for words in ("6 of 7", "Fails the instruction", "A: 1 → 2", "B: 2 → 1", "Note taken away"):
        assert words in html
    assert at("work-edit", mine) in html
    project_update(actor=cast.ada, project=cast.project, revise_minutes=0)
    assert at("work-edit", mine) not in enter(cast.lena).get(at("work-task", mine)).content.decode()


def test_none_acceptable_is_said(cast: Cast, enter: Enter) -> None:
    ranking_task(cast.project)
    mine = claimed(cast.lena, cast.project)
    none = [JudgmentInput(None)] * 4
    ranking_submit(assignment=mine, judgments=none, outcome="none_acceptable")
    html = enter(cast.lena).get(at("work-task", mine)).content.decode()
    assert "None of these is acceptable." in html
    assert html.count("<article") == 4


def test_no_completion_id_reaches_a_labeler(cast: Cast, enter: Enter) -> None:
    for _ in range(30):  # so that ids are numbers found nowhere else on the page
        ranking_task(cast.project, k=9)
    mine = order(cast, k=9)
    Task.objects.exclude(pk=mine.task_id).update(state="closed")
    client = enter(cast.lena)
    hidden = {slot.completion_id for slot in shown_slots(mine)}
    hidden |= {mine.pk, mine.task_id, mine.task.prompt_id or 0}
    for url in (at("work-task", mine), at("work-edit", mine), HERE):
        page = client.get(url).content.decode()
        for ours in (str(mine.public_id), mine.task.messages[0]["content"]):
            page = page.replace(ours, "")
        page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"|<time.*?</time>', "", page)
        numbers = set(re.findall(r"\d+", page))
        assert {str(each) for each in hidden if each > 60} & numbers == set()


@pytest.mark.parametrize("url", [HERE, "/p/everyday/work/last/"])
def test_lists_check_access(cast: Cast, enter: Enter, url: str) -> None:
    assert enter(cast.otto).get(url).status_code == 404
    assert enter(cast.rosa).get(url).status_code == 403


def test_a_submission_is_its_labelers_own(cast: Cast, enter: Enter) -> None:
    mine = order(cast)
    for person, status in ((cast.luis, 404), (cast.otto, 404), (cast.rosa, 403)):
        for name in ("work-task", "work-edit"):
            assert enter(person).get(at(name, mine)).status_code == status


def test_sensitive_content_is_hidden_here_too(cast: Cast, enter: Enter) -> None:
    prompt = prompt_make(cast.project, marks=marks_read(sensitive=["violence"]))
    task_create(project=cast.project, kind="demonstration", prompt=prompt)
    mine = claimed(cast.lena, cast.project)
    client = enter(cast.lena)
    shown = client.get(at("work-task", mine)).content.decode()
    demonstration_submit(assignment=mine, text="So.")
    for page in (shown, client.get(at("work-task", mine)).content.decode()):
        assert "Marked as violence" in page
        assert 'class="veil"' in page
    listed = client.get(HERE).content.decode()
    assert "Hidden: Violence" in listed
    assert prompt.messages[0]["content"] not in listed
    assert 'class="veil"' not in client.get(at("work-task", write(cast))).content.decode()
    settings = {"languages": ""}  # an empty box is not sent
    assert client.post("/p/everyday/work/settings/", settings).status_code == 302
    assert 'class="veil"' not in client.get(at("work-task", mine)).content.decode()
    assert prompt.messages[0]["content"] in client.get(HERE).content.decode()
    client.post("/p/everyday/work/settings/", {**settings, "veil": "on"})
    assert 'class="veil"' in client.get(at("work-task", mine)).content.decode()
