"""Dialogues go out with everything else: they are prompts, demonstrations and rankings."""

from typing import Any

import pytest

from annotation.dialogue.finishing import conversation_finish
from annotation.dialogue.talks import talk_of
from annotation.dialogue.turns import answers_offer, turn_pick, turn_say, turn_write
from annotation.exchange.exports import export_lines, labeler_pseudonym
from annotation.models import Assignment, Project
from tests.annotation.exchange_files import imported, jsonl
from tests.annotation.work import claimed, dialogue_task
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]

SYSTEM = {"role": "system", "content": "Be brief."}


def user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def assistant(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


def hold(lease: Assignment) -> list[str]:
    """Two turns: an answer is picked, then one is written. Returns those shown first."""
    turn_say(assignment=lease, step=0, text="Hello")
    shown = [answer.text for answer in answers_offer(assignment=lease).offered]
    turn_pick(assignment=lease, step=2, index=1, strength=3)
    turn_say(assignment=lease, step=3, text="More")
    answers_offer(assignment=lease)
    turn_write(assignment=lease, step=5, text="My own.")
    return shown


@pytest.fixture
def shown(cast: Cast) -> list[str]:
    """The answers of the first turn of a conversation that was finished."""
    dialogue_task(cast.project, system=SYSTEM["content"])
    lease = claimed(cast.lena, cast.project)
    shown = hold(lease)
    conversation_finish(assignment=lease)
    return shown


def lines(project: Project, form: str) -> list[dict[str, Any]]:
    return list(export_lines(project=project, form=form))


def test_demonstrations(cast: Cast, shown: list[str]) -> None:
    history = [SYSTEM, user("Hello"), assistant(shown[1]), user("More")]
    assert lines(cast.project, "trl-prompt-completion") == [
        {"prompt": history, "completion": [assistant("My own.")]}
    ]
    assert lines(cast.project, "openai-chat") == [{"messages": [*history, assistant("My own.")]}]


def test_rankings(cast: Cast, shown: list[str]) -> None:
    best, others = shown[1], sorted({*shown} - {shown[1]})
    assert sorted(lines(cast.project, "trl-preference"), key=lambda row: str(row["rejected"])) == [
        {
            "prompt": [SYSTEM, user("Hello")],
            "chosen": [assistant(best)],
            "rejected": [assistant(other)],
        }
        for other in others
    ]
    (row,) = lines(cast.project, "kwise")
    assert [(each["text"], each["rank"]) for each in row["responses"]] == [
        (best, 1),
        *((other, 2) for other in others),
    ]
    assert (row["prompt"], row["strength"]) == ([SYSTEM, user("Hello")], 3)
    assert row["labeler"] == labeler_pseudonym(cast.project, cast.lena)


def test_what_is_not_finished_goes_out_nowhere(cast: Cast) -> None:
    dialogue_task(cast.project)
    lease = claimed(cast.lena, cast.project)
    hold(lease)
    assert talk_of(lease).finishable
    for form in ("trl-prompt-completion", "openai-chat", "trl-preference", "kwise"):
        assert lines(cast.project, form) == []


@pytest.mark.parametrize("form", ["kwise", "openai-chat"])
def test_what_went_out_comes_in_again(cast: Cast, shown: list[str], form: str) -> None:
    out = lines(cast.project, form)
    imported(cast.other, jsonl(*out))
    again = lines(cast.other, form)
    for row in (*out, *again):
        row.pop("labeler", None), row.pop("split", None)
    assert again == out
