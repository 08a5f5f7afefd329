"""The labeler's way through the queue: work, draft, beat, skip."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotation.feedback.demonstrations import demonstration_submit
from annotation.models import (
    Assignment,
    Membership,
    Project,
)
from tests.annotation.work import (
    Enter,
    at,
    claimed,
    demonstration_task,
    ranking_task,
    send_draft,
)
from tests.cast import Cast

PAGES = ["work-task", "work-skip"]
ACTIONS = ["work-draft", "work-beat", "work-submit", "work-skip"]


# --- start ---


def test_work_says_what_waits(cast: Cast, enter: Enter) -> None:
    demonstration_task(cast.project)
    page = enter(cast.lena).get("/p/everyday/work/")
    assert b"1 task waiting" in page.content
    assert b"Start" in page.content


def test_start_leases_the_next_task_and_goes_there(cast: Cast, enter: Enter) -> None:
    task = demonstration_task(cast.project)
    answer = enter(cast.lena).post("/p/everyday/work/")
    assignment = Assignment.objects.get(task=task, labeler=cast.lena)
    assert answer["Location"] == at("work-task", assignment)


def test_start_with_an_empty_queue_says_so(cast: Cast, enter: Enter) -> None:
    page = enter(cast.lena).post("/p/everyday/work/", follow=True)
    assert b"Nothing is waiting" in page.content


def test_work_says_when_the_day_is_done(cast: Cast, enter: Enter) -> None:
    Project.objects.update(daily_cap=1)
    for _ in range(2):
        demonstration_task(cast.project)
    client = enter(cast.lena)
    lease = claimed(cast.lena, cast.project)
    assert b"You have a task open" in client.get("/p/everyday/work/").content
    demonstration_submit(assignment=lease, text="Said.")
    page = client.post("/p/everyday/work/", follow=True)
    assert "You have done today’s 1" in page.content.decode()
    assert b"Start" not in page.content


def test_work_tells_who_is_not_active(cast: Cast, enter: Enter) -> None:
    Membership.objects.filter(user=cast.lena).update(state=Membership.State.ONBOARDING)
    demonstration_task(cast.project)
    page = enter(cast.lena).post("/p/everyday/work/", follow=True)
    assert page.status_code == 403
    assert b"being introduced to this project" in page.content
    assert not Assignment.objects.exists()


@pytest.mark.parametrize("name", [*PAGES, *ACTIONS])
def test_every_page_checks_access(cast: Cast, enter: Enter, name: str) -> None:
    demonstration_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    url = at(name, assignment)
    method = "get" if name in PAGES else "post"
    assert enter(cast.otto).generic(method.upper(), url).status_code == 404  # an outsider
    assert enter(cast.rosa).generic(method.upper(), url).status_code == 403  # not a labeler
    assert enter(cast.luis).generic(method.upper(), url).status_code == 404  # another's task
    nowhere = reverse(name, args=["everyday", uuid4()])
    assert enter(cast.lena).generic(method.upper(), nowhere).status_code == 404
    assignment.refresh_from_db()
    assert assignment.state == Assignment.State.LEASED


@pytest.mark.parametrize("url", ["/p/everyday/work/", "/p/everyday/work/preview/"])
def test_work_and_preview_check_access(cast: Cast, enter: Enter, url: str) -> None:
    assert enter(cast.otto).post(url).status_code == 404
    assert enter(cast.rosa).post(url).status_code == 403


def test_the_signed_out_are_sent_to_sign_in(cast: Cast, client: Client) -> None:
    assert client.get("/p/everyday/work/")["Location"].startswith("/sign-in/")


# --- draft, beat, skip ---


def test_a_draft_is_kept_and_shown_again(cast: Cast, enter: Enter) -> None:
    ranking_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    client = enter(cast.lena)
    draft = {"slots": [0, 3, 0, 1], "likert": [None, 5, None, None], "none": False}
    body = {"draft": draft, "base": 6, "writer": "a-page", "active_seconds": 1}
    assert send_draft(client, assignment, body) == 204
    page = client.get(at("work-task", assignment)).content.decode()
    chosen = re.findall(r'name="rank-(\d)".*?</select>', page)
    assert chosen == ["0", "1", "2", "3"]
    assert re.search(r'name="rank-1">.*?<option selected>3</option>', page)
    assert re.search(r'name="likert-1">.*?<option selected>5</option>', page)
    assert 'data-revision="7" data-writer="a-page"' in page


def test_a_draft_that_another_page_overtook_is_refused_in_words(cast: Cast, enter: Enter) -> None:
    demonstration_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    client = enter(cast.lena)
    for writer, status in (("a", 204), ("b", 412), ("a", 204)):
        body = {"draft": {"text": writer}, "base": 0, "writer": writer}
        assert send_draft(client, assignment, body) == status
    assignment.refresh_from_db()
    assert assignment.draft["text"] == "a"
    answer = client.post(
        at("work-draft", assignment),
        {"draft": {}, "base": 1, "writer": "b"},
        content_type="application/json",
    )
    assert "changed in another tab" in answer.json()["error"]


@pytest.mark.parametrize(
    "draft",
    [
        {"slots": "abc", "likert": 5, "flags": None, "revision": "x"},
        {"slots": [99, -1, True, None, 3, 4], "likert": [0, 8, "5"], "flags": [1, ["<b>"], {}]},
        {"text": ["no text"], "note": {}},
    ],
)
def test_a_strange_draft_breaks_no_page(cast: Cast, enter: Enter, draft: dict[str, object]) -> None:
    ranking_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    client = enter(cast.lena)
    assert send_draft(client, assignment, {"draft": draft}) == 204
    page = client.get(at("work-task", assignment))
    assert page.status_code == 200
    assert b"<option selected>" not in page.content


@pytest.mark.parametrize(
    "body",
    [
        *(None, [], {}, {"draft": 3}, {"draft": {"text": "\0"}}),
        *({"draft": {}, "base": base} for base in ("1", -1, True, 1.5)),
        {"draft": {}, "base": 0, "writer": 3},
    ],
)
def test_what_is_no_draft_is_refused(cast: Cast, enter: Enter, body: object) -> None:
    demonstration_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    assert send_draft(enter(cast.lena), assignment, body) in (400, 409)


@pytest.mark.parametrize(
    "body",
    [
        "[" * 200_000,
        '{"draft":{"a":' + "[" * 900 + "]" * 900 + "}}",
        '{"draft":{"a":' + "[" * 61 + "1" + "]" * 61 + "}}",
        '{"draft":{},"active_seconds":' + "9" * 5_000 + "}",
    ],
)
def test_a_draft_that_overflows_is_refused(cast: Cast, enter: Enter, body: str) -> None:
    demonstration_task(cast.project)
    url = at("work-draft", claimed(cast.lena, cast.project))
    answer = enter(cast.lena).post(url, body, content_type="application/json")
    assert answer.status_code in (400, 409)


@pytest.mark.parametrize("seconds", ["1e999", "NaN", '"inf"', "[]", "-1"])
def test_seconds_that_are_none_count_as_none(cast: Cast, enter: Enter, seconds: str) -> None:
    demonstration_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    body = f'{{"draft": {{"text": "Kept"}}, "active_seconds": {seconds}}}'
    answer = enter(cast.lena).post(
        at("work-draft", assignment), body, content_type="application/json"
    )
    assert answer.status_code == 204
    assignment.refresh_from_db()
    assert (assignment.draft, assignment.active_seconds) == ({"text": "Kept"}, 0)


def test_a_beat_renews_the_lease(cast: Cast, enter: Enter) -> None:
    demonstration_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    early = timezone.now() - timedelta(minutes=5)
    Assignment.objects.update(heartbeat_at=early, expires_at=early)
    answer = enter(cast.lena).post(at("work-beat", assignment), {"active_seconds": "60"})
    assert answer.json() == {
        "state": "leased",
        "revision": 0,
        "instructions_version": 1,
        "rubric_version": 1,
        "done_today": 0,
        "seconds_today": 60,
    }
    assignment.refresh_from_db()
    assert assignment.expires_at > timezone.now()
    assert assignment.active_seconds == 60


def test_skip_takes_a_reason(cast: Cast, enter: Enter) -> None:
    demonstration_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    client = enter(cast.lena)
    assert client.post(at("work-skip", assignment), {}).status_code == 302
    assignment.refresh_from_db()
    assert assignment.state == Assignment.State.LEASED
    client.post(at("work-skip", assignment), {"reason": "language", "note": "Finnish\r\n?"})
    assignment.refresh_from_db()
    assert (assignment.state, assignment.skip_reason) == ("skipped", "language")
    assert assignment.skip_note == "Finnish\n?"


def test_a_refused_skip_is_told_in_the_dialog(cast: Cast, enter: Enter) -> None:
    demonstration_task(cast.project)
    url = at("work-skip", claimed(cast.lena, cast.project))
    client = enter(cast.lena)
    scripted = {"HX-Request": "true"}
    refused = client.post(url, {"note": "So."}, headers=scripted)
    assert refused.status_code == 422
    assert b"Choose a reason" in refused.content
    assert b"<html" not in refused.content
    taken = client.post(url, {"reason": "language"}, headers=scripted)
    assert taken["HX-Redirect"] == "/p/everyday/work/"


def test_skip_has_a_page_for_who_has_no_scripts(cast: Cast, enter: Enter) -> None:
    demonstration_task(cast.project)
    assignment = claimed(cast.lena, cast.project)
    url = at("work-skip", assignment)
    client = enter(cast.lena)
    assert (
        f'<a class="btn quiet plain" href="{url}">'
        in client.get(at("work-task", assignment)).content.decode()
    )
    page = client.get(url).content.decode()
    assert 'name="reason" value="harmful"' in page
    assert at("work-task", assignment) in page
    assignment.refresh_from_db()
    assert assignment.state == Assignment.State.LEASED


# --- no labeler any more ---


@pytest.mark.parametrize("name", [*ACTIONS, "work-task"])
@pytest.mark.parametrize("change", ["suspended", "onboarding", "no role"])
def test_who_is_no_labeler_any_more_is_told_so(
    cast: Cast, enter: Enter, name: str, change: str
) -> None:
    demonstration_task(cast.project)
    url = at(name, claimed(cast.lena, cast.project))
    membership = Membership.objects.get(user=cast.lena, project=cast.project)
    if change == "no role":
        membership.roles.update(role="researcher")
    else:
        Membership.objects.filter(pk=membership.pk).update(state=change)
    client = enter(cast.lena)
    words = "You are not an active labeler of this project any more."
    for headers in ({"HX-Request": "true"}, {"Accept": "*/*"}):
        answer = client.post(url, headers=headers)
        assert answer.status_code == 403
        assert answer.json()["error"].startswith(words)
    page = client.post(url, headers={"Accept": "text/html,*/*"})
    assert page.status_code == 403
    assert words in page.content.decode()
    assert "To your projects" in page.content.decode()
