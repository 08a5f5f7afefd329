"""The site admin's pages: nobody else comes in."""

import pytest
from django.test import Client

from annotation.models import AuditEvent, User
from annotation.people.projects import audit
from annotation.urls import urlpatterns
from tests.annotation.test_people_project_views import sign_in
from tests.annotation.work import prompt_make, ranking_task
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.django_db
PAGES = ["people", "people/new", "people/1", "projects", "history"]


def site_routes() -> set[str]:
    return {str(each.pattern) for each in urlpatterns if str(each.pattern).startswith("site/")}


def test_each_page_is_tried_below() -> None:
    tried = {f"site/{page}/".replace("/1/", "/<int:user_id>/") for page in PAGES}
    assert site_routes() == tried


@pytest.mark.parametrize("page", PAGES)
def test_nobody_else_comes_in(client: Client, cast: Cast, page: str) -> None:
    url = f"/site/{page}/"
    for method in (client.get, client.post):
        assert method(url)["Location"].startswith("/sign-in/")
    for person in (cast.ada, cast.lena, cast.otto):
        sign_in(client, person)
        assert "/site/" not in client.get("/").content.decode()
        for method in (client.get, client.post):
            assert method(url).status_code == 403


def test_people(client: Client, cast: Cast) -> None:
    sign_in(client, cast.sita)
    assert "/site/people/" in client.get("/").content.decode()
    page = client.get("/site/people/").content.decode()
    for name in ("ada", "hana", "sita"):
        assert f"<b>{name}</b>" in page
    found = client.get("/site/people/?words=len").context["page"].object_list
    assert [person.username for person in found] == ["lena"]
    for odd in ("standing=odd", "words=%00", f"words={'x' * 200}", "page=99"):
        assert client.get(f"/site/people/?{odd}").status_code == 200


def test_an_account_is_made_and_suspended(client: Client, cast: Cast) -> None:
    sign_in(client, cast.sita)
    weak = client.post("/site/people/new/", {"username": "nora", "password": "1234"})
    assert "too short" in weak.content.decode()
    client.post("/site/people/new/", {"username": "nora", "password": PASSWORD})
    nora = User.objects.get(username="nora")
    assert (nora.is_active, nora.is_superuser) == (True, False)
    url = f"/site/people/{nora.pk}/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"first_name": "Nora"})["Location"] == "/site/people/"
    nora.refresh_from_db()
    assert (nora.first_name, nora.is_active) == ("Nora", False)
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)) == [
        "user_create",
        "user_update",
    ]
    own = client.post(f"/site/people/{cast.sita.pk}/", {"is_superuser": "on"})
    assert "Another site admin" in own.content.decode()
    assert client.get("/site/people/999999/").status_code == 404


def test_projects_with_their_sizes(client: Client, cast: Cast) -> None:
    ranking_task(cast.project)
    prompt_make(cast.other)
    page = sign_in(client, cast.sita).get("/site/projects/")
    sizes = {size.project.slug: size for size in page.context["sizes"]}
    here = sizes["everyday"]
    assert (here.members, here.prompts, here.tasks, here.rankings) == (5, 1, 1, 0)
    assert (sizes["elsewhere"].prompts, sizes["elsewhere"].tasks) == (1, 0)
    assert page.context["site"].people == 7
    assert page.context["site"].database > 0


def test_history_is_of_the_whole_site(client: Client, cast: Cast) -> None:
    audit(project=cast.project, actor=cast.ada, verb="member_add", target="nora")
    audit(project=None, actor=cast.sita, verb="user_create", target="nick")
    page = sign_in(client, cast.sita).get("/site/history/")
    assert [item["event"].target for item in page.context["items"]] == ["nick", "nora"]
    assert "Everyday" in page.content.decode()
