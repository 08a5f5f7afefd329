"""Filters of `{% load text %}`."""

import pytest

from annotation.templatetags.text import checks, options


@pytest.mark.parametrize("selected", [None, 0, 4])
def test_none_of_the_options_is_selected(selected):
    assert options(range(1, 4), selected) == (
        "<option>1</option><option>2</option><option>3</option>"
    )


def test_the_option_that_was_chosen_is_selected():
    assert options(range(1, 4), 2) == (
        "<option>1</option><option selected>2</option><option>3</option>"
    )


def test_boxes_are_ticked_escaped_and_say_when_they_are_asked():
    flags = [
        {"key": "a", "label": "<b>Bad</b>", "when": ""},
        {"key": "b", "label": "Odd", "when": "(if so marked: Closed & open)"},
    ]
    assert checks("flags", 2, flags, ["b"]) == (
        '<label class="check"><input type="checkbox" name="flags-2" value="a">'
        " &lt;b&gt;Bad&lt;/b&gt;</label>"
        '<label class="check"><input type="checkbox" name="flags-2" value="b" checked>'
        ' Odd <span class="muted">(if so marked: Closed &amp; open)</span></label>'
    )
