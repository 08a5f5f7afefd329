"""The words that fill the corpus' prompts: what a right answer must carry over.

Most fillers join two words ("Port" + "Kelso", "plum" + "cake"). An eighth of the joins is held out:
a model that has read both words, but never that join, has to copy it word by word. Joins inside a
word ("Cor" + "haven") were tried: the tokenizer cuts them unevenly, and after 1,500 steps held-out
ones were copied in 45-70 % of the answers, against 87-100 % for joins of two words.
"""

from __future__ import annotations

import zlib
from functools import cache
from random import Random
from typing import Final

_HELDOUT_ONE_IN: Final = 8


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# sort -> (first words, last words)
JOINED: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "city": (
        _words("East Fort Glen Lake Mount New North Old Port Saint South Upper West White"),
        _words("Avon Corva Dunmore Farley Garda Harwick Kelso Lorne Milton Norden Perth Sutton")
        + _words("Tarn Vale"),
    ),
    "name": (
        _words("Anna Ben Clara David Emma Felix Grace Hugo Ivy Jonas Karen Lena Maria Nina Oscar")
        + _words("Peter Rosa Simon"),
        _words("Berg Costa Diaz Evans Fischer Hill Jensen Kim Lopez Moore Novak Otto Patel Rossi")
        + _words("Sato Turner Walker Young"),
    ),
    "animal": (
        _words("black brown grey happy old red small tall white young"),
        _words("bear cat deer dog duck fox goat goose horse mouse owl wolf"),
    ),
    "food": (
        _words("apple bean carrot cherry corn honey lemon onion plum potato rice spinach"),
        _words("bread cake curry pancakes pie salad sauce soup stew tart"),
    ),
    "thing": (
        _words("clay glass iron leather paper round silk stone tin wooden"),
        _words("bag ball bell box chair clock cup hat kite lamp mask ring"),
    ),
}
PLAIN: Final[dict[str, tuple[str, ...]]] = {
    "colour": ("blue", "golden", "green", "orange", "pink", "purple", "silver", "yellow"),
}


def _is_heldout(word: str) -> bool:
    return zlib.crc32(word.encode()) % _HELDOUT_ONE_IN == 0


@cache
def words_of(sort: str, *, heldout: bool) -> tuple[str, ...]:
    """The training or the held-out words of a sort; plain sorts have one list for both."""
    if sort in PLAIN:
        return PLAIN[sort]
    firsts, lasts = JOINED[sort]
    words = (f"{first} {last}" for first in firsts for last in lasts)
    return tuple(word for word in words if _is_heldout(word) is heldout)


@cache
def words_known(sort: str) -> frozenset[str]:
    """All words of a sort, training and held out."""
    return frozenset(words_of(sort, heldout=False)) | frozenset(words_of(sort, heldout=True))


def word_drawn(*, sort: str, rng: Random, heldout: bool = False) -> str:
    """One word of a sort ("city", "name", ...), of the training or of the held-out ones."""
    return rng.choice(words_of(sort, heldout=heldout))
