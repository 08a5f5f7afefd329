"""The list of what was begun and not handed in, on the pages of a labeler's work."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from annotation.models import Assignment, Membership, Task
from annotation.prompts.marks import Marks
from annotation.queue.claims import leases_expire
from annotation.queue.drafts import draft_save
from annotation.queue.tasks import task_create
from tests.annotation.work import Enter, at, claimed, demonstration_task, lease_age, prompt_make
from tests.cast import Cast

pytestmark = pytest.mark.django_db
PAGES = ("/p/everyday/work/", "/p/everyday/work/done/")
TITLE = "Begun and not handed in"


@pytest.fixture
def begun(cast: Cast) -> Assignment:
    """Lena's, of which the time ran out, and which others may do."""
    demonstration_task(cast.project)
    lease = claimed(cast.lena, cast.project)
    lease_age(lease, hours=1)
    Assignment.objects.filter(pk=lease.pk).update(draft={"text": "An hour of work"})
    leases_expire(now=timezone.now())
    return lease


def content(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def test_it_is_found_from_every_page_of_the_work(
    cast: Cast, enter: Enter, begun: Assignment
) -> None:
    client = enter(cast.lena)
    for page in PAGES:
        shown = content(client, page)
        assert f'href="{at("work-task", begun)}"' in shown
        assert begun.task.messages[0]["content"] in shown
    assert "1 begun and not handed in" in content(client, "/")
    assert "An hour of work" in content(client, at("work-task", begun))


def test_nobody_else_finds_it(cast: Cast, enter: Enter, begun: Assignment) -> None:
    client = enter(cast.luis)
    for page in (*PAGES, "/"):
        assert str(begun.public_id) not in content(client, page)
    assert "1 begun and not" not in content(client, "/")


def test_what_it_is_about_is_hidden_from_who_wants_that(
    cast: Cast, enter: Enter, begun: Assignment
) -> None:
    prompt = prompt_make(cast.project, "Something cruel", marks=Marks(sensitive=("violence",)))
    marked = task_create(project=cast.project, kind=Task.Kind.DEMONSTRATION, prompt=prompt)
    Assignment.objects.filter(pk=begun.pk).update(task=marked)
    client = enter(cast.lena)
    assert "Something cruel" not in content(client, PAGES[0])
    Membership.objects.filter(user=cast.lena).update(veil=False)
    assert "Something cruel" in content(client, PAGES[0])


@pytest.mark.parametrize(("back", "page"), [("work", PAGES[0]), ("work-done", PAGES[1])])
def test_it_is_discarded_and_brought_back(
    cast: Cast, enter: Enter, begun: Assignment, back: str, page: str
) -> None:
    client = enter(cast.lena)
    answer: Any = client.post(at("work-discard", begun), {"back": back})
    assert answer.url.startswith(page)
    after = content(client, answer.url)
    assert f'data-task="{begun.public_id}"' not in after
    assert at("work-recover", begun) in after
    assert "An hour of work" not in content(client, at("work-task", begun))
    answer = client.post(at("work-recover", begun), {"back": back})
    assert f'data-task="{begun.public_id}"' in content(client, answer.url)
    assert "An hour of work" in content(client, at("work-task", begun))


def test_what_is_at_hand_is_not_discarded(cast: Cast, enter: Enter) -> None:
    demonstration_task(cast.project)
    lease = claimed(cast.lena, cast.project)
    draft_save(assignment=lease, draft={"text": "At hand"})
    client = enter(cast.lena)
    answer: Any = client.post(at("work-discard", lease))
    assert "Only what you began and let go" in content(client, answer.url)
    lease.refresh_from_db()
    assert lease.draft["text"] == "At hand"


def kept(client: Client, ids: object) -> Any:
    return client.post("/work/kept/", json.dumps({"ids": ids}), content_type="application/json")


def test_of_what_a_browser_keeps_each_is_told_of_their_own(
    cast: Cast, enter: Enter, begun: Assignment
) -> None:
    ids = [str(begun.public_id), "00000000-0000-0000-0000-000000000000"]
    (told,) = kept(enter(cast.lena), ids).json()["tasks"]
    assert (told["id"], told["project"], told["over"]) == (ids[0], "everyday", True)
    assert told["draft"] == {"text": "An hour of work"}
    for other in (cast.luis, cast.ada, cast.otto):
        assert kept(enter(other), ids).json() == {"tasks": []}


def test_a_stranger_is_told_nothing(begun: Assignment, client: Client) -> None:
    assert kept(client, [str(begun.public_id)]).status_code == 302


@pytest.mark.parametrize("ids", [None, 3, [3], ["x"], {"a": 1}])
def test_what_is_no_list_of_tasks_is_refused(cast: Cast, enter: Enter, ids: object) -> None:
    assert kept(enter(cast.lena), ids).status_code == 400
