"""The next task's lease and page, asked for by the desk and let go again."""

import pytest

from annotation.models import Assignment, Membership
from annotation.people.projects import project_update
from annotation.queue.leases import assignment_heartbeat
from tests.annotation.work import (
    Enter,
    at,
    claimed,
    demonstration_task,
    ranking_task,
    ranks_form,
    send_draft,
)
from tests.cast import Cast

HTMX = {"HX-Request": "true"}


@pytest.fixture
def mine(cast: Cast) -> Assignment:
    ranking_task(cast.project)
    for _ in range(2):
        demonstration_task(cast.project)
    return claimed(cast.lena, cast.project)


def test_the_next_page_is_fetched_and_may_be_kept(
    cast: Cast, enter: Enter, mine: Assignment
) -> None:
    client = enter(cast.lena)
    found = client.post(at("work-next", mine)).json()
    ahead = Assignment.objects.get(public_id=found["id"])
    assert (found["page"], found["leave"]) == (at("work-ahead", ahead), at("work-leave", ahead))
    page = client.get(found["page"])
    assert page["Cache-Control"] == "private, max-age=1800"
    assert "Cookie" in page["Vary"]
    assert f'data-page="{at("work-task", ahead)}"' in page.content.decode()
    form = ranks_form([1, 2, 3, 4], ahead=found["id"])
    answer = client.post(at("work-submit", mine), form, headers=HTMX)
    assert answer["HX-Redirect"] == found["page"]


def test_only_the_page_that_was_fetched_is_sent_to(
    cast: Cast, enter: Enter, mine: Assignment
) -> None:
    client = enter(cast.lena)
    found = client.post(at("work-next", mine)).json()
    ahead = Assignment.objects.get(public_id=found["id"])
    assert send_draft(client, ahead, {"draft": {"text": "Half"}}) == 204  # in another tab
    form = ranks_form([1, 2, 3, 4], ahead=found["id"])
    answer = client.post(at("work-submit", mine), form, headers=HTMX)
    assert answer["HX-Redirect"] == at("work-task", ahead)
    page = client.get(found["page"])
    assert page["Location"] == at("work-task", ahead)
    assert "no-store" in page["Cache-Control"]
    # What was submitted before is shown beside what was sent now.
    again = client.post(at("work-submit", mine), ranks_form([4, 3, 2, 1]), headers=HTMX)
    assert again["HX-Redirect"] == at("work-task", mine)


def test_nothing_is_fetched_where_a_cap_forbids_it(
    cast: Cast, enter: Enter, mine: Assignment
) -> None:
    project_update(actor=cast.ada, project=cast.project, max_open_leases=1)
    assert enter(cast.lena).post(at("work-next", mine)).status_code == 204
    assert Assignment.objects.count() == 1


def test_who_leaves_gives_it_back(cast: Cast, enter: Enter, mine: Assignment) -> None:
    client = enter(cast.lena)
    ahead = Assignment.objects.get(public_id=client.post(at("work-next", mine)).json()["id"])
    assert client.post(at("work-leave", ahead)).status_code == 204
    ahead.refresh_from_db()
    assert ahead.state == Assignment.State.RELEASED


def test_signing_out_gives_it_back(cast: Cast, enter: Enter, mine: Assignment) -> None:
    client = enter(cast.lena)
    assignment_heartbeat(assignment=mine)
    client.post(at("work-next", mine))
    client.post("/sign-out/")
    states = Assignment.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["leased", "released"]


@pytest.mark.parametrize("name", ["work-next", "work-leave", "work-ahead"])
def test_they_check_access(cast: Cast, enter: Enter, mine: Assignment, name: str) -> None:
    method = "GET" if name == "work-ahead" else "POST"
    for person, status in ((cast.otto, 404), (cast.rosa, 403), (cast.luis, 404)):
        assert enter(person).generic(method, at(name, mine)).status_code == status
    Membership.objects.filter(user=cast.lena).update(state=Membership.State.SUSPENDED)
    assert enter(cast.lena).generic(method, at(name, mine)).status_code == 403
