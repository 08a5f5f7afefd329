"""Few-shot prompts: what K pairs become."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from annotation.writing.few_shot import Pair, few_shot_render, few_shot_validate

PAIRS = [Pair("2+2", "4"), Pair("3+3", "6\n"), Pair(" 4+4", "8")]


def test_each_query_is_asked_with_the_others_as_examples():
    assert few_shot_render("Add.\n", PAIRS) == [
        "Add.\n\nQuery: 3+3\nResponse: 6\n\nQuery: 4+4\nResponse: 8\n\nQuery: 2+2\nResponse:",
        "Add.\n\nQuery: 2+2\nResponse: 4\n\nQuery: 4+4\nResponse: 8\n\nQuery: 3+3\nResponse:",
        "Add.\n\nQuery: 2+2\nResponse: 4\n\nQuery: 3+3\nResponse: 6\n\nQuery: 4+4\nResponse:",
    ]


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=10, unique=True))
def test_no_prompt_holds_its_own_answer(numbers):
    pairs = [Pair(f"q{number}.", f"a{number}.") for number in numbers]
    texts = few_shot_render("Map.", pairs)
    few_shot_validate("Map.", pairs)
    assert len(set(texts)) == len(pairs)
    for text, pair in zip(texts, pairs, strict=True):
        assert text.endswith(f"Query: {pair.query}\nResponse:")
        assert pair.response not in text
        assert all(other.response in text for other in pairs if other != pair)


@pytest.mark.parametrize(
    ("instruction", "pairs", "words"),
    [
        (" ", PAIRS, "instruction is empty"),
        ("Add.", PAIRS[:1], "2 to 10 pairs"),
        ("Add.", [Pair(str(n), "x") for n in range(11)], "2 to 10 pairs"),
        ("Add.", [Pair("a", "b"), Pair(" ", "b")], "query of pair 2 is empty"),
        ("Add.", [Pair("a", "b"), Pair("b", "\u200b")], "response of pair 2 is empty"),
        ("Add.", [Pair("a", "b"), Pair("c", "d"), Pair(" a ", "e")], "Pairs 1 and 3 ask the same"),
    ],
)
def test_bad_groups_are_refused(instruction, pairs, words):
    with pytest.raises(ValidationError, match=words):
        few_shot_validate(instruction, pairs)
