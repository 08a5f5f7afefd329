"""Prompts that say nearly the same: MinHash signatures, locality-sensitive hashing, then Jaccard.

Texts are compared as sets of SHINGLE characters in a row (Broder 1997, "On the resemblance and
containment of documents"). datasketch does the same, but keeps a Python set for every bucket: half
a gigabyte for 100,000 prompts. Here an index is a few arrays.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # 30 MB that only the worker of a scan needs
    import numpy as np
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]
    Signature = NDArray[np.uint32]

SHINGLE = 5
PERMUTATIONS = 128
SEED = 20_170_601
RECALL = 0.9
"""Of the pairs that are just similar enough, the least share that the index must find."""
SLACK = 0.12
"""By how much a signature's estimate may fall short; 3 of its standard deviations at most."""
CHUNK = 4096
FRESH = 2_000


def shingles(text: str) -> set[str]:
    """Every SHINGLE characters in a row; a shorter text is one shingle."""
    return {text[at : at + SHINGLE] for at in range(max(1, len(text) - SHINGLE + 1))}


def jaccard(one: str, other: str) -> float:
    """The share of their shingles that two texts have in common, 0 to 1."""
    first, second = shingles(one), shingles(other)
    return len(first & second) / len(first | second)


def signature(text: str) -> "Signature":
    """The PERMUTATIONS minima of a text's shingles, each over another order of all shingles.

    Two signatures agree at as many places, expectedly, as the texts share shingles.
    """
    import numpy as np  # noqa: PLC0415

    hashes = _hashes(text)
    factors, offsets = _permutations()
    least = np.full(PERMUTATIONS, np.iinfo(np.uint32).max, dtype=np.uint32)
    for start in range(0, len(hashes), CHUNK):
        some = hashes[start : start + CHUNK, None]
        # Multiply and shift: the upper half of a product is as good as random.
        permuted = ((some * factors + offsets) >> np.uint64(32)).astype(np.uint32)
        least = np.minimum(least, permuted.min(axis=0))
    return least


def _hashes(text: str) -> "Hashes":
    """A 64-bit number for each different shingle."""
    import numpy as np  # noqa: PLC0415

    letters = np.frombuffer(text.ljust(SHINGLE).encode("utf-32-le"), dtype=np.uint32)
    windows = np.lib.stride_tricks.sliding_window_view(letters, SHINGLE).astype(np.uint64)
    value = np.zeros(len(windows), dtype=np.uint64)
    for place in range(SHINGLE):  # FNV-1a over letters; overflow is meant
        value = (value ^ windows[:, place]) * np.uint64(0x9E3779B97F4A7C15)
        value ^= value >> np.uint64(29)
    return np.unique(value)


@cache
def _permutations() -> "tuple[Hashes, Hashes]":
    import numpy as np  # noqa: PLC0415

    draw = np.random.default_rng(SEED)
    most = np.iinfo(np.uint64).max
    factors = draw.integers(1, most, PERMUTATIONS, dtype=np.uint64) | np.uint64(1)
    return factors, draw.integers(0, most, PERMUTATIONS, dtype=np.uint64)


def rows_of_band(threshold: float) -> int:
    """How many minima make a band: as many as still find RECALL of the pairs at `threshold`."""
    for rows in (16, 8, 4, 2):
        if 1 - (1 - threshold**rows) ** (PERMUTATIONS // rows) >= RECALL:
            return rows
    return 1


class Index:
    """Signatures by the ids of their prompts; finds which of them may be like another.

    Each band is a sorted array of the bands' bytes. What came last lies in dictionaries, which take
    ten times the room, until there is enough of it to sort anew.
    """

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold
        self.rows = rows_of_band(threshold)
        self.build([], [])

    def build(self, ids: Sequence[int], signatures: Sequence[bytes]) -> None:
        """Begin with these; `signatures` as `signature(...).tobytes()` gave them."""
        self.ids, self.signatures = list(ids), list(signatures)
        self._sort()

    def _sort(self) -> None:
        import numpy as np  # noqa: PLC0415

        joined = np.frombuffer(b"".join(self.signatures), dtype=np.uint32)
        table = joined.reshape(len(self.ids), PERMUTATIONS)
        self.sorted: list[tuple[Any, Any]] = []
        for start in range(0, PERMUTATIONS, self.rows):
            # A band's minima as one comparable value.
            band = np.ascontiguousarray(table[:, start : start + self.rows])
            keys = band.view(np.dtype((np.void, 4 * self.rows))).ravel()
            order = np.argsort(keys, kind="stable").astype(np.uint32)
            self.sorted.append((keys[order], order))
        self.settled = len(self.ids)
        self.fresh: list[dict[bytes, list[int]]] = [{} for _ in self.sorted]

    def add(self, prompt_id: int, minima: "Signature") -> None:
        place = len(self.ids)
        self.ids.append(prompt_id)
        self.signatures.append(minima.tobytes())
        for buckets, key in zip(self.fresh, self._bands(minima), strict=True):
            buckets.setdefault(key, []).append(place)
        if place - self.settled > max(FRESH, self.settled // 4):
            self._sort()

    def candidates(self, prompt_id: int, minima: "Signature") -> list[int]:
        """Ids of earlier prompts that may be similar enough, the earliest first."""
        import numpy as np  # noqa: PLC0415

        places: set[int] = set()
        for (keys, order), buckets, key in zip(
            self.sorted, self.fresh, self._bands(minima), strict=True
        ):
            wanted = np.frombuffer(key, dtype=keys.dtype)
            first = np.searchsorted(keys, wanted, "left")[0]
            last = np.searchsorted(keys, wanted, "right")[0]
            places.update(order[first:last].tolist())
            places.update(buckets.get(key, ()))
        least = (self.threshold - SLACK) * PERMUTATIONS
        found = set[int]()
        for place in places:
            other = np.frombuffer(self.signatures[place], dtype=np.uint32)
            if self.ids[place] < prompt_id and np.count_nonzero(other == minima) >= least:
                found.add(self.ids[place])
        return sorted(found)

    def _bands(self, minima: "Signature") -> Iterator[bytes]:
        for start in range(0, PERMUTATIONS, self.rows):
            yield minima[start : start + self.rows].tobytes()
