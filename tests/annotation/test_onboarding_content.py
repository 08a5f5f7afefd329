"""What a step asks is checked before it is stored."""

import pytest
from django.core.exceptions import ValidationError

from annotation.onboarding.content import content_new, content_validate
from tests.annotation.onboarding import QUIZ, SCREENED, gold_for

pytestmark = pytest.mark.django_db


def checked(cast, kind, content, body="Text."):
    return content_validate(content, kind=kind, project=cast.project, body=body)


def test_a_screening_has_the_cut_offs_of_the_paper(cast):
    content = checked(cast, "screening", SCREENED)
    assert content["cutoffs"] == {"sensitive": 75, "ranking": 75, "demonstrations": 6}
    assert set(content) == set(content_new("screening"))


def test_a_read_step_may_show_the_instructions(cast):
    cast.project.instructions = "Be **kind**."
    assert checked(cast, "read", {"instructions": True}, "")["text"] == "Be **kind**."
    assert "text" not in checked(cast, "read", {})


@pytest.mark.parametrize(
    ("kind", "wrong", "words"),
    [
        ("read", {"colour": 1}, "holds"),
        ("read", [], "holds"),
        ("consent", {"statement": " "}, "empty"),
        ("quiz", {"questions": []}, "one question"),
        ("quiz", {"questions": "x"}, "at most"),
        ("quiz", {"questions": [{"text": "Q"}]}, "has a text and options"),
        ("quiz", {"questions": [{"text": "Q", "options": [{"text": "a"}]}]}, "is right or not"),
        (
            "quiz",
            {"questions": [{"text": "Q", "options": [{"text": "a", "right": True}]}]},
            "two options",
        ),
        (
            "quiz",
            {"questions": [{"text": "Q", "options": [{"text": "a", "right": True}] * 2}]},
            "exactly one",
        ),
        ("practice", {"golds": [0]}, "no gold"),
        ("practice", {"golds": ["1"]}, "numbers"),
        ("screening", {}, "asks for nothing"),
        ("screening", {**SCREENED, "cutoffs": {"demonstrations": 8}}, "between 1 and 7"),
        ("screening", {**SCREENED, "cutoffs": {"speed": 8}}, "cut-offs for"),
        ("screening", {**SCREENED, "texts": [{"text": "a"}]}, "sensitive or not"),
        ("screening", {**SCREENED, "demonstrations": [""]}, "empty"),
    ],
)
def test_what_makes_no_step_is_refused_in_words(cast, kind, wrong, words):
    with pytest.raises(ValidationError, match=words) as refused:
        checked(cast, kind, wrong)
    assert list(refused.value.message_dict) == ["content"]


def test_a_read_step_without_a_text_is_refused(cast):
    with pytest.raises(ValidationError, match="Write what is to be read"):
        checked(cast, "read", {}, " ")


def test_gold_is_of_the_project_and_its_purpose(cast):
    mine, theirs = gold_for(cast.project, "practice"), gold_for(cast.other, "practice")
    assert checked(cast, "practice", {"golds": [mine.pk, mine.pk]}) == {"golds": [mine.pk]}
    for kind, pk in (("practice", theirs.pk), ("screening", mine.pk)):
        content = {**(SCREENED if kind == "screening" else {}), "golds": [pk]}
        with pytest.raises(ValidationError, match="no gold"):
            checked(cast, kind, content)


def test_a_quiz_is_stored_whole(cast):
    short = [
        {key: each[key] for key in ("text", "multiple", "options")} for each in QUIZ["questions"]
    ]
    assert checked(cast, "quiz", {"questions": short})["questions"][0]["explanation"] == ""
