"""Filters of `{% load text %}`."""

import pytest

from annotation.templatetags.text import options


@pytest.mark.parametrize("selected", [None, 0, 4])
def test_none_of_the_options_is_selected(selected):
    assert options(range(1, 4), selected) == (
        "<option>1</option><option>2</option><option>3</option>"
    )


def test_the_option_that_was_chosen_is_selected():
    assert options(range(1, 4), 2) == (
        "<option>1</option><option selected>2</option><option>3</option>"
    )
