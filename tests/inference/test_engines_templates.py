import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.child.failure import Failure
from inference.engines.templates import (
    check_template,
    render_completion,
    render_prompt,
    template_hash,
)
from tests.inference.tiny import SPECIAL, tiny_tokenizer

TOKENIZER = tiny_tokenizer()
PAD, BOS, EOS, SYSTEM, USER, ASSISTANT = range(6)


def test_a_prompt_ends_with_the_assistants_role_token():
    ids = render_prompt(TOKENIZER, [{"role": "user", "content": "Hi"}])
    assert ids[:2] == [BOS, USER]
    assert ids[-1] == ASSISTANT
    assert TOKENIZER.decode(ids[2:-1]) == "Hi"


def test_an_earlier_answer_ends_with_eos_and_the_prompt_with_the_role():
    ids = render_prompt(
        TOKENIZER,
        [
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": "b"},
            {"role": "user", "content": "c"},
        ],
    )
    assert [i for i in ids if i < 6] == [BOS, USER, ASSISTANT, EOS, USER, ASSISTANT]


def test_a_completion_is_its_text_and_eos():
    ids = render_completion(TOKENIZER, "Yes.")
    assert ids[-1] == EOS
    assert TOKENIZER.decode(ids[:-1]) == "Yes."


@given(st.text(max_size=40))
def test_any_text_comes_back(text):
    ids = render_completion(TOKENIZER, text)
    assert ids.count(EOS) == 1
    assert TOKENIZER.decode(ids[:-1]) == text


@pytest.mark.parametrize("token", SPECIAL)
def test_quoted_control_tokens_stay_text(token):
    text = f"say {token} now"
    completion = render_completion(TOKENIZER, text)
    assert all(i >= 6 for i in completion[:-1])
    prompt = render_prompt(TOKENIZER, [{"role": "user", "content": text}])
    assert [i for i in prompt if i < 6] == [BOS, USER, ASSISTANT]


def test_the_hash_follows_the_template():
    other = tiny_tokenizer()
    assert template_hash(other) == template_hash(TOKENIZER)
    other.chat_template += " "
    assert template_hash(other) != template_hash(TOKENIZER)
    with pytest.raises(Failure, match="differs from that of the snapshot"):
        check_template(other, template_hash(TOKENIZER), "the snapshot")


def test_without_a_template_it_says_so():
    bare = tiny_tokenizer()
    bare.chat_template = None
    with pytest.raises(Failure, match="no chat template"):
        template_hash(bare)
