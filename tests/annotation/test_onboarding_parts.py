"""What the parts of a step ask, and how answers are read from their pages."""

import pytest
from django.http import QueryDict

from annotation.onboarding.answers import answer_posted, asked_of, shown_order, values_of
from annotation.onboarding.models import OnboardingAttempt
from annotation.onboarding.parts import Part, parts_of, quiz_right
from tests.annotation.onboarding import QUIZ, SCREENED, gold_for

pytestmark = pytest.mark.django_db
QUESTIONS = QUIZ["questions"]


@pytest.mark.parametrize(
    ("chosen", "right"),
    [
        ([[1], [0, 1]], [True, True]),
        ([[0], [0, 1]], [False, True]),
        ([[1], [0]], [True, False]),  # not all of them
        ([[1], [0, 1, 2]], [True, False]),  # and one too many
    ],
)
def test_a_question_is_right_as_a_whole(chosen, right):
    assert quiz_right(QUESTIONS, chosen) == right


def test_the_parts_of_a_screening_come_in_order(cast):
    gold = gold_for(cast.project, "screening")
    content = {**SCREENED, "golds": [gold.pk, 0]}
    found = parts_of(kind="screening", content=content, project=cast.project)
    assert [each.key for each in found] == [
        "texts",
        f"ranking-{gold.pk}",
        "demonstration-0",
        "demonstration-1",
        "topics",
    ]
    empty: dict[str, list[str]] = {"texts": [], "golds": [], "demonstrations": [], "topics": []}
    assert parts_of(kind="screening", content=empty, project=cast.project) == []
    assert parts_of(kind="read", content={}, project=cast.project) == []


@pytest.mark.parametrize(
    ("part", "posted", "answer"),
    [
        (Part("quiz", "quiz", QUESTIONS), "q-0=1&q-1=0&q-1=1", {"chosen": [[1], [0, 1]]}),
        (Part("texts", "texts", SCREENED["texts"][:2]), "t-1=yes", {"said": [None, True]}),
        (Part("topics", "topics", ["One", "Two"]), "s-0=5&s-1=x", {"said": [5, -1]}),
        (Part("demonstration", "demonstration-0", "Why?"), "text=a%0D%0Ab", {"text": "a\nb"}),
    ],
)
def test_answers_are_read_from_their_page(part, posted, answer):
    assert answer_posted(part, QueryDict(posted), OnboardingAttempt()) == answer


def test_an_answer_is_shown_as_it_was_given():
    part = Part("quiz", "quiz", QUESTIONS)
    shown = asked_of(part, values_of(part, {"chosen": [[1], [0, 1]]}))
    assert [[choice.checked for choice in each.choices] for each in shown] == [
        [False, True],
        [True, True, False],
    ]
    assert [each.kind for each in shown] == ["radio", "checkbox"]
    texts = Part("texts", "texts", SCREENED["texts"][:2])
    assert values_of(texts, {"said": [True, False]}) == {"t-0": ["yes"], "t-1": ["no"]}


def test_a_ranking_is_read_by_the_tasks_slots(cast):
    gold = gold_for(cast.project, "practice")
    part, attempt = Part("ranking", f"ranking-{gold.pk}", gold), OnboardingAttempt(seed=12345)
    order = shown_order(part, attempt)
    assert sorted(order) == [0, 1, 2, 3]
    posted = "&".join(f"rank-{place}={slot + 1}" for place, slot in enumerate(order))
    assert answer_posted(part, QueryDict(posted), attempt) == {"ranks": [1, 2, 3, 4]}
    assert answer_posted(part, QueryDict(""), attempt) == {"ranks": [None] * 4}
