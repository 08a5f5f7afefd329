"""MinHash and its index against what every pair of texts really shares."""

import random
from itertools import combinations

import numpy as np
import pytest

from annotation.prompts.cleaning import near_duplicates
from annotation.prompts.cleaning.near_duplicates import (
    PERMUTATIONS,
    Index,
    jaccard,
    rows_of_band,
    shingles,
    signature,
)


def test_jaccard_by_hand() -> None:
    assert shingles("abcdef") == {"abcde", "bcdef"}
    assert jaccard("abcdef", "abcdeg") == 1 / 3  # {abcde} of {abcde, bcdef, bcdeg}
    assert jaccard("abc", "abc") == 1
    assert jaccard("", "") == 1


def texts(count: int) -> list[str]:
    """Sentences of made-up words, each fifth one a lightly changed copy of the one before."""
    draw = random.Random(7)
    words = ["".join(draw.choices("abcdefghij", k=draw.randint(2, 8))) for _ in range(200)]
    made: list[str] = []
    for number in range(count):
        if number % 5 == 4:
            copied = made[-1].split()
            for _ in range(draw.randint(0, 4)):
                copied[draw.randrange(len(copied))] = draw.choice(words)
            made.append(" ".join(copied))
        else:
            made.append(" ".join(draw.choices(words, k=40)))
    return made


def test_a_signature_estimates_what_texts_share() -> None:
    made = texts(60)
    signatures = [signature(text) for text in made]
    for one, other in combinations(range(len(made)), 2):
        estimate = np.count_nonzero(signatures[one] == signatures[other]) / PERMUTATIONS
        # Five standard deviations of a share of 128 draws.
        true = jaccard(made[one], made[other])
        assert abs(estimate - true) <= 5 * (max(true * (1 - true), 1 / 128) / PERMUTATIONS) ** 0.5


@pytest.mark.parametrize("threshold", [0.6, 0.8, 0.9, 1.0])
@pytest.mark.parametrize("built", [0, 150, 300])
def test_the_index_finds_nearly_all_pairs(
    threshold: float, built: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an earlier scan kept and what came since alike, sorted in or not."""
    monkeypatch.setattr(near_duplicates, "FRESH", 60)
    made = texts(300)
    signatures = [signature(text) for text in made]
    index = Index(threshold)
    index.build(range(built), [minima.tobytes() for minima in signatures[:built]])
    found = set()
    for number, minima in enumerate(signatures):
        found |= {(earlier, number) for earlier in index.candidates(number, minima)}
        if number >= built:
            index.add(number, minima)
    wanted = {
        (one, other)
        for one, other in combinations(range(len(made)), 2)
        if jaccard(made[one], made[other]) >= threshold
    }
    assert len(wanted) >= 5
    assert len(wanted & found) >= 0.9 * len(wanted)
    assert len(found) <= 3 * 60  # and next to nothing else is compared


def test_bands_are_as_wide_as_they_may_be() -> None:
    assert [rows_of_band(threshold) for threshold in (0.6, 0.8, 0.9, 1.0)] == [4, 8, 8, 16]


def test_an_odd_text_has_a_signature() -> None:
    for text in ("", "a", "é🜚", "x" * 20_000):
        assert signature(text).shape == (PERMUTATIONS,)
    assert (signature("ab") != signature("ba")).any()
