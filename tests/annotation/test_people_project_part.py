"""What the parts of a project's form say of the project."""

import pytest
from django import forms

from annotation.people.forms import ProjectCreateForm, ProjectEditForm
from annotation.people.models import Project

TYPED = {
    "name": "Everyday",
    "k_min": 4,
    "k_max": 9,
    "overlap": 1,
    "lease_minutes": 30,
    "prompts_wanted": 0,
    "prompts_per_day": 0,
}


def changes(form_class: type[ProjectEditForm], **typed: object) -> dict[str, object]:
    form = form_class({**TYPED, **typed}, initial=form_class.initial_of(Project()))
    assert form.is_valid(), form.errors
    return form.changes()


def test_what_is_left_out_stays_as_it_is_stored():
    said = changes(ProjectEditForm)
    assert not {"queue_order", "daily_cap", "sensitive", "ranking_aim"} & said.keys()


@pytest.mark.parametrize(
    ("name", "typed"), [("daily_cap", 0), ("ranking_aim", "worst"), ("queue_order", "breadth")]
)
def test_what_was_said_is_written(name, typed):
    assert changes(ProjectEditForm, **{name: typed})[name] == typed


def test_a_text_can_be_emptied():
    said = changes(ProjectEditForm, harm_categories="", user_stories="")
    assert (said["harm_categories"], said["user_stories"]) == ("", "")


def test_every_part_says_what_the_project_holds_and_what_a_new_one_begins_with():
    project = Project(name="Everyday", gold_every=7, harm_categories="Fraud")
    initial = ProjectEditForm.initial_of(project)
    assert initial | {"name": "Everyday", "gold_every": 7, "harm_categories": "Fraud"} == initial
    assert (initial["likert"], initial["worst"]) == (True, "worst")
    assert {"sensitive", "flags", "annotations"} == set(ProjectCreateForm.initial_new())


@pytest.mark.parametrize(
    ("name", "low", "high", "initial", "required"),
    [
        ("agreement_wanted", 0, 100, 0, False),
        ("overlap_most", 1, 50, 5, False),
        ("revise_minutes", 0, 43_200, 60, False),
        ("gold_every", 0, 1_000, 1, False),
        ("daily_cap", 0, 10_000, 0, False),
        ("max_open_leases", 1, 50, 3, False),
        ("overlap", 1, 50, 1, True),
        ("lease_minutes", 1, 1_440, 30, True),
    ],
)
def test_a_number_is_bound_as_the_project_stores_it(name, low, high, initial, required):
    field = ProjectEditForm.base_fields[name]
    assert isinstance(field, forms.IntegerField)
    assert (field.min_value, field.max_value) == (low, high)
    assert (field.initial, field.required) == (initial, required)
