"""Each form of line, how it is told from the others, and what a bad one is told."""

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.exchange.formats import LineError, Parsed, Record, parse_line
from annotation.exchange.formats.conversations import shared_text, transcript_read
from annotation.prompts.marks import Marks

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
texts = texts.filter(str.strip)
turns = texts.map(str.strip).filter(lambda text: "Human:" not in text and "Assistant:" not in text)


def user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def assistant(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


def nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels - 1):
        value = [value]
    return value


def one(fields: dict[str, Any]) -> Record:
    (record,) = parse_line(fields).records
    return record


def ranks(record: Record) -> dict[str, int | None]:
    return {answer.text: answer.rank for answer in record.answers}


def test_a_prompt_is_text_or_messages() -> None:
    assert one({"prompt": "Hi"}).messages == [user("Hi")]
    messages = [{"role": "system", "content": "Be kind."}, user("Hi")]
    assert one({"prompt": messages}).messages == messages


def test_prompt_and_completion_is_a_demonstration() -> None:
    record = one({"prompt": "Hi", "completion": "Hello."})
    assert (record.messages, record.demonstration) == ([user("Hi")], "Hello.")
    assert one({"prompt": [user("Hi")], "completion": [assistant("Hello.")]}) == record


def test_messages_end_with_a_demonstration_or_want_one() -> None:
    talk = [user("a"), assistant("b"), user("c")]
    assert one({"messages": talk}) == Record(talk)
    assert one({"messages": [*talk, assistant("d")]}) == Record(talk, demonstration="d")


def test_messages_of_sharegpt_and_of_openai_parts() -> None:
    talk = [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]
    assert one({"conversations": talk}) == Record([user("a")], demonstration="b")
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert one({"messages": [{"role": "user", "content": parts, "name": "x"}]}).messages == [
        user("ab")
    ]


def test_completions_name_their_models_and_the_reference_is_a_demonstration() -> None:
    record = one(
        {
            "prompt": "Hi",
            "instruction": "ignored",
            "completions": [{"model": "m1", "text": "a"}, {"model": "m2", "text": "b"}, "c"],
            "reference": "r",
        }
    )
    assert [(answer.text, answer.author) for answer in record.answers] == [
        ("a", "m1"),
        ("b", "m2"),
        ("c", ""),
    ]
    assert record.demonstration == "r"
    assert not record.ranked


def test_ranked_responses_take_text_or_code_and_whole_ranks() -> None:
    responses = [{"code": "a", "rank": 2}, {"text": "b", "rank": 1.0}, {"text": "c", "rank": "2"}]
    record = one({"prompt": "Hi", "responses": responses})
    assert ranks(record) == {"a": 2, "b": 1, "c": 2}
    assert record.ranked


def test_a_snapshots_own_rankings_are_read() -> None:
    record = one({"messages": [user("Hi")], "completions": ["a", "b"], "ranks": [2, 1]})
    assert ranks(record) == {"a": 2, "b": 1}


def test_hh_transcripts_become_a_dialogue_with_a_preference() -> None:
    before = "\n\nHuman: one\n\nAssistant: two\n\nHuman: three\n\nAssistant:"
    record = one({"chosen": f"{before} good", "rejected": f"{before} bad"})
    assert record.messages == [user("one"), assistant("two"), user("three")]
    assert ranks(record) == {"good": 1, "bad": 2}


@pytest.mark.parametrize(
    "fields",
    [
        {"prompt": "Hi", "chosen": "a", "rejected": "b"},
        {"prompt": "\n\nHuman: Hi\n\nAssistant:", "chosen": "a", "rejected": "b"},
        {"prompt": [user("Hi")], "chosen": [assistant("a")], "rejected": [assistant("b")]},
        {"chosen": [user("Hi"), assistant("a")], "rejected": [user("Hi"), assistant("b")]},
        # UltraFeedback's: the prompt as text, and again inside both conversations.
        {
            "prompt": "Hi",
            "chosen": [user("Hi"), assistant("a")],
            "rejected": [user("Hi"), assistant("b")],
        },
    ],
)
def test_preferences_in_trls_forms(fields: dict[str, Any]) -> None:
    record = one(fields)
    assert record.messages == [user("Hi")]
    assert ranks(record) == {"a": 1, "b": 2}


def test_an_implicit_prompt_is_the_longest_common_beginning() -> None:
    record = one({"chosen": "The sky is blue.", "rejected": "The sky is green."})
    assert record.messages == [user("The sky is")]  # TRL's own example
    assert ranks(record) == {" blue.": 1, " green.": 2}


@pytest.mark.parametrize(
    ("chosen", "rejected", "prompt"),
    [
        ("The sky is blue", "The sky is black", "The sky is"),  # never half a word
        ("good", "good day", "good"),
        ("a b", "a b", "a b"),
        ("x", "y", ""),
    ],
)
def test_an_implicit_prompt_ends_between_words(chosen: str, rejected: str, prompt: str) -> None:
    assert chosen[: shared_text(chosen, rejected)] == prompt


def test_self_instruct_gives_a_record_for_each_instance() -> None:
    parsed = parse_line(
        {
            "instruction": "Add.",
            "instances": [{"input": "1 1", "output": "2"}, {"input": "", "output": "?"}],
        }
    )
    assert parsed.form == "Self-Instruct"
    assert [(r.messages[0]["content"], r.demonstration) for r in parsed.records] == [
        ("Add.\n\n1 1", "2"),
        ("Add.", "?"),
    ]
    assert one({"instruction": "Add.", "input": "1 1", "output": "2"}) == parsed.records[0]


def test_marks_say_whom_a_prompt_asks_for():
    said = {"language": "pt-BR", "skills": "law, SQL", "sensitive": ["Self-harm"]}
    marks = Marks("pt", ("law", "sql"), ("self_harm",))
    assert one({"prompt": "x", **said}).marks == marks
    assert one({"prompt": "x", "completions": ["a", "b"], **said}).marks == marks
    assert one({"prompt": "x", "language": "English"}).marks == Marks()


@pytest.mark.parametrize("wrong", [{"skills": "two words"}, {"sensitive": 3}, {"skills": [4]}])
def test_marks_that_cannot_be_taken_refuse_the_line(wrong):
    with pytest.raises(LineError, match=r"tags|named by"):
        parse_line({"prompt": "x", **wrong})


def test_details_beside_the_content() -> None:
    record = one({"prompt": "x", "use_case": "chat", "contributor": 7, "split": "validation"})
    assert (record.use_case, record.contributor, record.split) == ("chat", "7", "valid")
    assert one({"prompt": "x", "use_case": "???", "split": "test_prefs"}) == Record([user("x")])


@pytest.mark.parametrize(
    ("fields", "same"),
    [
        (
            {"prompt": "q", "completion": "a", "messages": None, "chosen": None, "split": None},
            {"prompt": "q", "completion": "a"},
        ),
        (
            {"messages": [user("q"), assistant("a")], "prompt": None, "completion": None},
            {"messages": [user("q"), assistant("a")]},
        ),
        (
            {"prompt": "q", "responses": [{"text": "a", "rank": 1, "code": None, "model": None}]},
            {"prompt": "q", "responses": [{"text": "a", "rank": 1}]},
        ),
        (
            {"prompt": "q", "completions": [{"text": None, "code": "a", "rank": None}]},
            {"prompt": "q", "completions": [{"code": "a"}]},
        ),
        (
            {"prompt": "q", "completions": [{"text": "a", "model": None, "author": "m"}]},
            {"prompt": "q", "completions": [{"text": "a", "author": "m"}]},
        ),
        (
            {"prompt": "q", "responses": [{"text": "a", "rank": None}], "ranks": [1]},
            {"prompt": "q", "responses": ["a"], "ranks": [1]},
        ),
        (
            {"messages": [{"role": None, "content": None, "from": "human", "value": "q"}]},
            {"messages": [user("q")]},
        ),
        (
            {"instruction": "q", "instances": [{"input": None, "output": "a"}], "output": None},
            {"instruction": "q", "instances": [{"output": "a"}]},
        ),
    ],
)
def test_a_null_counts_as_absent(fields: dict[str, Any], same: dict[str, Any]) -> None:
    assert parse_line(fields) == parse_line(same)


@pytest.mark.parametrize(
    ("rank", "wanted"), [("+5", 5), (" 2 ", 2), ("-1", -1), (2.0, 2), (Decimal("3.00"), 3)]
)
def test_a_rank_may_be_written_as_text_or_decimal(rank: object, wanted: int) -> None:
    assert ranks(one({"prompt": "x", "responses": [{"text": "a", "rank": rank}]})) == {"a": wanted}


def told(parsed: Parsed) -> tuple[str, ...]:
    return tuple(str(words) for words in parsed.unknown)


@pytest.mark.parametrize(
    ("fields", "unknown"),
    [
        ({"prompt": "q", "compleation": "x"}, ("field `compleation` is not read here",)),
        ({"prompt": "q", "reference": "x"}, ("field `reference` is not read here",)),
        ({"prompt": "q", "split": "trian"}, ("unknown split `trian`",)),
        ({"prompt": "q", "split": ["test"]}, ("unknown split `['test']`",)),
        ({"prompt": "q", "language": "English"}, ("unknown language `English`",)),
        ({"prompt": "q", "language": 4, "skills": None}, ("unknown language `4`",)),
        ({"prompt": "q", "language": "en", "skills": "law", "sensitive": []}, ()),
        ({"prompt": "q", "use_case": "zzz"}, ("unknown use_case `zzz`",)),
        ({"prompt": "q", "aim": "worse"}, ("unknown aim `worse`",)),
        ({"prompt": "q", "aim": "worst"}, ()),
        ({"prompt": "q", "a\0\ud800": 1}, ("field `a\\ud800` is not read here",)),
        ({"prompt": "q", "use_case": "chat", "split": "", "x": None, "labeler": "a"}, ()),
        ({"messages": [user("a")], "completions": ["a"], "ranks": [1], "reference": "b"}, ()),
    ],
)
def test_what_nothing_reads_is_named(fields: dict[str, Any], unknown: tuple[str, ...]) -> None:
    assert told(parse_line(fields)) == unknown


def test_a_field_that_nothing_reads_may_be_as_deep_as_it_likes() -> None:
    assert told(parse_line({"prompt": "q", "x": nested(900)})) == ("field `x` is not read here",)


def test_columns_that_were_not_decoded_are_named_too() -> None:
    assert told(parse_line({"prompt": "q"}, unread=["x"])) == ("field `x` is not read here",)
    with pytest.raises(LineError, match="Fields found: reply, split"):
        parse_line({"split": "test"}, unread=["reply"])


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"question": "x", "answer": "y"}, "Fields found: answer, question"),
        ({"prompt": ""}, "empty"),
        ({"prompt": None, "completion": "x"}, "prompt is missing"),
        ({"prompt": None, "split": "test"}, "Fields found: split"),
        ({"prompt": "x", "completions": ["a", None]}, "Answer 2 must be a list of messages"),
        ({"instruction": "x", "instances": [{"output": None}]}, "Instance 1 lacks its `output`"),
        ({"messages": [{"role": "user", "content": None}]}, "lacks its role or its content"),
        ({"prompt": nested(62)}, "`prompt` is nested deeper than 60 levels"),
        ({"prompt": 3}, "must be a list of messages"),
        ({"completion": "x"}, "prompt is missing"),
        ({"prompt": "x", "completion": " "}, "`completion` is empty"),
        ({"prompt": "x", "completion": "y", "label": False}, "unpaired preference"),
        ({"prompt": "x\0"}, "cannot be stored"),
        ({"prompt": "\ud800"}, "cannot be stored"),
        ({"messages": [assistant("x")]}, "no question before it"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "role must be one of"),
        ({"messages": [{"role": "user", "content": [{"image_url": "x"}]}]}, "must be text"),
        ({"messages": ["x"]}, "must be an object"),
        ({"prompt": "x", "chosen": "a"}, "`rejected` is missing"),
        ({"chosen": "a", "rejected": "b"}, "share no beginning"),
        ({"chosen": "a", "rejected": [assistant("b")], "prompt": "x"}, "both be"),
        ({"chosen": "One? a", "rejected": "One? a"}, "equal.* add a field `prompt`"),
        ({"chosen": "One? a", "rejected": "One? a "}, "add a field `prompt`"),
        ({"chosen": "One? good", "rejected": "One? good day"}, "begins with all of the other"),
        ({"prompt": "x", "responses": [{"text": "a", "rank": "²"}]}, "whole number, not ²"),
        ({"prompt": "x", "responses": [{"text": "a", "rank": "+-5"}]}, "whole number, not"),
        ({"prompt": "x", "responses": [{"text": "a", "rank": "1" * 10}]}, "whole number, not"),
        (
            {"chosen": [user("x"), assistant("a")], "rejected": [user("y"), assistant("b")]},
            "share no first message",
        ),
        (
            {
                "chosen": [user("x"), assistant("a"), user("b")],
                "rejected": [user("x"), assistant("c")],
            },
            "exactly one assistant turn",
        ),
        ({"prompt": "x", "completions": []}, "at least one answer"),
        ({"prompt": "x", "completions": ["a"] * 101}, "at most 100"),
        ({"prompt": "x", "responses": [{"rank": 1}]}, "lacks its `text`"),
        ({"prompt": "x", "responses": [{"text": "a", "rank": 1.5}]}, "whole number, not 1.5"),
        ({"prompt": "x", "responses": [{"text": "a", "rank": True}]}, "whole number"),
        ({"prompt": "x", "responses": [{"text": "a", "rank": Decimal("NaN")}]}, "whole number"),
        ({"prompt": "x", "responses": [{"text": "a", "rank": Decimal("1.5")}]}, "whole number"),
        ({"prompt": "x", "responses": [{"text": "a", "rank": 1}, {"text": "b"}]}, "rank all of"),
        ({"prompt": "x", "completions": ["a", "b"], "ranks": [1]}, "as long as"),
        ({"instruction": "x", "instances": [{"input": "y"}]}, "Instance 1 lacks its `output`"),
        (
            {"instruction": "x" * 100_000, "instances": [{"output": "y"}] * 21},
            "The instruction stands in 21 instances.* 2,000,000 characters",
        ),
        ({"output": "x"}, "without an `instruction`"),
        ({"prompt": "x", "labeler": "n" * 121}, "longer than 120"),
        ({"prompt": "x", "completion": "y" * 200_001}, "longer than 200,000"),
    ],
)
def test_a_bad_line_says_why(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(LineError, match=reason):
        parse_line(fields)


@given(st.lists(turns, min_size=1, max_size=6))
def test_transcripts_round_trip(contents: list[str]) -> None:
    names = ["Human", "Assistant"]
    text = "".join(f"\n\n{names[i % 2]}: {content}" for i, content in enumerate(contents))
    roles = ["user", "assistant"]
    assert transcript_read(text) == [
        {"role": roles[i % 2], "content": content} for i, content in enumerate(contents)
    ]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)
known = ["prompt", "completion", "messages", "completions", "responses", "chosen", "rejected"]
known += ["instruction", "instances", "output", "input", "ranks", "label", "reference", "split"]
shaped = json_values | st.lists(
    st.dictionaries(st.sampled_from(["role", "content", "text", "rank", "output"]), json_values),
    max_size=3,
)


@given(st.dictionaries(st.sampled_from(known), shaped | st.just("user"), max_size=5))
def test_any_json_is_taken_or_refused_in_words(fields: dict[str, Any]) -> None:
    with suppress(LineError):
        assert parse_line(fields).records
