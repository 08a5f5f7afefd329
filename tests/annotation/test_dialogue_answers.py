"""Where answers come from: providers that apps register, scripts, and what goes wrong with them."""

import threading

import pytest

from annotation.dialogue.answers import answers_get
from annotation.models import Dialogue
from annotation.prompts import answers
from annotation.prompts.answers import AnswersUnavailableError, answers_register
from annotation.prompts.prompts import completion_create
from tests.annotation.work import SCRIPT, completions_make, dialogue_task, prompt_make

pytestmark = [pytest.mark.django_db, pytest.mark.service]

HELLO = [{"role": "user", "content": "Hello"}]


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """No provider but the test's own."""
    monkeypatch.setattr(answers, "_finds", [])


def dialogue(project, **fields):
    return Dialogue.objects.get(task=dialogue_task(project, **{"script": [], **fields}))


def get(project, turn=0, messages=HELLO, **fields):
    made = dialogue(project, **fields)
    return answers_get(project=project, dialogue=made, messages=messages, turn=turn)


def provide(*given):
    answers_register(lambda _project: lambda _messages, _n: given)


def test_a_script_is_told_turn_by_turn(cast):
    said = get(cast.project, turn=1, script=SCRIPT[:2])
    assert said == [(text, "script") for text in SCRIPT[1]]
    with pytest.raises(AnswersUnavailableError, match="no answers to choose among"):
        get(cast.project, turn=2, script=SCRIPT[:2])


def test_completions_of_the_very_same_conversation_serve(cast):
    completions_make(prompt_make(cast.project, "Hello"), 6)
    completions_make(prompt_make(cast.other, "Hello"), 6)
    said = get(cast.project)
    assert len(said) == 3
    assert get(cast.project) == said
    assert {origin for _, origin in said} == {"completion"}
    with pytest.raises(AnswersUnavailableError):
        get(cast.project, messages=[{"role": "user", "content": "Good day"}])


def test_one_answer_is_no_choice(cast):
    completion_create(prompt=prompt_make(cast.project, "Hello"), text="One")
    with pytest.raises(AnswersUnavailableError):
        get(cast.project)


def test_a_provider_is_given_the_conversation_and_the_number(cast):
    asked = []

    def provider(messages, n):
        asked.append((messages, n))
        return [("A", "model:1"), ("B", "model:2"), ("C", ""), ("D", "")]

    answers_register(lambda project: provider if project == cast.project else None)
    assert get(cast.project) == [("A", "model:1"), ("B", "model:2"), ("C", "")]
    assert asked == [(HELLO, 3)]
    with pytest.raises(AnswersUnavailableError, match="no answers"):
        get(cast.other)


def test_a_script_stands_before_a_provider(cast):
    provide(("A", ""), ("B", ""))
    assert {origin for _, origin in get(cast.project, script=SCRIPT)} == {"script"}


def test_the_later_registration_is_asked_first(cast):
    provide(("A", ""), ("B", ""))
    provide(("C", ""), ("D", ""))
    assert [text for text, _ in get(cast.project)] == ["C", "D"]


def test_what_cannot_be_shown_or_stored_is_left_out_and_equals_are_one(cast):
    provide(("A\r\n", "m" * 200), (" A ", ""), ("", ""), ("\u200b", ""), ("a\0", ""), ("B", ""))
    assert get(cast.project) == [("A\n", "m" * 120), ("B", "")]


@pytest.mark.parametrize("given", [[], [("A", "")], [("A", ""), ("A", "")], [("A",)], None])
def test_a_provider_that_says_too_little_or_nonsense_has_failed(cast, given):
    answers_register(lambda _project: lambda _messages, _n: given)
    with pytest.raises(AnswersUnavailableError, match="failed to answer"):
        get(cast.project)


def test_a_slow_provider_is_not_waited_for(cast, monkeypatch):
    monkeypatch.setattr(answers, "SECONDS", 0.05)

    released, finished = threading.Event(), threading.Event()

    def slow(messages, n):
        released.wait()
        finished.set()
        return [("A", ""), ("B", "")]

    answers_register(lambda _project: slow)
    try:
        with pytest.raises(AnswersUnavailableError, match="too long"):
            get(cast.project)
        assert not finished.is_set()
    finally:
        released.set()
