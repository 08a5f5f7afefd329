"""A quiz typed into one field."""

import pytest
from django.core.exceptions import ValidationError

from annotation.onboarding.quiz_text import (
    blocks_read,
    blocks_write,
    flagged_read,
    flagged_write,
    quiz_read,
    quiz_write,
)
from tests.annotation.onboarding import QUIZ

TYPED = """What comes **first**?
( ) Length
(x) Help
> Nobody asked for length.

Which are flags?
[X] Sexual content
[x] Violence
[ ] A typo"""


def test_what_is_typed_is_read_and_written_again():
    assert quiz_read(TYPED) == QUIZ["questions"]
    assert quiz_read(quiz_write(QUIZ["questions"])) == QUIZ["questions"]
    assert quiz_read("") == []


def test_a_question_and_its_explanation_may_have_several_lines():
    (question,) = quiz_read("One\n\ntwo\n( ) a\n(x) b\n> because\n> of this")
    assert (question["text"], question["explanation"]) == ("One\n\ntwo", "because\nof this")


@pytest.mark.parametrize(
    ("typed", "line"),
    [("(x) a", "1"), ("> why", "1"), ("Q\n(x] a", "2"), ("Q\n(x) a\n[ ] b", "3")],
)
def test_what_cannot_be_read_is_named_by_its_line(typed, line):
    with pytest.raises(ValidationError, match=f"Line {line}:"):
        quiz_read(typed)


def test_texts_to_flag():
    texts = [{"text": "One\ntwo", "sensitive": True}, {"text": "Three", "sensitive": False}]
    assert flagged_read("[x] One\ntwo\n\n[ ] Three") == texts
    assert flagged_read(flagged_write(texts)) == texts
    with pytest.raises(ValidationError, match="Line 1:"):
        flagged_read("One")


def test_prompts_stand_between_lines():
    assert blocks_read("One\n\ntwo\n---\n\nThree\n---\n") == ["One\n\ntwo", "Three"]
    assert blocks_read(blocks_write(["a\nb", "c"])) == ["a\nb", "c"]
