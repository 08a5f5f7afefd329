"""How much of a suggested text is kept, counted by hand."""

import random

import pytest

from annotation.feedback.kept import share_kept


@pytest.mark.parametrize(
    ("text", "suggestion", "kept"),
    [
        ("a b c d", "a b c d", 1),
        ("a b\n\nc  d", "a b c d", 1),  # spaces are no words
        ("a b c d", "w x y z", 0),
        ("a b c d", "a x c d", 3 / 4),  # one word changed
        ("a b c d e", "a b c d", 4 / 5),  # one added at the end
        ("x a b c d", "a b c d", 4 / 5),  # and at the beginning
        ("a b", "a b c d e f", 1),  # what was cut away is not in the text
        ("d c b a", "a b c d", 1 / 4),  # in the other order
        ("c d a b", "a b c d", 2 / 4),  # its halves exchanged
        ("a a a b", "a", 1 / 4),  # a word counts as often as it stands there
        ("Tea, please.", "tea please", 0),  # signs and capitals are the word's
        ("a", "", 0),
        ("\u200b", "a", 0),
        ("我喜欢茶", "我喜欢水", 3 / 4),  # a script without spaces is read sign by sign
        ("I drink お茶 daily", "I drink 水 daily", 3 / 5),
    ],
)
def test_the_share_is_of_the_texts_words(text: str, suggestion: str, kept: float) -> None:
    assert share_kept(text, suggestion) == pytest.approx(kept)


def test_an_edited_paragraph() -> None:
    suggestion = "Boil the water first and then warm the pot before you add the tea"
    text = "Boil fresh water and warm the pot before you add two spoons of tea"
    # Boil water and warm the pot before you add tea: 10 of 14.
    assert share_kept(text, suggestion) == pytest.approx(10 / 14)


@pytest.mark.parametrize("words", [2_000, 100_000])
def test_long_texts_are_compared_too(words: int) -> None:
    draw = random.Random(7)
    few = [str(draw.randrange(50)) for _ in range(words)]
    other = [str(draw.randrange(50)) for _ in range(words)]
    assert 0.2 < share_kept(" ".join(few), " ".join(other)) < 0.3
    assert share_kept("a " * words, "a " * words) == 1
