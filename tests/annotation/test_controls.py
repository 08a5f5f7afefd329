"""What changes a text unseen is named, and nothing else is touched."""

from typing import Any

import pytest
from django.utils.translation import gettext_lazy

from annotation.controls import controls_show, controls_show_in


@pytest.mark.parametrize(
    ("char", "code"),
    [
        ("\u202e", "U+202E"),
        ("\u2067", "U+2067"),
        ("\u200b", "U+200B"),
        ("\x1b", "U+001B"),
        ("\U000e0041", "U+E0041"),
    ],
)
def test_a_control_is_named_and_does_nothing(char: str, code: str) -> None:
    shown = controls_show(f"a{char}<b>")
    assert shown == f'a<span class="control">{code}</span>&lt;b&gt;'
    assert char not in shown


@pytest.mark.parametrize(
    "text",
    [
        "a\tb\r\nc",
        "\u05d0\u200f!\u200e",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\U0001f469\u200d\U0001f52c",
        "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
        "Silben\u00adtrennung",
    ],
)
def test_what_ordinary_writing_needs_stays(text: str) -> None:
    assert controls_show(text) == text


def test_markup_stays_markup() -> None:
    html = '<code title="a > \u202eb">x</code> 1 &lt; 2 \u202e'
    shown = '<code title="a > U+202Eb">x</code> 1 &lt; 2 <span class="control">U+202E</span>'
    assert controls_show_in(html) == shown


def test_a_text_that_is_translated_later_is_shown_too() -> None:
    lazy: Any = gettext_lazy("Hand in \u202e & go")
    assert controls_show(lazy) == 'Hand in <span class="control">U+202E</span> &amp; go'
