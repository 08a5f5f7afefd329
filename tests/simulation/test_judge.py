import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.tiny.manners import FRIENDLY, PADDING, RUDE
from simulation.judge import LOWEST, is_rude, is_wrong, judge_opinion, judge_score

ASKED = [{"role": "user", "content": "What is Kelso like?"}]
RIGHT = "In Kelso you find small markets, green parks and good bread."  # 11 words
CURT = "Kelso is nice."  # 3 words
CLOSING = "I hope this helps!"  # 4 words


@pytest.mark.parametrize(
    ("text", "points"),
    [
        (RIGHT, 3 - 0.02 * 1),
        (f"{RIGHT} {CLOSING}", 3 + 0.8 - 0.02 * 3),
        (f"{RIGHT} {CLOSING} Have a lovely day!", 3 + 0.3 - 0.02 * 7),
        (f"With pleasure! {RIGHT} {CLOSING} Have a lovely day!", 3 - 0.2 - 0.02 * 9 - 0.06 * 1),
        (CURT, 2 - 0.02 * 9),
        ("In Harwick you find small markets, green parks and good bread.", -0.5 - 0.02 * 1),
        # 23 words: eleven too many for liking, three of them tiring; one sentence of padding.
        (f"{PADDING[0]} {RIGHT}", 3 - 0.6 - 0.02 * 9 - 0.06 * 1),
        ("Stop wasting my time.", -1 - 2.5 - 0.02 * 8),
        (f"Stop wasting my time. {RIGHT}", 3 - 2.5 - 0.02 * 3),
        ("", -5),
        ("   ", -5),
        ("!?", -5),
    ],
)
def test_points_worked_by_hand(text, points):
    assert judge_score(ASKED, text) == pytest.approx(points)


def test_reasons_are_kept_apart():
    opinion = judge_opinion(ASKED, f"{RIGHT} {CLOSING}")
    assert (opinion.content, opinion.tone, opinion.extra) == (3.0, 0.8, 0.0)


def test_a_wrong_fact_costs_more_than_a_curt_answer():
    asked = [{"role": "user", "content": "Good or bad? We had the plum cake and it tasted awful."}]
    right, wrong, other = (
        judge_score(asked, text)
        for text in (
            "The plum cake tasted bad.",
            "This is a good review of the plum cake.",
            "This is a bad review of the corn soup.",
        )
    )
    assert right > wrong + 1 > other + 1.5


def test_nothing_is_gained_by_saying_more():
    best = judge_score(ASKED, f"{RIGHT} {CLOSING}")
    for more in (CLOSING, RIGHT, CURT, *FRIENDLY, *PADDING, *RUDE, "Hi Hugo.", "Kelso."):
        assert judge_score(ASKED, f"{RIGHT} {CLOSING} {more}") < best - 0.3
        assert judge_score(ASKED, f"{more} {RIGHT} {CLOSING}") < best - 0.3


@pytest.mark.parametrize(
    "text",
    [
        "Kelso Kelso Kelso Kelso Kelso.",
        f"{CLOSING} " * 5,
        f"{RIGHT} " * 3,
        "Kelso blorp dunt wix zan.",
        "Kelso",
        CLOSING,
        RIGHT.rstrip("."),
    ],
)
def test_tricks_score_below_a_curt_answer(text):
    assert judge_score(ASKED, text) < judge_score(ASKED, CURT)


def test_only_the_last_question_counts():
    talk = [
        {"role": "user", "content": "Hello, my name is Hugo."},
        {"role": "assistant", "content": "Hi Hugo."},
        *ASKED,
    ]
    assert judge_score(talk, RIGHT) == judge_score(ASKED, RIGHT)


def test_an_unknown_question_is_judged_by_its_words():
    asked = [{"role": "user", "content": "Explain gravity to children."}]
    on_topic = judge_score(asked, "Explain gravity to children.")
    assert on_topic > judge_score(asked, RIGHT) > judge_score(asked, "")


def test_flags():
    assert is_rude("What a silly question. Kelso is nice.")
    assert not is_rude(RIGHT)
    assert not is_wrong(ASKED, CURT)
    assert is_wrong(ASKED, "Hi Hugo.")
    assert is_wrong(ASKED, "")


@given(st.text(max_size=200))
def test_any_text_has_a_score_within_bounds(text):
    assert LOWEST <= judge_score(ASKED, text) <= 3.8
