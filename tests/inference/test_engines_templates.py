import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import AddedToken
from transformers import AutoTokenizer

from inference.child.failure import Failure
from inference.engines.templates import (
    check_template,
    control_ids,
    own_template,
    render_completion,
    render_prompt,
    template_hash,
)
from tests.inference.foreign import gpt2
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


def test_tokens_that_are_only_marked_special_stay_text_too(tmp_path):
    tiny_tokenizer().save_pretrained(tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    tokenizer.add_tokens([AddedToken("<|call|>", special=True), AddedToken("<think>")])
    tokenizer.save_pretrained(tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    assert "<|call|>" not in tokenizer.all_special_tokens
    call, think = tokenizer.convert_tokens_to_ids(["<|call|>", "<think>"])
    text = "a <|call|> b <think>"
    for ids in (
        render_prompt(tokenizer, [{"role": "user", "content": text}]),
        render_completion(tokenizer, text),
    ):
        assert call not in ids
        assert think in ids  # no control token: it is part of the text, and shown
    assert call in control_ids(tokenizer)


def test_the_hash_follows_the_template():
    other = tiny_tokenizer()
    assert template_hash(other) == template_hash(TOKENIZER)
    other.chat_template += " "
    assert template_hash(other) != template_hash(TOKENIZER)
    with pytest.raises(Failure, match="differs from that of the snapshot"):
        check_template(other, template_hash(TOKENIZER), "the snapshot")


def test_without_a_template_a_prompt_is_rendered_in_ours():
    _, bare = gpt2()
    talk = [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "b <|user|>"},
        {"role": "user", "content": "c"},
    ]
    end = "<|endoftext|>"
    assert bare.decode(render_prompt(bare, talk)) == (
        f"{end}<|user|>a<|assistant|>b <\u200b|user|>{end}<|user|>c<|assistant|>"
    )


def test_of_several_templates_the_default_one_counts():
    several = tiny_tokenizer()
    several.chat_template = {"tool_use": "tools", "default": TOKENIZER.chat_template}
    messages = [{"role": "user", "content": "Hi"}]
    assert template_hash(several) == template_hash(TOKENIZER)
    assert render_prompt(several, messages) == render_prompt(TOKENIZER, messages)
    several.chat_template = {"tool_use": "tools"}
    assert own_template(several) is None
    assert render_prompt(several, messages)[0] == BOS


def test_without_a_template_it_says_so():
    bare = tiny_tokenizer()
    bare.chat_template = None
    with pytest.raises(Failure, match="no chat template"):
        template_hash(bare)
