"""The page of who changed what."""

import pytest
from django.test import Client

from annotation.people.projects import audit, project_update
from tests.annotation.test_people_project_views import check_access, sign_in
from tests.cast import Cast

pytestmark = pytest.mark.django_db
URL = "/p/everyday/members/history/"


def targets(client: Client, query: str = "") -> list[str]:
    return [item["event"].target for item in client.get(f"{URL}?{query}").context["items"]]


def test_it_works(client: Client, cast: Cast) -> None:
    project_update(actor=cast.ada, project=cast.project, overlap=2)
    page = sign_in(client, cast.ada).get(URL).content.decode()
    assert "changed the settings" in page
    assert "<del>1</del>" in page
    assert "<ins>2</ins>" in page


def test_it_checks_access(client: Client, cast: Cast) -> None:
    check_access(client, cast, URL)
    assert sign_in(client, cast.rosa).get(URL).status_code == 403


def test_it_holds_only_the_projects_own(client: Client, cast: Cast) -> None:
    audit(project=cast.other, actor=cast.otto, verb="member_add", target="theirs")
    audit(project=None, actor=cast.sita, verb="user_create", target="site")
    page = sign_in(client, cast.ada).get(URL)
    assert page.context["items"] == []
    assert "otto" not in page.content.decode()


def test_filters(client: Client, cast: Cast) -> None:
    audit(project=cast.project, actor=cast.ada, verb="member_add", target="nora")
    audit(project=cast.project, actor=None, verb="overlap_apply", target="all")
    sign_in(client, cast.ada)
    assert targets(client) == ["all", "nora"]
    assert targets(client, "actor=ada") == ["nora"]
    assert targets(client, "verb=overlap_apply") == ["all"]
    assert targets(client, "since=2100-01-01") == []
    assert targets(client, "until=2000-01-01") == []
    assert targets(client, "since=2000-01-01&until=2100-01-01") == ["all", "nora"]
    for odd in ("actor=nobody", "since=soon", "until=9999-12-31", "verb=%00"):
        assert targets(client, odd) == ["all", "nora"]


def test_untrusted_words_are_escaped(client: Client, cast: Cast) -> None:
    audit(project=cast.project, actor=cast.ada, verb="x", target="<b>t</b>", note="<i>n</i>")
    page = sign_in(client, cast.ada).get(URL).content.decode()
    assert "<b>t</b>" not in page
    assert "&lt;i&gt;n&lt;/i&gt;" in page
