from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.feedback.agreement import agreement
from inference.tiny.corpus import answer_written, quality_drawn, training_prompts
from simulation.judge import judge_score
from simulation.people import (
    SimulatedLabeler,
    dense_ranks,
    flags_of,
    likert_of,
    write_demonstration,
)

ASKED = [{"role": "user", "content": "What is Kelso like?"}]
RIGHT = "In Kelso you find small markets, green parks and good bread."
RUDE = "What a silly question."


def test_dense_ranks_by_hand():
    # 3.0 and 2.9 tie; 2.7 is too far from the group's best, 3.0, though near to 2.9.
    assert dense_ranks([1.0, 3.0, 2.9, 2.7, -1.0], tie=0.25) == [3, 1, 1, 2, 4]
    assert dense_ranks([]) == []


@given(st.lists(st.floats(-6, 4), max_size=9))
def test_ranks_are_dense_and_in_order(points):
    ranks = dense_ranks(points)
    assert sorted(set(ranks)) == list(range(1, len(set(ranks)) + 1))
    for one, its_rank in zip(points, ranks, strict=True):
        for other, other_rank in zip(points, ranks, strict=True):
            assert its_rank <= other_rank or one <= other


@pytest.mark.parametrize(
    ("points", "likert"), [(-6, 1), (-1, 1), (1, 4), (2, 5), (3, 6), (3.8, 7), (9, 7)]
)
def test_likert_by_hand(points, likert):
    assert likert_of(points) == likert


def test_flags_say_what_is_wrong():
    assert flags_of(ASKED, RIGHT) == ()
    assert flags_of(ASKED, "Hi Hugo.") == ("fails",)
    assert flags_of(ASKED, RUDE) == ("unfit", "fails")
    assert flags_of(ASKED, f"{RUDE} {RIGHT}") == ("unfit",)


def test_a_labeler_is_reproducible_and_has_a_taste_of_their_own():
    texts = [RIGHT, RUDE, "Hi Hugo.", f"{RIGHT} Have a lovely day!"]
    first, again = (SimulatedLabeler(3).rank(ASKED, texts, Random(1)) for _ in range(2))
    assert first == again
    assert SimulatedLabeler(3).considered(ASKED, texts[3]) != SimulatedLabeler(4).considered(
        ASKED, texts[3]
    )


def test_ranks_likert_and_flags_come_from_one_look():
    judged = SimulatedLabeler(0).judge(ASKED, [RIGHT, RUDE], Random(4))
    assert [j.rank for j in judged] == [1, 2]
    assert judged[0].likert > judged[1].likert
    assert judged[1].flags == ("unfit", "fails")


def test_demonstrations_are_good_not_perfect():
    prompts = training_prompts(0, 400)
    rng = Random(0)
    scores = [judge_score(p.messages, write_demonstration(p.messages, rng)) for p in prompts]
    assert min(scores) > 0
    assert 2.5 < sum(scores) / len(scores) < 3.2
    assert 0.2 < sum(score > 3.5 for score in scores) / len(scores) < 0.4


def test_nobody_demonstrates_what_nobody_knows():
    with pytest.raises(ValueError, match="nobody here knows"):
        write_demonstration([{"role": "user", "content": "Explain gravity."}], Random(0))


def _base_answer(prompt, rng):
    return answer_written(facts=prompt.facts, quality=quality_drawn(rng=rng), rng=rng)


def _tuned_answer(prompt, rng):
    """As after supervised fine-tuning: three of four as demonstrated, the rest as before."""
    if rng.random() < 0.25:
        return _base_answer(prompt, rng)
    return write_demonstration(prompt.messages, rng)


@pytest.mark.parametrize("answer", [_base_answer, _tuned_answer])
def test_two_people_agree_on_most_pairs_but_far_from_all(answer):
    rng = Random(0)
    rankings = []
    for number, prompt in enumerate(training_prompts(1, 400)):
        texts = list(dict.fromkeys(answer(prompt, rng) for _ in range(6)))
        one, other = SimulatedLabeler(number % 5), SimulatedLabeler(5 + number % 5)
        rankings.append(
            (one.rank(prompt.messages, texts, rng), other.rank(prompt.messages, texts, rng))
        )
    assert 0.70 <= agreement(rankings).rate <= 0.80
