"""The first page: each project with the way in that one's role opens."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.models import (
    Membership,
    Project,
)
from tests.annotation.work import (
    Enter,
    claimed,
    demonstration_task,
)
from tests.cast import Cast, member


def test_home_shows_each_role_its_way_in(cast: Cast, enter: Enter) -> None:
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


def test_the_first_button_leads_to_where_there_is_work(cast: Cast, enter: Enter) -> None:
    Project.objects.update(prompts_wanted=20)
    first = re.compile(r'class="btn primary"[^>]*>([^<]+)<')
    assert first.findall(enter(cast.lena).get("/").content.decode()) == ["Write"]
    demonstration_task(cast.project)
    assert first.findall(enter(cast.lena).get("/").content.decode()) == ["Start"]


@pytest.mark.parametrize(
    ("state", "words"), [("invited", "You are invited"), ("onboarding", "being introduced")]
)
def test_home_shows_the_not_yet_active_a_notice_only(
    cast: Cast, enter: Enter, state: str, words: str
) -> None:
    cast.project.memberships.update(state=state)
    for person in (cast.lena, cast.ada, cast.rosa):
        page = enter(person).get("/").content.decode()
        assert words in page
        assert "/p/everyday/" not in page


def test_home_asks_no_more_of_many_projects(
    cast: Cast, enter: Enter, django_assert_num_queries: Any
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
    claimed(cast.lena, cast.project)
    with django_assert_num_queries(len(one)):
        desks = client.get("/").context["desks"]
    waits = {desk.access.project.slug: desk.standing.waiting for desk in desks}
    assert waits == {"everyday": 0, "p0": 0, "p1": 1, "p2": 2, "p3": 3}
    assert {desk.access.project.slug for desk in desks if desk.standing.open} == {"everyday"}


def test_home_without_a_project_says_what_to_do(cast: Cast, enter: Enter) -> None:
    Membership.objects.filter(user=cast.lena).update(state=Membership.State.SUSPENDED)
    assert b"No project yet" in enter(cast.lena).get("/").content
