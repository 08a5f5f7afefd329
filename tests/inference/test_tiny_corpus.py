from collections import Counter
from itertools import islice
from random import Random

import pytest

from inference.tiny.corpus import (
    QUALITY_SHARES,
    Quality,
    answer_written,
    documents_drawn,
    heldout_prompts,
    is_reserved,
    quality_drawn,
    training_prompts,
)
from inference.tiny.fillers import JOINED, words_of
from inference.tiny.kinds import KIND_BY_NAME, KINDS
from inference.tiny.manners import FRIENDLY, PADDING, RUDE
from inference.tiny.reading import answer_found, facts_of, parse_prompt


def test_prompts_hang_on_the_seed_alone():
    assert training_prompts(1, 20) == training_prompts(1, 20)
    assert training_prompts(1, 20) != training_prompts(2, 20)


def test_prompts_are_distinct_and_of_every_kind():
    prompts = training_prompts(0, 400)
    assert len({prompt.text for prompt in prompts}) == 400
    assert {prompt.facts.kind for prompt in prompts} == set(KINDS)


def test_facts_can_be_read_from_the_text_alone():
    for prompt in training_prompts(3, 300) + heldout_prompts(3, 300):
        assert parse_prompt(prompt.text) == prompt.facts
        assert all(word in prompt.text for word in prompt.facts.slots.values() if word != "good")


def test_no_heldout_question_is_trained_on_in_any_wording():
    heldout = {prompt.facts.key for seed in range(4) for prompt in heldout_prompts(seed, 1000)}
    trained = {prompt.facts.key for seed in range(4) for prompt in training_prompts(seed, 2000)}
    assert not heldout & trained


def test_no_heldout_question_is_read_in_pretraining():
    heldout = {prompt.facts.key for seed in range(4) for prompt in heldout_prompts(seed, 1000)}
    read = [
        parse_prompt(message["content"])
        for document in islice(documents_drawn(rng=Random(0)), 3000)
        for message in document
        if message["role"] == "user"
    ]
    assert None not in read
    assert not heldout & {facts.key for facts in read if facts}


def test_about_an_eighth_of_the_questions_is_reserved():
    names = ("write", "city", "find_name", "ideas", "greet")  # of one slot, which is the subject
    words = [
        (KIND_BY_NAME[name], word)
        for name in names
        for word in words_of(KIND_BY_NAME[name].subject, heldout=False)
    ]
    reserved = [
        is_reserved(facts_of(kind=kind, slots={kind.subject: word})) for kind, word in words
    ]
    assert sum(reserved) / len(reserved) == pytest.approx(1 / 8, abs=0.04)


def test_half_of_the_heldout_prompts_have_fillers_of_their_own():
    prompts = heldout_prompts(0, 200)
    new = [p for p in prompts if p.facts.subject in words_of(p.facts.kind.subject, heldout=True)]
    known = [p for p in prompts if p.facts.subject in words_of(p.facts.kind.subject, heldout=False)]
    assert len(new) + len(known) == 200
    assert 80 <= len(new) <= 120


@pytest.mark.parametrize("sort", JOINED)
def test_heldout_words_are_joined_from_parts_that_training_knows(sort):
    firsts, lasts = JOINED[sort]
    trained, heldout = words_of(sort, heldout=False), words_of(sort, heldout=True)
    assert not set(trained) & set(heldout)
    assert len(trained) + len(heldout) == len(firsts) * len(lasts)
    assert all(any(word.startswith(f"{first} ") for word in trained) for first in firsts)
    assert all(any(word.endswith(f" {last}") for word in trained) for last in lasts)


def test_qualities_come_in_their_shares():
    rng = Random(0)
    drawn = Counter(quality_drawn(rng=rng) for _ in range(20_000))
    assert sum(QUALITY_SHARES.values()) == pytest.approx(1.0)
    for quality, share in QUALITY_SHARES.items():
        assert drawn[quality] / 20_000 == pytest.approx(share, abs=0.01)


def _held(phrases, text):
    return sum(phrase in text for phrase in phrases)


@pytest.mark.parametrize("prompt", training_prompts(5, 40), ids=lambda p: p.facts.kind.name)
def test_answers_are_as_their_quality_says(prompt):
    rng = Random(prompt.text)

    def written(quality):
        return answer_written(facts=prompt.facts, quality=quality, rng=rng)

    for quality in (Quality.PLAIN, Quality.FRIENDLY, Quality.GUSHING, Quality.PADDED):
        found = answer_found(facts=prompt.facts, text=written(quality))
        assert found is not None
        assert found.facts_right
        assert not found.curt
    curt = answer_found(facts=prompt.facts, text=written(Quality.CURT))
    assert curt is not None
    assert curt.curt
    assert _held(FRIENDLY, written(Quality.FRIENDLY)) == 1
    assert _held(FRIENDLY, written(Quality.GUSHING)) == 3
    assert _held(PADDING, written(Quality.PADDED)) >= 1
    assert _held(RUDE, written(Quality.RUDE)) == 1
    assert answer_found(facts=prompt.facts, text=written(Quality.OFF_TOPIC)) is None
    wrong = answer_found(facts=prompt.facts, text=written(Quality.WRONG))
    assert wrong is None or (wrong.subject_right and not wrong.facts_right)
