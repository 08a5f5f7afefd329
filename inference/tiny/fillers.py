"""The words that fill the corpus' prompts: what a right answer must carry over.

Most fillers join two parts ("Cor" + "haven", "plum" + "cake"). A fifth of the joins is held out:
a model that has read every part, but not that join, has to copy it part by part.
"""

from __future__ import annotations

import zlib
from functools import cache
from random import Random
from typing import Final

_HELDOUT_ONE_IN: Final = 5


def _parts(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# sort -> (first parts, last parts, what joins them)
JOINED: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...], str]]] = {
    "city": (
        _parts("Bel Cor Dun Fal Gar Hol Kel Lim Mil Nor Pal Rad Sal Tor Var Wes"),
        _parts("burg dale field ford gate haven land mont port stad ton ville"),
        "",
    ),
    "name": (
        _parts("Al Ber Clau Dor Em Fer Gil Hen Jos Kas Lor Mar Nel Os Pet Ros"),
        _parts("a bert dina elle ia ina ko lin mund na rick rin sa tin vin wen"),
        "",
    ),
    "animal": (
        _parts("black brown grey old red small white young"),
        _parts("bear cat deer dog duck fox goat goose horse mouse owl wolf"),
        " ",
    ),
    "food": (
        _parts("apple bean carrot cherry corn lemon onion plum potato rice"),
        _parts("bread cake pancakes pie salad soup stew tart"),
        " ",
    ),
    "thing": (
        _parts("glass iron leather paper silk stone tin wooden"),
        _parts("bag ball bell box chair clock cup hat kite lamp mask ring"),
        " ",
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
    firsts, lasts, glue = JOINED[sort]
    words = (f"{first}{glue}{last}" for first in firsts for last in lasts)
    return tuple(word for word in words if _is_heldout(word) is heldout)


@cache
def words_known(sort: str) -> frozenset[str]:
    """All words of a sort, training and held out."""
    return frozenset(words_of(sort, heldout=False)) | frozenset(words_of(sort, heldout=True))


def word_drawn(*, sort: str, rng: Random, heldout: bool = False) -> str:
    """One word of a sort ("city", "name", ...), of the training or of the held-out ones."""
    return rng.choice(words_of(sort, heldout=heldout))
