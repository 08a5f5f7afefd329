"""Several tabs, or requests that were sent again, at the same moment: everything counts once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from annotation.dialogue.finishing import conversation_finish
from annotation.dialogue.talks import ConversationMovedError, talk_of
from annotation.dialogue.turns import answers_offer, turn_pick, turn_say, turn_undo
from annotation.integrity import faults_find
from annotation.models import Assignment, Conversation, Ranking, Turn, TurnAnswer
from tests.annotation.work import claimed, dialogue_task
from tests.cast import Cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.service]
TABS = 4


@pytest.fixture
def lease(cast: Cast) -> Assignment:
    dialogue_task(cast.project)
    return claimed(cast.lena, cast.project)


def at_once(call: Callable[[int], Any]) -> list[str]:
    """What each tab met: "" where it was taken in, or the name of the error."""
    barrier = Barrier(TABS)

    def tab(number: int) -> str:
        barrier.wait()
        try:
            call(number)
        except ValidationError as error:
            return type(error).__name__
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(TABS) as threads:
        return sorted(threads.map(tab, range(TABS)))


def test_the_same_message_from_all_is_one(lease: Assignment) -> None:
    assert at_once(lambda _: turn_say(assignment=lease, step=0, text="Hello")) == [""] * TABS
    assert (Conversation.objects.count(), Turn.objects.count()) == (1, 1)
    assert at_once(lambda _: answers_offer(assignment=lease)) == [""] * TABS
    assert (Turn.objects.count(), TurnAnswer.objects.count()) == (2, 3)


def test_of_different_choices_one_counts(lease: Assignment) -> None:
    turn_say(assignment=lease, step=0, text="Hello")
    step = answers_offer(assignment=lease).step
    met = at_once(lambda number: turn_pick(assignment=lease, step=step, index=0, strength=number))
    assert met == ["", *[ConversationMovedError.__name__] * (TABS - 1)]
    assert talk_of(lease).done == 1
    met = at_once(lambda _: turn_undo(assignment=lease, step=step + 1))
    assert met == ["", *[ConversationMovedError.__name__] * (TABS - 1)]
    assert talk_of(lease).stage == "choice"


def test_finished_by_all_is_finished_once(lease: Assignment) -> None:
    turn_say(assignment=lease, step=0, text="Hello")
    step = answers_offer(assignment=lease).step
    turn_pick(assignment=lease, step=step, index=0, strength=0)
    assert at_once(lambda _: conversation_finish(assignment=lease)) == [""] * TABS
    assert Ranking.objects.count() == 1
    assert list(faults_find()) == []
