"""What a text must hold before it is stored."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from annotation.texts import amid, leaves_mark, newlines_plain, text_validate


@pytest.mark.parametrize("text", ["a", " .", "\u200bé", "😀", "\u0301a", "\u4e00"])
def test_what_can_be_seen_leaves_a_mark(text):
    assert leaves_mark(text)
    assert text_validate(text, what="It") == text


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "\n\t", "\u00a0\u3000", "\x01\x7f", "\u200b\u200d\u2060", "\ufeff", "\u202e"),
        *("\u00ad", "\u3164", "\u2800", "\u115f\uffa0", "\ufe0f"),
    ],
)
def test_what_cannot_be_seen_is_empty(text):
    assert not leaves_mark(text)
    with pytest.raises(ValidationError, match="is empty"):
        text_validate(text, what="It")
    assert text_validate(text, what="It", blank=True) == text


def test_line_breaks_are_made_plain():
    assert newlines_plain("a\r\nb\rc\nd\r\r\n") == "a\nb\nc\nd\n\n"


def test_a_label_amid_a_sentence_keeps_its_capital_in_german_only():
    assert amid("Ranking") == "ranking"
    with translation.override("de"):
        assert amid("Rangfolge") == "Rangfolge"
