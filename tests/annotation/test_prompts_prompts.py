"""Prompts and completions: what is refused, what is the same, and the split."""

from collections import Counter
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from annotation.models import ImportBatch, Prompt
from annotation.prompts.prompts import (
    completion_create,
    completions_create,
    content_hash,
    messages_validate,
    prompt_create,
    split_for,
    split_key,
    text_hash,
)
from annotation.texts import json_validate, text_validate

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def user(content: str) -> dict[str, str]:
    return {"role": "user", "content": content}


BOT = {"role": "assistant", "content": "Hello."}


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([], "at least one"),
        ("hi", "at least one"),
        ([{"role": "user"}], "Message 1"),
        ([{"role": "user", "content": "x", "name": "y"}], "Message 1"),
        ([{"role": "king", "content": "x"}], "role"),
        ([user("x"), {"role": "system", "content": "y"}, user("z")], "Message 2"),
        ([user("x"), BOT], "last message"),
        ([user("  ")], "empty"),
        ([user("a\0b")], "cannot be stored"),
        ([user("\ud800")], "cannot be stored"),
        ([{"role": "user", "content": 7}], "must be text"),
        ([user("x" * 200_001)], "longer"),
        ([user("x" * 150_000), user("x" * 150_000)], "at most 200,000"),
        ([user("x")] * 201, "at most 200 messages"),
    ],
)
def test_messages_validate_says_what_is_wrong(messages, words):
    with pytest.raises(ValidationError, match=words):
        messages_validate(messages)


def test_messages_validate_takes_conversations():
    talk = [{"role": "system", "content": "Be kind."}, user("Hi"), BOT, user("And?")]
    assert messages_validate(talk) is talk


def test_the_same_content_is_one_prompt(cast):
    first, created = prompt_create(project=cast.project, messages=[user("Café?")])
    again, created_again = prompt_create(project=cast.project, messages=[user(" Cafe\u0301? ")])
    other, created_other = prompt_create(project=cast.other, messages=[user("Café?")])
    assert (created, created_again, created_other) == (True, False, True)
    assert first == again != other
    assert content_hash([user("a"), BOT]) != content_hash([BOT, user("a")])


def test_the_split_is_the_contributors(cast):
    prompts = [
        prompt_create(project=cast.project, messages=[user(f"{n}")], contributor="c7")[0]
        for n in range(5)
    ]
    assert {prompt.split for prompt in prompts} == {split_for("c7")}
    fixed, _ = prompt_create(project=cast.project, messages=[user("fixed")], split="test")
    assert fixed.split == "test"


def test_splits_are_80_10_10():
    counts = Counter(split_for(str(n)) for n in range(10_000))
    assert counts["train"] == pytest.approx(8_000, abs=150)
    assert counts["valid"] == pytest.approx(1_000, abs=120)
    assert counts["test"] == pytest.approx(1_000, abs=120)


@pytest.mark.parametrize("field", ["use_case", "source", "split"])
def test_prompt_create_refuses_unknown_values(cast, field):
    fields: dict[str, Any] = {field: "new"}
    with pytest.raises(ValidationError, match="Unknown"):
        prompt_create(project=cast.project, messages=[user("x")], **fields)


def test_a_prompt_of_a_failed_import_is_taken_over(cast):
    failed = ImportBatch.objects.create(project=cast.project, state="failed", filename="a")
    later = ImportBatch.objects.create(project=cast.project, state="staging", filename="b")
    prompt, _ = prompt_create(project=cast.project, messages=[user("x")], batch=failed, line=3)
    assert not Prompt.objects.visible().exists()
    same, created = prompt_create(project=cast.project, messages=[user("x")], batch=later, line=9)
    assert (same, created, same.batch, same.line) == (prompt, False, later, 9)
    prompt_create(project=cast.project, messages=[user("x")])
    assert Prompt.objects.visible().get() == prompt


def test_equal_texts_are_one_completion(cast):
    prompt, _ = prompt_create(project=cast.project, messages=[user("x")])
    first, created = completion_create(prompt=prompt, text="Yes.")
    again, created_again = completion_create(prompt=prompt, text="Yes.\n")
    assert (created, created_again, first.pk) == (True, False, again.pk)
    assert first.project == cast.project
    assert text_hash("Yes.") != text_hash("yes.")


@given(st.text())
def test_what_text_validate_passes_can_be_stored(text):
    try:
        text_validate(text, what="It", blank=True)
    except ValidationError:
        assert "\0" in text or any("\ud800" <= char <= "\udfff" for char in text)
    else:
        text.encode()


@pytest.mark.parametrize("bad", [{"a": "\0"}, {"a": "\\\0"}, {"a": float("nan")}, {"a": "\udc00"}])
def test_json_validate_refuses_what_postgresql_would(bad):
    with pytest.raises(ValidationError):
        json_validate(bad, what="It")


def test_json_validate_takes_written_escapes():
    value = {"a": "a literal \\u0000", "b": "😀"}
    assert json_validate(value, what="It") is value


def test_several_completions_at_once_are_those_one_by_one(cast):
    prompt, _ = prompt_create(project=cast.project, messages=[{"role": "user", "content": "Hi"}])
    known, _ = completion_create(prompt=prompt, text="Hello.")
    found = completions_create(prompt=prompt, texts=["Hello. ", "Good day.", "Good day."])
    assert set(found) == {text_hash("Hello."), text_hash("Good day.")}
    assert found[text_hash("Hello.")] == known
    fresh = found[text_hash("Good day.")]
    assert (fresh.project, fresh.text) == (cast.project, "Good day.")
    assert completion_create(prompt=prompt, text="Good day.") == (fresh, False)
    with pytest.raises(ValidationError):
        completions_create(prompt=prompt, texts=["fine", " "])


def test_ways_to_type_one_question_share_a_split():
    asked = [
        "What is the capital of France?",
        "what is the capital of  france",
        "WHAT is the capital of France!",
    ]
    keys = {split_key([user(text)], "") for text in asked}
    assert len(keys) == 1
    assert split_key([user("What is the capital of Spain?")], "") not in keys
    assert split_key([user(asked[0])], "c7") == "c7"
