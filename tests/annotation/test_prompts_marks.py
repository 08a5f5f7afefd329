"""Marks as people and files give them."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from annotation.prompts.marks import Marks, marks_read
from annotation.tags import LANGUAGE, TAG


@pytest.mark.parametrize(
    ("given_", "marks"),
    [
        ({}, Marks()),
        ({"language": "pt-BR"}, Marks(language="pt")),
        ({"language": " EN "}, Marks(language="en")),
        ({"language": ""}, Marks()),
        ({"skills": "law, SQL,,law"}, Marks(skills=("law", "sql"))),
        (
            {"skills": ["tax"], "sensitive": ["Self-harm", "hate"]},
            Marks("", ("tax",), ("hate", "self_harm")),
        ),
    ],
)
def test_marks_read(given_, marks):
    assert marks_read(**given_) == marks


@pytest.mark.parametrize(
    "given_",
    [
        {"language": "english"},
        {"language": 3},
        {"language": "e n"},
        {"skills": "two words"},
        {"skills": {"a": [1]}.values()},
        {"skills": 7},
        {"skills": [f"s{n}" for n in range(9)]},
        {"sensitive": ["x" * 41]},
    ],
)
def test_marks_refuse(given_):
    with pytest.raises(ValidationError) as refused:
        marks_read(**given_)
    assert set(refused.value.message_dict) == set(given_)


@given(
    language=st.from_regex(LANGUAGE, fullmatch=True),
    skills=st.lists(st.from_regex(TAG, fullmatch=True), max_size=8),
)
def test_what_was_read_reads_the_same(language, skills):
    once = marks_read(language=language, skills=skills, sensitive=skills)
    assert (
        marks_read(language=once.language, skills=",".join(once.skills), sensitive=once.sensitive)
        == once
    )
    assert len(",".join(once.skills)) <= 400
