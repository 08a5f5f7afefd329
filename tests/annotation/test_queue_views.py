"""The labeler's pages: work, draft, beat, skip, and the submission of both kinds of feedback."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from annotation.models import (
    Assignment,
    Demonstration,
    Membership,
    Project,
    Ranking,
    Task,
    User,
)
from annotation.people.projects import project_update
from annotation.queue.claims import task_claim
from annotation.queue.leases import shown_slots
from annotation.queue.standing import standing_get
from tests.annotation.work import demonstration_task, ranking_task
from tests.cast import Cast, member

PAGES = ["work-task", "work-skip"]
ACTIONS = ["work-draft", "work-beat", "work-submit", "work-skip"]


@pytest.fixture
def enter(client: Client) -> Callable[[User], Client]:
    def enter(user: User) -> Client:
        client.force_login(user)
        return client

    return enter


def claimed(cast: Cast, labeler: User | None = None) -> Assignment:
    assignment = task_claim(labeler=labeler or cast.lena, project=cast.project)
    assert assignment is not None
    return assignment


def at(name: str, assignment: Assignment) -> str:
    return reverse(name, args=[assignment.task.project.slug, assignment.public_id])


def ranks_form(ranks: list[int | str], **more: object) -> dict[str, object]:
    return {**{f"rank-{i}": rank for i, rank in enumerate(ranks)}, **more}


# --- start ---


def test_work_says_what_waits(cast: Cast, enter: Callable[[User], Client]) -> None:
    demonstration_task(cast.project)
    page = enter(cast.lena).get("/p/everyday/work/")
    assert b"1 task waiting" in page.content
    assert b"Start" in page.content


def test_start_leases_the_next_task_and_goes_there(
    cast: Cast, enter: Callable[[User], Client]
) -> None:
    task = demonstration_task(cast.project)
    answer = enter(cast.lena).post("/p/everyday/work/")
    assignment = Assignment.objects.get(task=task, labeler=cast.lena)
    assert answer["Location"] == at("work-task", assignment)


def test_start_with_an_empty_queue_says_so(cast: Cast, enter: Callable[[User], Client]) -> None:
    page = enter(cast.lena).post("/p/everyday/work/", follow=True)
    assert b"Nothing is waiting" in page.content


def test_work_tells_who_is_not_active(cast: Cast, enter: Callable[[User], Client]) -> None:
    Membership.objects.filter(user=cast.lena).update(state=Membership.State.ONBOARDING)
    demonstration_task(cast.project)
    page = enter(cast.lena).post("/p/everyday/work/", follow=True)
    assert page.status_code == 403
    assert b"not active yet" in page.content
    assert not Assignment.objects.exists()


@pytest.mark.parametrize("name", [*PAGES, *ACTIONS])
def test_every_page_checks_access(cast: Cast, enter: Callable[[User], Client], name: str) -> None:
    demonstration_task(cast.project)
    assignment = claimed(cast)
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
def test_work_and_preview_check_access(
    cast: Cast, enter: Callable[[User], Client], url: str
) -> None:
    assert enter(cast.otto).post(url).status_code == 404
    assert enter(cast.rosa).post(url).status_code == 403


def test_the_signed_out_are_sent_to_sign_in(cast: Cast, client: Client) -> None:
    assert client.get("/p/everyday/work/")["Location"].startswith("/sign-in/")


# --- nothing that gives a model away ---


def test_no_completion_id_reaches_a_labeler(cast: Cast, enter: Callable[[User], Client]) -> None:
    for _ in range(30):  # so that ids are numbers found nowhere else on the page
        ranking_task(cast.project, k=9)
    task = Task.objects.latest("pk")
    Task.objects.filter(pk=task.pk).update(priority=1)
    client = enter(cast.lena)
    page = client.post("/p/everyday/work/", follow=True).content.decode()
    assignment = Assignment.objects.get()
    assert assignment.task == task
    # Numbers that are no ids: in the address, in the prompt's own words, in the random token.
    for ours in (str(assignment.public_id), task.prompt.messages[0]["content"]):
        page = page.replace(ours, "")
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
    numbers = set(re.findall(r"\d+", page))
    slots = shown_slots(assignment)
    assert all(slot.completion.text in page for slot in slots)
    hidden = {slot.completion_id for slot in slots} | {slot.pk for slot in slots} | {task.pk}
    hidden |= {task.prompt_id}
    assert {str(each) for each in hidden if each > 9} & numbers == set()


# --- demonstration ---


def test_a_demonstration_is_stored_and_the_next_task_comes(
    cast: Cast, enter: Callable[[User], Client]
) -> None:
    demonstration_task(cast.project)
    demonstration_task(cast.project)
    first = claimed(cast)
    answer = enter(cast.lena).post(at("work-submit", first), {"text": "One\r\ntwo"})
    assert Demonstration.objects.get().text == "One\ntwo"
    second = Assignment.objects.get(state=Assignment.State.LEASED)
    assert answer["Location"] == at("work-task", second)


def test_htmx_is_sent_on_by_a_header(cast: Cast, enter: Callable[[User], Client]) -> None:
    demonstration_task(cast.project)
    answer = enter(cast.lena).post(
        at("work-submit", claimed(cast)), {"text": "One"}, headers={"HX-Request": "true"}
    )
    assert answer["HX-Redirect"] == "/p/everyday/work/"


def test_a_refused_demonstration_comes_back_with_its_text(
    cast: Cast, enter: Callable[[User], Client]
) -> None:
    demonstration_task(cast.project)
    url = at("work-submit", claimed(cast))
    client = enter(cast.lena)
    page = client.post(url, {"text": "kept \0"})
    assert page.status_code == 422
    assert b"cannot be stored" in page.content
    assert b"kept" in page.content
    fragment = client.post(url, {"text": " "}, headers={"HX-Request": "true"})
    assert fragment.status_code == 422
    assert b"is empty" in fragment.content
    assert b"<html" not in fragment.content


def test_submitting_twice_stores_one(cast: Cast, enter: Callable[[User], Client]) -> None:
    demonstration_task(cast.project)
    url = at("work-submit", claimed(cast))
    client = enter(cast.lena)
    for text, told in (("First", False), ("First", False), ("Second", True)):
        page = client.post(url, {"text": text}, follow=True)
        assert (b"What you submitted first counts" in page.content) == told
    assert Demonstration.objects.get().text == "First"


@pytest.mark.parametrize(
    ("again", "told"),
    [
        ({}, False),
        ({"rank-0": 3, "rank-1": 7, "rank-2": 9, "rank-3": 9}, False),  # the same order
        ({"rank-0": 2}, True),
        ({"likert-1": 5}, True),
        ({"flags-1": "harmful"}, True),
        ({"note": "On second thought"}, True),
        ({"none": "1"}, True),
    ],
)
def test_a_second_ranking_is_told_that_the_first_counts(
    cast: Cast, enter: Callable[[User], Client], again: dict[str, object], told: bool
) -> None:
    ranking_task(cast.project)
    url = at("work-submit", claimed(cast))
    client = enter(cast.lena)
    form = ranks_form([1, 2, 3, 3], **{"flags-1": "fails", "likert-1": 4})
    client.post(url, form)
    page = client.post(url, {**form, **again}, follow=True)
    assert (b"What you submitted first counts" in page.content) == told
    assert Ranking.objects.count() == 1


def test_a_submission_after_the_lease_ran_out_is_kept(
    cast: Cast, enter: Callable[[User], Client]
) -> None:
    demonstration_task(cast.project)
    assignment = claimed(cast)
    Assignment.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    claimed(cast, cast.luis)  # the task went to somebody else
    enter(cast.lena).post(at("work-submit", assignment), {"text": "Late"})
    assert Demonstration.objects.get().text == "Late"


def test_what_is_handed_in_is_not_shown_again(cast: Cast, enter: Callable[[User], Client]) -> None:
    demonstration_task(cast.project)
    assignment = claimed(cast)
    client = enter(cast.lena)
    assert "no-store" in client.get(at("work-task", assignment))["Cache-Control"]
    client.post(at("work-submit", assignment), {"text": "Done"})
    page = client.get(at("work-task", assignment), follow=True)
    assert b"submitted already" in page.content


def test_preview_is_sanitised(cast: Cast, enter: Callable[[User], Client]) -> None:
    page = enter(cast.lena).post("/p/everyday/work/preview/", {"text": "*hi* <script>"})
    assert b"<em>hi</em> &lt;script&gt;" in page.content


# --- ranking ---


def test_a_ranking_is_stored_by_the_order_shown(
    cast: Cast, enter: Callable[[User], Client]
) -> None:
    ranking_task(cast.project, k=5)
    assignment = claimed(cast)
    form = ranks_form([2, 5, 2, 1, 5], **{"likert-3": 7, "flags-1": ["fails", "harmful"]})
    enter(cast.lena).post(at("work-submit", assignment), {**form, "note": "Fine\r\n!"})
    ranking = Ranking.objects.get()
    shown = [slot.completion_id for slot in shown_slots(assignment)]
    said = {each.completion_id: each for each in ranking.judgments.all()}
    assert [said[pk].rank for pk in shown] == [2, 3, 2, 1, 3]
    assert [said[pk].likert for pk in shown] == [None, None, None, 7, None]
    assert [said[pk].flags for pk in shown] == [[], ["fails", "harmful"], [], [], []]
    assert ranking.note == "Fine\n!"


def test_none_acceptable_drops_the_ranks(cast: Cast, enter: Callable[[User], Client]) -> None:
    ranking_task(cast.project)
    form = ranks_form([1, 2, "", ""], none="1")
    enter(cast.lena).post(at("work-submit", claimed(cast)), form)
    ranking = Ranking.objects.get()
    assert ranking.outcome == Ranking.Outcome.NONE_ACCEPTABLE
    assert {each.rank for each in ranking.judgments.all()} == {None}


@pytest.mark.parametrize(
    "form",
    [
        ranks_form([1, 2, 3, ""]),
        ranks_form([1, 2, 3, "x"]),
        ranks_form([1, 2, 3, 4], **{"likert-0": 8}),
        ranks_form([1, 2, 3, 4], **{"flags-0": "unheard"}),
        ranks_form([1, 2, 3, "9" * 5_000]),
        ranks_form([1, 2, 3, 4], **{"likert-0": "9" * 5_000}),
    ],
)
def test_a_refused_ranking_comes_back_as_it_was(
    cast: Cast, enter: Callable[[User], Client], form: dict[str, object]
) -> None:
    ranking_task(cast.project)
    page = enter(cast.lena).post(at("work-submit", claimed(cast)), {**form, "note": "kept"})
    assert page.status_code == 422
    assert b'role="alert"' in page.content
    assert b"kept" in page.content
    assert page.content.count(b"<option selected>2</option>") >= 1
    assert not Ranking.objects.exists()


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_rubric_that_changed_meanwhile_is_named(
    cast: Cast, enter: Callable[[User], Client], headers: dict[str, str]
) -> None:
    ranking_task(cast.project)
    assignment = claimed(cast)
    client = enter(cast.lena)
    shown = client.get(at("work-task", assignment)).content.decode()
    version = re.search(r'name="rubric_version" value="(\d+)"', shown)
    assert version
    rubric = {"likert": None, "flags": [{"key": "rude", "label": "Rude"}]}
    project_update(actor=cast.ada, project=cast.project, rubric=rubric)
    form = ranks_form(
        [1, 2, 2, 3], **{"flags-0": "fails", "likert-0": 3}, rubric_version=version[1]
    )
    refused = client.post(at("work-submit", assignment), form, headers=headers)
    assert refused.status_code == 422
    words = "The rubric has changed since this page was opened. Reload it: your work is kept."
    assert words in refused.content.decode()
    assert not Ranking.objects.exists()
    draft = {"slots": [1, 2, 2, 3], "likert": [3, None, None, None], "flags": [["fails"]]}
    assert send_draft(client, assignment, {"draft": draft}) == 204
    again = client.get(at("work-task", assignment)).content.decode()
    assert f'name="rubric_version" value="{int(version[1]) + 1}"' in again
    assert again.count("<option selected>2</option>") == 2
    assert "fails" not in again
    assert "likert" not in again
    form = ranks_form([1, 2, 2, 3], rubric_version=int(version[1]) + 1)
    assert client.post(at("work-submit", assignment), form).status_code == 302


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
@pytest.mark.parametrize("make", [ranking_task, demonstration_task])
def test_instructions_that_changed_meanwhile_are_named(
    cast: Cast,
    enter: Callable[[User], Client],
    make: Callable[[Project], Task],
    headers: dict[str, str],
) -> None:
    make(cast.project)
    assignment = claimed(cast)
    client = enter(cast.lena)
    shown = client.get(at("work-task", assignment)).content.decode()
    version = re.search(r'name="instructions_version" value="(\d+)"', shown)
    assert version
    project_update(actor=cast.ada, project=cast.project, instructions="Be brief.")
    form = ranks_form([1, 2, 2, 3], text="Long", note="Long", instructions_version=version[1])
    refused = client.post(at("work-submit", assignment), form, headers=headers)
    assert refused.status_code == 422
    assert b"The instructions have changed since this page was opened." in refused.content
    assert headers or b"Long" in refused.content
    assert not Ranking.objects.exists()
    assert not Demonstration.objects.exists()
    again = client.get(at("work-task", assignment)).content.decode()
    fresh = int(version[1]) + 1
    assert f'name="instructions_version" value="{fresh}"' in again
    form["instructions_version"] = fresh
    assert client.post(at("work-submit", assignment), form).status_code == 302


# --- draft, beat, skip ---


def send_draft(client: Client, assignment: Assignment, body: object) -> int:
    return client.post(
        at("work-draft", assignment), json.dumps(body), content_type="application/json"
    ).status_code


def test_a_draft_is_kept_and_shown_again(cast: Cast, enter: Callable[[User], Client]) -> None:
    ranking_task(cast.project)
    assignment = claimed(cast)
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


def test_a_draft_that_another_page_overtook_is_refused_in_words(
    cast: Cast, enter: Callable[[User], Client]
) -> None:
    demonstration_task(cast.project)
    assignment = claimed(cast)
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
def test_a_strange_draft_breaks_no_page(
    cast: Cast, enter: Callable[[User], Client], draft: dict[str, object]
) -> None:
    ranking_task(cast.project)
    assignment = claimed(cast)
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
def test_what_is_no_draft_is_refused(
    cast: Cast, enter: Callable[[User], Client], body: object
) -> None:
    demonstration_task(cast.project)
    assignment = claimed(cast)
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
def test_a_draft_that_overflows_is_refused(
    cast: Cast, enter: Callable[[User], Client], body: str
) -> None:
    demonstration_task(cast.project)
    url = at("work-draft", claimed(cast))
    answer = enter(cast.lena).post(url, body, content_type="application/json")
    assert answer.status_code in (400, 409)


@pytest.mark.parametrize("seconds", ["1e999", "NaN", '"inf"', "[]", "-1"])
def test_seconds_that_are_none_count_as_none(
    cast: Cast, enter: Callable[[User], Client], seconds: str
) -> None:
    demonstration_task(cast.project)
    assignment = claimed(cast)
    body = f'{{"draft": {{"text": "Kept"}}, "active_seconds": {seconds}}}'
    answer = enter(cast.lena).post(
        at("work-draft", assignment), body, content_type="application/json"
    )
    assert answer.status_code == 204
    assignment.refresh_from_db()
    assert (assignment.draft, assignment.active_seconds) == ({"text": "Kept"}, 0)


def test_a_beat_renews_the_lease(cast: Cast, enter: Callable[[User], Client]) -> None:
    demonstration_task(cast.project)
    assignment = claimed(cast)
    early = timezone.now() - timedelta(minutes=5)
    Assignment.objects.update(heartbeat_at=early, expires_at=early)
    answer = enter(cast.lena).post(at("work-beat", assignment), {"active_seconds": "60"})
    assert answer.status_code == 204
    assignment.refresh_from_db()
    assert assignment.expires_at > timezone.now()
    assert assignment.active_seconds == 60


def test_skip_takes_a_reason(cast: Cast, enter: Callable[[User], Client]) -> None:
    demonstration_task(cast.project)
    assignment = claimed(cast)
    client = enter(cast.lena)
    assert client.post(at("work-skip", assignment), {}).status_code == 302
    assignment.refresh_from_db()
    assert assignment.state == Assignment.State.LEASED
    client.post(at("work-skip", assignment), {"reason": "language", "note": "Finnish\r\n?"})
    assignment.refresh_from_db()
    assert (assignment.state, assignment.skip_reason) == ("skipped", "language")
    assert assignment.skip_note == "Finnish\n?"


def test_skip_has_a_page_for_who_has_no_scripts(
    cast: Cast, enter: Callable[[User], Client]
) -> None:
    demonstration_task(cast.project)
    assignment = claimed(cast)
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
    cast: Cast, enter: Callable[[User], Client], name: str, change: str
) -> None:
    demonstration_task(cast.project)
    url = at(name, claimed(cast))
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


# --- home ---


def test_home_shows_each_role_its_way_in(cast: Cast, enter: Callable[[User], Client]) -> None:
    demonstration_task(cast.project)
    labeler = enter(cast.lena).get("/").content.decode()
    assert "1 task waiting" in labeler
    assert "Elsewhere" not in labeler
    assert "/p/everyday/members/" not in labeler
    admin = enter(cast.ada).get("/").content.decode()
    assert "/p/everyday/members/" in admin
    assert "Start" not in admin
    site_admin = enter(cast.sita).get("/").content.decode()
    assert "Elsewhere" in site_admin


@pytest.mark.parametrize(
    ("state", "words"), [("invited", "You are invited"), ("onboarding", "being introduced")]
)
def test_home_shows_the_not_yet_active_a_notice_only(
    cast: Cast, enter: Callable[[User], Client], state: str, words: str
) -> None:
    cast.project.memberships.update(state=state)
    for person in (cast.lena, cast.ada, cast.rosa):
        page = enter(person).get("/").content.decode()
        assert words in page
        assert "/p/everyday/" not in page


def test_home_asks_no_more_of_many_projects(
    cast: Cast, enter: Callable[[User], Client], django_assert_num_queries: Any
) -> None:
    demonstration_task(cast.project)
    client = enter(cast.lena)
    with CaptureQueriesContext(connection) as one:
        client.get("/")
    for number in range(4):
        project = Project.objects.create(name=f"P{number}", slug=f"p{number}")
        member(project, cast.lena, "labeler")
        for _ in range(number):
            demonstration_task(project)
    claimed(cast)
    with django_assert_num_queries(len(one)):
        desks = client.get("/").context["desks"]
    waits = {desk.access.project.slug: desk.standing.waiting for desk in desks}
    assert waits == {"everyday": 0, "p0": 0, "p1": 1, "p2": 2, "p3": 3}
    assert {desk.access.project.slug for desk in desks if desk.standing.open} == {"everyday"}


def test_waiting_is_capped(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotation.queue.standing.WAITING_CAP", 2)
    for _ in range(3):
        demonstration_task(cast.project)
    standing = standing_get(labeler=cast.lena, project=cast.project)
    assert (standing.waiting, standing.waiting_text, standing.open) == (2, "1+", False)


def test_home_without_a_project_says_what_to_do(
    cast: Cast, enter: Callable[[User], Client]
) -> None:
    Membership.objects.filter(user=cast.lena).update(state=Membership.State.SUSPENDED)
    assert b"No project yet" in enter(cast.lena).get("/").content


def test_the_policy_lets_no_inline_script_in(cast: Cast, enter: Callable[[User], Client]) -> None:
    ranking_task(cast.project)
    page = enter(cast.lena).post("/p/everyday/work/", follow=True)
    assert "default-src 'self'" in page["Content-Security-Policy"]
    assert "unsafe" not in page["Content-Security-Policy"]
    html = page.content.decode()
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)
    assert not re.search(r"\sstyle=|\son[a-z]+=", html)
