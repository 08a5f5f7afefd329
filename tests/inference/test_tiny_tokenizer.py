import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer

from inference.engines.templates import PAD, ROLES, render_completion, render_prompt
from inference.tiny.build import corpus_tokenizer
from inference.tiny.tokenizer import BOS, EOS

ANSWER = "In Kelso you find small markets, green parks and good bread."
TALK = [
    {"role": "system", "content": "Answer in one sentence."},
    {"role": "user", "content": "Hello, my name is Hugo."},
    {"role": "assistant", "content": "Hi Hugo."},
    {"role": "user", "content": "What is Kelso like?"},
]


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tokenizer")
    corpus_tokenizer(seed=0, vocabulary=928).save_pretrained(folder)
    return AutoTokenizer.from_pretrained(folder)


def test_special_tokens_are_tokens_of_their_own(tokenizer):
    ids = tokenizer.convert_tokens_to_ids([PAD, BOS, EOS, *ROLES])
    assert len(set(ids)) == 6
    assert tokenizer.unk_token_id not in ids
    assert tokenizer.pad_token_id != tokenizer.eos_token_id
    for token, token_id in zip((PAD, BOS, EOS, *ROLES), ids, strict=True):
        assert tokenizer(token, add_special_tokens=False)["input_ids"] == [token_id]


def test_template_keeps_the_prompt_as_prefix_and_ends_with_eos(tokenizer):
    said = [*TALK, {"role": "assistant", "content": ANSWER}]
    whole = tokenizer.apply_chat_template(said, return_dict=False)
    assert whole == render_prompt(tokenizer, TALK) + render_completion(tokenizer, ANSWER)
    assert whole[-1] == tokenizer.eos_token_id
    assert render_prompt(tokenizer, TALK)[-1] == tokenizer.convert_tokens_to_ids(ROLES[2])


def test_a_word_is_the_same_tokens_wherever_it_stands(tokenizer):
    first = tokenizer("Kelso is nice.", add_special_tokens=False)["input_ids"]
    later = tokenizer("What is Kelso like?", add_special_tokens=False)["input_ids"]
    word = tokenizer("Kelso", add_special_tokens=False)["input_ids"]
    assert first[: len(word)] == word
    assert later[2 : 2 + len(word)] == word


@given(st.text(max_size=40).map(str.strip))
def test_decoding_gives_the_text_back(tokenizer, text):
    ids = render_completion(tokenizer, text)
    assert tokenizer.decode(ids, skip_special_tokens=True) == text
