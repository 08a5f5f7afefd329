"""The rubric: what may be asked, and when."""

import pytest
from django.core.exceptions import ValidationError

from annotation.people.rubric import default_rubric, flag_applies, rubric_validate, rubric_whole

FLAG = {"key": "a", "label": "A"}


def test_the_default_rubric_asks_what_instructgpt_asked() -> None:
    rubric = rubric_whole(rubric_validate(default_rubric()))
    assert (len(rubric["annotations"]), len(rubric["flags"])) == (11, 11)
    conditional = {flag["key"]: flag["only"] for flag in rubric["flags"] if flag["only"]}
    assert conditional == {
        "hallucination": ["closed_domain"],
        "satisfies": ["safety_limits", "other_limits"],
        "opinion": ["asks_opinion", "asks_advice"],
        "moral": ["asks_moral"],
    }


def test_a_rubric_from_before_is_whole_with_nothing_more_asked() -> None:
    old = {"likert": {"worst": "bad", "best": "good"}, "flags": [FLAG]}
    assert rubric_whole(rubric_validate(old)) == {
        "likert": {"worst": "bad", "best": "good", "required": False},
        "flags": [{**FLAG, "only": []}],
        "annotations": [],
        "strength": "off",
    }
    assert rubric_whole({"likert": None, "flags": []})["likert"] is None


def test_flags_apply_under_one_of_their_annotations() -> None:
    assert flag_applies({"only": []}, [])
    assert not flag_applies({"only": ["x", "y"]}, ["z"])
    assert flag_applies({"only": ["x", "y"]}, ["z", "y"])


@pytest.mark.parametrize(
    "rubric",
    [
        None,
        [],
        {"likert": None},
        {"likert": {"worst": "bad"}, "flags": []},
        {"likert": {"worst": "bad", "best": "good", "required": 1}, "flags": []},
        {"likert": None, "flags": [{"key": "Rude", "label": "Rude"}]},
        {"likert": None, "flags": [{"key": "a", "label": ""}]},
        {"likert": None, "flags": [FLAG, FLAG]},
        {"likert": None, "flags": [{"key": f"a{n}", "label": "A"} for n in range(21)]},
        {"likert": None, "flags": "rude"},
        {"likert": None, "flags": ["rude"]},
        {"likert": None, "flags": [{**FLAG, "only": "x"}]},
        {"likert": None, "flags": [{**FLAG, "only": [1]}]},
        {"likert": None, "flags": [{**FLAG, "only": ["x"]}]},
        {"likert": None, "flags": [], "annotations": [{**FLAG, "only": []}]},
        {"likert": None, "flags": [], "annotations": [FLAG, FLAG]},
        {"likert": None, "flags": [], "annotations": None},
        {"likert": None, "flags": [], "strength": "always"},
        {"likert": None, "flags": [], "strength": []},
        {"likert": None, "flags": [], "colour": "red"},
    ],
)
def test_rubric_validate_refuses(rubric: object) -> None:
    with pytest.raises(ValidationError):
        rubric_validate(rubric)
