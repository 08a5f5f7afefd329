import pytest

from inference.tiny.reading import answer_found, parse_prompt, sentences_of

REVIEW = "Good or bad? We had the plum cake and it tasted awful."


def test_a_prompt_gives_its_kind_and_slots():
    facts = parse_prompt(REVIEW)
    assert facts is not None
    assert facts.kind.name == "review"
    assert facts.slots == {"food": "plum cake", "opinion": "awful", "label": "bad"}
    assert facts.subject == "plum cake"
    assert facts.carried == ("plum cake", "bad")


def test_any_word_may_fill_a_slot():
    facts = parse_prompt("Tell me about Oslo.")
    assert facts is not None
    assert facts.subject == "Oslo"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (REVIEW, "review:plum cake:bad"),
        ("Is this review good or bad? The plum cake tasted burnt.", "review:plum cake:bad"),
        ("Is this review good or bad? The plum cake tasted fresh.", "review:plum cake:good"),
        ("Hello, my name is Ben Hill.", "greet:Ben Hill"),
        ("Hi, I am Ben Hill from Port Kelso.", "greet:Ben Hill"),
        ("Find the name: Ben Hill bought some plum cake in Port Kelso.", "find_name:Ben Hill"),
        ("Find the city: Ben Hill bought some plum cake in Port Kelso.", "find_city:Port Kelso"),
        ("Which city is named here? In Port Kelso we met Ben Hill.", "find_city:Port Kelso"),
    ],
)
def test_the_key_is_that_of_the_question_in_any_wording(text, key):
    facts = parse_prompt(text)
    assert facts is not None
    assert facts.key == key


@pytest.mark.parametrize("text", ["", "Explain gravity.", "Tell me about New York City, please."])
def test_other_prompts_are_not_read(text):
    assert parse_prompt(text) is None


@pytest.mark.parametrize(
    ("text", "curt", "subject_right", "facts_right"),
    [
        ("This is a bad review of the plum cake.", False, True, True),
        ("Of course! This is a bad review of the plum cake.", False, True, True),
        ("The plum cake tasted bad.", True, True, True),
        ("This is a good review of the plum cake.", False, True, False),
        ("This is a bad review of the plum pie.", False, False, False),
        ("This is a bad review of the plum plum cake.", False, False, False),
    ],
)
def test_an_answer_is_found_and_compared(text, curt, subject_right, facts_right):
    facts = parse_prompt(REVIEW)
    assert facts is not None
    found = answer_found(facts=facts, text=text)
    assert found is not None
    assert (found.curt, found.subject_right, found.facts_right) == (
        curt,
        subject_right,
        facts_right,
    )


@pytest.mark.parametrize("text", ["", "Hi Hugo.", "bad review plum cake", "The plum cake tasted"])
def test_other_texts_are_no_answer(text):
    facts = parse_prompt(REVIEW)
    assert facts is not None
    assert answer_found(facts=facts, text=text) is None


def test_a_slot_used_twice_must_agree():
    facts = parse_prompt("Give me two ideas for a party with rice stew.")
    assert facts is not None
    text = "Try a game with rice stew, or paint a picture of rice bread."
    assert answer_found(facts=facts, text=text) is None


def test_sentences():
    assert sentences_of(" Of course! It is.  Is it? ") == ["Of course!", "It is.", "Is it?"]
    assert sentences_of("  ") == []
