"""The page that asks for dialogues."""

import json
from typing import Any

import pytest
from django.test import Client

from annotation.models import Dialogue, Task, User
from annotation.prompts import answers
from tests.annotation.work import SCRIPT
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]

HERE = "/p/everyday/dialogues/new/"
FORM = {
    "count": 3,
    "mode": "choose",
    "topics": "Gardens\r\n\r\nStars",
    "min_turns": 1,
    "max_turns": 4,
    "answers": 3,
}


def send(person: User, **changes: Any) -> Any:
    client = Client()
    client.force_login(person)
    return client.post(HERE, {**FORM, **changes}, follow=True)


def test_asking_puts_tasks_into_the_queue(cast: Cast) -> None:
    page = send(cast.rosa, script=json.dumps(SCRIPT), system="Be\r\nbrief.")
    assert "Labelers are asked for 3 dialogues now." in page.content.decode()
    topics = Dialogue.objects.order_by("pk").values_list("topic", flat=True)
    assert list(topics) == ["Gardens", "Stars", "Gardens"]
    made = Dialogue.objects.all()[0]
    assert (made.system, made.script, made.answers) == ("Be\nbrief.", SCRIPT, 3)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"count": 0}, "greater than or equal to 1"),
        ({"mode": ""}, "This field is required"),
        ({"min_turns": 5}, "The fewest turns lie between 1 and the most."),
        ({"script": "{"}, "This is not JSON."),
        ({"script": "7"}, "A script is a list"),
        ({"script": '[["a"]]'}, "Turn 1 of the script needs"),
        ({"mode": "both_sides", "script": json.dumps(SCRIPT)}, "Nothing is chosen among"),
    ],
)
def test_what_is_refused_is_said_beside_its_field(
    cast: Cast, changes: dict[str, Any], words: str
) -> None:
    page = send(cast.ada, **changes).content.decode()
    assert words in page
    assert 'class="errorlist"' in page
    assert not Task.objects.exists()


def test_the_page_says_where_answers_come_from(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    client.force_login(cast.ada)
    monkeypatch.setattr(answers, "_finds", [])
    assert "No model answers in this project" in client.get(HERE).content.decode()
    monkeypatch.setattr(answers, "_finds", [lambda _: lambda _messages, _n: []])
    assert "The project's model answers" in client.get(HERE).content.decode().replace("&#x27;", "'")


def test_labelers_do_not_ask(cast: Cast) -> None:
    assert send(cast.lena).status_code == 403
    assert not Task.objects.exists()


def test_the_projects_page_leads_there(cast: Cast) -> None:
    client = Client()
    for person, there in ((cast.ada, True), (cast.rosa, True), (cast.sita, True)):
        client.force_login(person)
        page = client.get("/p/everyday/").content.decode()
        assert (f'href="{HERE}"' in page) == there
