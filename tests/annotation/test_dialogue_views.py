"""The chat page, with and without scripts: what it shows, takes and refuses."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from annotation.dialogue.talks import talk_of
from annotation.dialogue.turns import answers_offer
from annotation.models import Assignment, Conversation, Membership, Ranking, Turn, User
from annotation.people.projects import project_update
from tests.annotation.work import (
    SCRIPT,
    at,
    claimed,
    demonstration_task,
    dialogue_task,
)
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]

Enter = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def enter() -> Enter:
    def enter(person: User) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return enter


@pytest.fixture
def lease(cast: Cast) -> Assignment:
    dialogue_task(cast.project, topics=["Your *garden*"])
    return claimed(cast.lena, cast.project)


def post(client: Client, lease: Assignment, name: str, **fields: object) -> Any:
    form = {"step": talk_of(lease).step, **fields}
    return client.post(at(f"dialogue-{name}", lease), form, headers=HTMX)


def test_the_start_page_goes_to_the_dialogue(cast: Cast, enter: Enter) -> None:
    dialogue_task(cast.project)
    page = enter(cast.lena).post("/p/everyday/work/", follow=True)
    lease = Assignment.objects.get()
    assert page.redirect_chain == [(at("work-dialogue", lease), 302)]
    assert enter(cast.lena).get(at("work-task", lease))["Location"] == at("work-dialogue", lease)


def test_the_page_shows_topic_and_talk(cast: Cast, enter: Enter, lease: Assignment) -> None:
    client = enter(cast.lena)
    page = client.get(at("work-dialogue", lease)).content.decode()
    assert "Your <em>garden</em>" in page
    assert not Conversation.objects.exists()
    part = post(client, lease, "say", text="Hello *you*").content.decode()
    assert "Hello <em>you</em>" in part
    assert "<html" not in part
    assert 'hx-trigger="load, click"' in part
    part = post(client, lease, "answers").content.decode()
    assert all(answer in part for answer in SCRIPT[0])


def test_what_wrote_an_answer_reaches_no_labeler(
    cast: Cast, enter: Enter, lease: Assignment
) -> None:
    client = enter(cast.lena)
    post(client, lease, "say", text="Hello")
    answers_offer(assignment=lease)
    turn = Turn.objects.get(provenance="offered")
    turn.answers.update(origin="gpt-secret")
    page = client.get(at("work-dialogue", lease)).content.decode()
    assert "secret" not in page
    texts = re.findall(r'id="answer-[A-C]" dir="auto">\s*<p>(.*?)</p>', page)
    assert texts == [SCRIPT[0][slot] for slot in turn.order]


def test_without_scripts_every_step_is_a_page(cast: Cast, enter: Enter, lease: Assignment) -> None:
    client = enter(cast.lena)
    for name, fields in (
        ("say", {"text": "Hello\r\nyou", "step": 0}),
        ("answers", {"text": "", "step": 1}),
        ("pick", {"answer": 1, "strength": 2, "text": "", "step": 2}),
        ("undo", {"text": "", "step": 3}),
        ("write", {"text": "Mine", "step": 4}),
    ):
        answer = client.post(at(f"dialogue-{name}", lease), fields)
        assert answer["Location"] == at("work-dialogue", lease), name
    assert [turn.text for turn in Turn.objects.order_by("position")] == ["Hello\nyou", "Mine"]
    answer = client.post(at("dialogue-finish", lease), {"instructions_version": 1})
    assert answer["Location"] == "/p/everyday/work/"
    assert Ranking.objects.get().outcome == "none_acceptable"


def test_what_is_refused_comes_back_with_what_was_typed(
    cast: Cast, enter: Enter, lease: Assignment
) -> None:
    client = enter(cast.lena)
    answer = post(client, lease, "say", text="kept \0")
    assert answer.status_code == 422
    assert b"cannot be stored" in answer.content
    assert b"kept" in answer.content
    assert b"hx-swap-oob" in answer.content
    page = client.post(at("dialogue-say", lease), {"text": "kept too \0", "step": 0})
    assert (page.status_code, b"kept too" in page.content) == (422, True)
    assert b"<html" in page.content


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"answer": "x", "strength": "1"},
        {"answer": "0"},
        {"answer": "7", "strength": "1"},
        {"answer": "0", "strength": "9"},
        {"answer": "0", "strength": "1", "step": "x"},
        {"answer": "0", "strength": "1", "step": ""},
    ],
)
def test_half_a_choice_is_refused(
    cast: Cast, enter: Enter, lease: Assignment, form: dict[str, str]
) -> None:
    client = enter(cast.lena)
    post(client, lease, "say", text="Hello")
    post(client, lease, "answers")
    answer = post(client, lease, "pick", **form)
    assert answer.status_code == 422
    assert talk_of(lease).stage == "choice"


def test_an_overtaken_page_is_told_and_shown_how_it_stands(
    cast: Cast, enter: Enter, lease: Assignment
) -> None:
    client = enter(cast.lena)
    post(client, lease, "say", text="Hello")
    form = {"text": "Else", "step": 0, "place": 0}
    answer = client.post(at("dialogue-say", lease), form, headers=HTMX)
    assert answer.status_code == 422
    assert b"has gone on" in answer.content
    assert b"Hello" in answer.content
    kept = b'<pre class="text" dir="auto">Else</pre>'  # for the user's next turn
    assert kept in answer.content
    assert kept in client.get(at("work-dialogue", lease)).content


def test_finishing_too_early_and_under_old_instructions(
    cast: Cast, enter: Enter, lease: Assignment
) -> None:
    client = enter(cast.lena)
    answer = post(client, lease, "finish")
    assert (answer.status_code, b"Go on for 1 more turn" in answer.content) == (422, True)
    assert b"<html" in client.post(at("dialogue-finish", lease), {}).content
    post(client, lease, "say", text="Hello")
    post(client, lease, "write", text="Mine")
    project_update(actor=cast.ada, project=cast.project, instructions="New")
    answer = post(client, lease, "finish", instructions_version=1)
    assert b"instructions have changed" in answer.content
    answer = post(client, lease, "finish", instructions_version=2)
    assert answer["HX-Redirect"] == "/p/everyday/work/"
    again = client.get(at("work-dialogue", lease), follow=True)
    assert b"My dialogue" in again.content
    assert b"submitted already" in post(client, lease, "say", text="More").content


def test_what_was_handed_in_is_shown_as_it_was(cast: Cast, enter: Enter, lease: Assignment) -> None:
    client = enter(cast.lena)
    for name, fields in (
        ("say", {"text": "Hello *you*"}),
        ("answers", {}),
        ("pick", {"answer": 1, "strength": 3}),
        ("finish", {}),
    ):
        post(client, lease, name, **fields)
    done = client.get("/p/everyday/work/done/").content.decode()
    assert at("work-task", lease) in done
    page = client.get(at("work-task", lease), follow=True).content.decode()
    turn = Turn.objects.get(role="assistant")
    assert "Hello <em>you</em>" in page
    assert turn.text in page
    assert "B · significantly better" in page
    others = {answer.text for answer in turn.answers.all()} - {turn.text}
    assert not any(text in page for text in others)
    assert "textarea" not in page


def test_what_was_skipped_is_not_shown_again(cast: Cast, enter: Enter, lease: Assignment) -> None:
    client = enter(cast.lena)
    post(client, lease, "say", text="Hello")
    client.post(at("work-skip", lease), {"reason": "unclear"})
    page = client.get(at("work-dialogue", lease), follow=True).content.decode()
    assert "This task is skipped already." in page


def test_an_action_opened_by_its_address_shows_the_page(
    cast: Cast, enter: Enter, lease: Assignment
) -> None:
    for name in ("say", "answers", "pick", "write", "undo", "finish"):
        answer = enter(cast.lena).get(at(f"dialogue-{name}", lease))
        assert answer["Location"] == at("work-dialogue", lease)


def test_a_dialogue_is_its_labelers_own(cast: Cast, enter: Enter, lease: Assignment) -> None:
    for person in (cast.luis, cast.otto):
        assert enter(person).get(at("work-dialogue", lease)).status_code == 404
        assert post(enter(person), lease, "say", text="Hello").status_code == 404
    assert not Turn.objects.exists()
    demonstration_task(cast.project)
    other = claimed(cast.luis, cast.project)
    assert post_any(enter(cast.luis), other) == {400}


def post_any(client: Client, lease: Assignment) -> set[int]:
    names = ("say", "answers", "pick", "write", "undo", "finish")
    urls = [reverse(f"dialogue-{name}", args=["everyday", lease.public_id]) for name in names]
    return {client.post(url, {"step": 0, "text": "x"}).status_code for url in urls}


def test_who_is_suspended_at_work_is_told(cast: Cast, enter: Enter, lease: Assignment) -> None:
    Membership.objects.filter(user=cast.lena).update(state="suspended")
    answer = post(enter(cast.lena), lease, "say", text="Hello")
    assert answer.status_code == 403
    assert "not an active labeler" in answer.json()["error"]


def test_a_pick_under_no_known_aim_is_refused(cast: Cast, enter: Enter, lease: Assignment) -> None:
    client = enter(cast.lena)
    post(client, lease, "say", text="Hello")
    post(client, lease, "answers")
    answer = post(client, lease, "pick", answer=0, strength=1, aim="bogus")
    assert "Unknown aim: bogus." in answer.content.decode()


def test_a_severity_is_told_in_the_readers_language(
    cast: Cast, enter: Enter, lease: Assignment
) -> None:
    project_update(
        actor=cast.ada, project=cast.project, ranking_aim="worst", severity_asked="worst"
    )
    client = enter(cast.lena)
    post(client, lease, "say", text="Hello")
    post(client, lease, "answers")
    post(client, lease, "pick", answer=0, strength=1, severity=2, aim="worst")
    page = client.get(at("work-dialogue", lease), headers={"Accept-Language": "de"})
    assert "A · etwas schlechter · Schwere 2" in page.content.decode()
