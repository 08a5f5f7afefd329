import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from annotation.quality.statistics.patterns import item_patterns


@given(said=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3)), min_size=1, max_size=30))
def test_items_of_the_same_pattern_are_one(said):
    item, code = np.array(said).T
    kept, weight = item_patterns(item, code, items=8, codes=4)
    patterns = {i: tuple(sorted(c for j, c in said if i == j)) for i, _ in said}
    assert len(kept) == len(set(patterns.values()))
    for index, count in zip(kept.tolist(), weight.tolist(), strict=True):
        assert list(patterns.values()).count(patterns[index]) == count
