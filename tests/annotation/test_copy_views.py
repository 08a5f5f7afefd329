"""The page that copies a project, and the one that shows how far its prompts are."""

import pytest
from django.test import Client

from annotation.models import Project
from annotation.pool.jobs import job_run
from annotation.pool.tasks import WORKS
from tests.annotation.test_people_project_views import check_access, sign_in
from tests.annotation.work import prompt_make
from tests.cast import Cast

pytestmark = pytest.mark.django_db
URL = "/p/everyday/copy/"


def test_it_works(client: Client, cast: Cast) -> None:
    prompt_make(cast.project)
    sign_in(client, cast.ada)
    assert URL in client.get("/p/everyday/settings/").content.decode()
    page = client.get(URL).content.decode()
    assert "Everyday, a copy" in page
    assert "1 prompt, with its split" in page
    answer = client.post(URL, {"name": "Again", "prompts": "on", "members": "on"})
    assert answer["Location"] == "/p/again/copied/"
    waiting = client.get("/p/again/copied/").content.decode()
    assert "Waiting" in waiting
    assert "hx-get" in waiting
    made = Project.objects.get(slug="again")
    job_run(job_id=made.prompt_jobs.get().pk, works=WORKS)
    done = client.get("/p/again/copied/", headers={"HX-Request": "true"}).content.decode()
    assert "All prompts are here" in done
    assert "hx-get" not in done
    assert "<html" not in done
    assert made.memberships.count() == 5


def test_without_prompts_it_is_ready_at_once(client: Client, cast: Cast) -> None:
    answer = sign_in(client, cast.ada).post(URL, {"name": "Again"})
    assert answer["Location"] == "/p/again/settings/"
    assert client.get("/p/again/copied/").status_code == 404


def test_a_bad_one_is_told(client: Client, cast: Cast) -> None:
    sign_in(client, cast.ada)
    taken = client.post(URL, {"name": "Again", "slug": "elsewhere"})
    assert "Another project has this address" in taken.content.decode()
    assert client.post(URL, {"name": "\u200b"}).status_code == 200
    assert Project.objects.count() == 2


def test_it_checks_access(client: Client, cast: Cast) -> None:
    for url in (URL, "/p/everyday/copied/"):
        check_access(client, cast, url)
        assert sign_in(client, cast.rosa).post(url, {"name": "Mine"}).status_code == 403
    assert Project.objects.count() == 2
