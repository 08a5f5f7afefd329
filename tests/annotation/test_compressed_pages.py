"""Which pages travel compressed: none that shows what its address says. The reason stands in
docs/architecture.md."""

import gzip
import re

import pytest
from django.test import Client
from django.urls import reverse

from annotation.models import User
from annotation.queue.claims import task_claim
from tests.annotation.work import at, claimed, demonstration_task, dialogue_task
from tests.cast import Cast

pytestmark = pytest.mark.django_db
PROBE = "w4x5y6z7"


def fetched(user: User, url: str) -> tuple[bool, str]:
    """Whether the page travels compressed, and what it says to who asks it something more."""
    client = Client(headers={"accept_encoding": "gzip"})
    client.force_login(user)
    response = client.get(url, {"next": PROBE, PROBE: PROBE, "story": PROBE})
    assert response.status_code == 200
    packed = response.get("Content-Encoding") == "gzip"
    return packed, (gzip.decompress(response.content) if packed else response.content).decode()


def test_desk_pages_are_compressed_and_show_nothing_of_their_request(cast: Cast) -> None:
    demonstration_task(cast.project)
    task = claimed(cast.lena, cast.project)
    dialogue_task(cast.project)
    dialogue = task_claim(labeler=cast.luis, project=cast.project, kind="dialogue")
    assert dialogue is not None
    for user, url in (
        (cast.lena, at("work-ahead", task)),
        (cast.lena, at("work-task", task)),
        (cast.luis, at("work-dialogue", dialogue)),
        (cast.lena, reverse("write", args=[cast.project.slug])),
    ):
        packed, text = fetched(user, url)
        assert packed, url
        assert PROBE not in text, url


def test_other_pages_are_not(cast: Cast) -> None:
    for url in (reverse("home"), reverse("work", args=[cast.project.slug])):
        assert not fetched(cast.lena, url)[0], url


def test_each_page_masks_its_token_anew(cast: Cast) -> None:
    demonstration_task(cast.project)
    url = at("work-task", claimed(cast.lena, cast.project))
    client = Client()
    client.force_login(cast.lena)
    found = [
        re.findall(r'csrfmiddlewaretoken" value="(\w+)"', client.get(url).content.decode())
        for _ in "12"
    ]
    assert found[0]
    assert not set(found[0]) & set(found[1])
