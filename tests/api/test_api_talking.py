"""Dialogues through the API: asked for, claimed, held turn by turn, handed in."""

import pytest

from annotation.models import Demonstration, Ranking, Task, Turn
from tests.annotation.work import SCRIPT, demonstration_task, dialogue_task, prompt_make
from tests.api.test_api_work import HERE, claim, end

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def ask(client, **body):
    return client.post(f"{HERE}tasks/dialogues/", {"count": 1, **body}, format="json")


def talk(client, work, name, **body):
    return end(client, work, f"dialogue/{name}", body)


def test_ask_hold_and_hand_in(cast, as_):
    asked = ask(as_(cast.rosa), count=2, topics=["Tea"], script=SCRIPT, answers=3, system="Brief.")
    assert asked.status_code == 201
    assert [task["kind"] for task in asked.json()] == ["dialogue", "dialogue"]
    assert asked.json()[0]["prompt"] is None
    client = as_(cast.lena)
    work = claim(client, kind="dialogue").json()
    assert (work["messages"], work["answers"]) == ([], [])
    assert work["dialogue"]["topic"] == "Tea"
    assert work["dialogue"]["messages"] == [{"role": "system", "content": "Brief."}]
    said = talk(client, work, "say", step=0, text="Hello").json()
    assert (said["stage"], said["step"]) == ("answers", 1)
    shown = talk(client, work, "answers").json()
    assert sorted(each["text"] for each in shown["answers"]) == SCRIPT[0]
    picked = talk(client, work, "pick", step=2, index=1, strength=3).json()
    assert picked["messages"][-1]["content"] == shown["answers"][1]["text"]
    assert (picked["stage"], picked["done"], picked["finishable"]) == ("user", 1, True)
    talk(client, work, "say", step=3, text="More")
    undone = talk(client, work, "undo", step=4).json()
    assert (undone["typed"], undone["stage"]) == ("More", "user")
    handed = end(client, work, "submit", {"instructions_version": 1})
    assert (handed.status_code, handed.json()["state"]) == (200, "submitted")
    assert end(client, work, "submit").status_code == 200
    best = Ranking.objects.get().judgments.get(rank=1)
    assert best.completion.text == shown["answers"][1]["text"]
    again = client.get(f"{HERE}assignments/{work['id']}/dialogue/").json()
    assert (again["stage"], len(again["messages"])) == ("ended", 3)


def test_both_sides(cast, as_):
    ask(as_(cast.ada), mode="both_sides")
    client = as_(cast.lena)
    work = claim(client).json()
    talk(client, work, "say", step=0, text="Hello")
    assert talk(client, work, "write", step=1, text="Hi\n").json()["done"] == 1
    assert end(client, work, "submit").status_code == 200
    assert Demonstration.objects.get().text == "Hi\n"


def test_what_was_overtaken_is_told_with_412_and_no_answers_with_503(cast, as_):
    dialogue_task(cast.project, script=[])
    client = as_(cast.lena)
    work = claim(client).json()
    for _ in range(2):
        assert talk(client, work, "say", step=0, text="Hello").status_code == 200
    moved = talk(client, work, "say", step=0, text="Else")
    assert (moved.status_code, "gone on" in str(moved.json())) == (412, True)
    none = talk(client, work, "answers")
    assert (none.status_code, "yourself" in str(none.json())) == (503, True)
    assert Turn.objects.count() == 1


def test_refusals(cast, as_):
    dialogue_task(cast.project)
    client = as_(cast.lena)
    work = claim(client).json()
    for name, body in (
        ("say", {"text": "Hello"}),
        ("say", {"step": 0, "text": " "}),
        ("say", {"step": 0, "text": "Hello", "role": "user"}),
        ("pick", {"step": 0, "index": -1, "strength": 1}),
        ("pick", {"step": 0, "index": 0, "strength": 4}),
        ("undo", {"step": 0}),
    ):
        assert talk(client, work, name, **body).status_code == 400, (name, body)
    assert end(client, work, "submit").status_code == 400
    assert talk(as_(cast.luis), work, "say", step=0, text="Hello").status_code == 404
    assert talk(as_(cast.ada), work, "say", step=0, text="Hello").status_code == 403
    demonstration_task(cast.project)
    other = claim(as_(cast.luis)).json()
    assert talk(as_(cast.luis), other, "say", step=0, text="Hello").status_code == 400
    assert as_(cast.luis).get(f"{HERE}assignments/{other['id']}/dialogue/").status_code == 400
    assert other["dialogue"] is None


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("count", {"count": 0}),
        ("mode", {"mode": "x"}),
        ("answers", {"answers": 5}),
        ("min_turns", {"min_turns": 3, "max_turns": 2}),
        ("script", {"script": [["one"]]}),
        ("prompts", {"prompts": [10**6]}),
        ("topic", {"topic": "x"}),
    ],
)
def test_what_cannot_be_asked_for(cast, as_, field, body):
    refused = ask(as_(cast.ada), **body)
    assert (refused.status_code, list(refused.json())) == (400, [field])
    assert not Task.objects.exists()
    assert ask(as_(cast.lena)).status_code == 403


def test_a_dialogue_about_a_prompt(cast, as_):
    prompt = prompt_make(cast.project, "What is tea?")
    asked = ask(as_(cast.ada), prompts=[prompt.pk], mode="both_sides").json()
    assert asked[0]["prompt"] == prompt.pk
    work = claim(as_(cast.lena)).json()
    assert work["dialogue"]["stage"] == "assistant"
    assert work["messages"] == prompt.messages


def test_a_red_team_picks_the_worse(cast, as_):
    cast.project.ranking_aim, cast.project.severity_asked = "worst", "worst"
    cast.project.save()
    dialogue_task(cast.project)
    client = as_(cast.lena)
    work = claim(client).json()
    assert work["dialogue"]["aim"] == "worst"
    talk(client, work, "say", step=0, text="Hello")
    shown = talk(client, work, "answers").json()["answers"]
    pick = {"step": 2, "index": 0, "strength": 1, "aim": "worst"}
    unsaid = talk(client, work, "pick", **pick)
    assert (unsaid.status_code, "how severe" in str(unsaid.json())) == (400, True)
    assert talk(client, work, "pick", **pick, severity=2).status_code == 200
    assert end(client, work, "submit").status_code == 200
    worst = Ranking.objects.get().judgments.get(rank=2)
    assert (worst.completion.text, worst.severity) == (shown[0]["text"], 2)
