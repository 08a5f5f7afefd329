"""Duplicates by a common prefix."""

from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.prompts.cleaning.prefixes import prefix_key, prefix_shared
from annotation.prompts.cleaning.texts import compared
from annotation.prompts.prompts import Messages


def said(text: str) -> Messages:
    return [{"role": "user", "content": text}]


def test_case_spaces_and_look_alikes_do_not_count() -> None:
    assert compared(said("  Ｎame\n a  LAKE. ")) == "name a lake."


def test_a_system_message_that_all_share_is_left_out() -> None:
    system = {"role": "system", "content": "You are brief."}
    assert compared([system, *said("Hello")]) == "hello"


def test_a_short_text_is_like_itself_only() -> None:
    keys = {text: prefix_key(said(text), text, 5) for text in ("abc", "abcd", "abcde", "abcdef")}
    assert keys["abcde"] == keys["abcdef"]
    assert len(set(keys.values())) == 3


def test_turns_of_one_dialogue_are_no_duplicates() -> None:
    later = [*said("abcdef"), {"role": "assistant", "content": "x"}, *said("more")]
    assert prefix_key(said("abcdef"), "abcdef", 5) != prefix_key(later, compared(later), 5)


def test_a_length_of_nothing_looks_for_none() -> None:
    assert prefix_key(said("abc"), "abc", 0) == ""


TEXTS = st.text(alphabet="ab", max_size=12)


@settings(deadline=None)
@given(one=TEXTS, other=TEXTS, length=st.integers(1, 8))
def test_keys_are_the_same_just_where_the_prefix_is_long_enough(
    one: str, other: str, length: int
) -> None:
    alike = one == other or prefix_shared(one, other) >= length
    same = prefix_key(said(one), one, length) == prefix_key(said(other), other, length)
    assert same == alike
