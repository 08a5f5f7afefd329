"""Texts that are stored in no language, and told in the reader's."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from annotation.texts import storable, text_validate
from annotation.words import MOST_QUOTED, Words, words_restored
from annotation.words import gettext_words as _
from annotation.words import ngettext_words as ngettext


def test_words_are_said_in_the_language_they_are_read_in() -> None:
    words = _("%(what)s is longer than %(limit)s characters.") % {
        "what": _("Answer %(number)s") % {"number": 3},
        "limit": 200_000,
    }
    assert str(words) == "Answer 3 is longer than 200,000 characters."
    with translation.override("de"):
        assert str(words) == "Antwort 3 ist länger als 200.000 Zeichen."


def test_what_a_check_names_is_said_in_the_language_of_its_refusal() -> None:
    with translation.override("de"), pytest.raises(ValidationError) as refused:
        text_validate("", what=_("Answer %(number)s") % {"number": 3})
    assert refused.value.messages == ["Antwort 3 ist leer."]


def counted(count: int) -> Words:
    words = ngettext(
        "%(name)s: left out, in %(count)s line", "%(name)s: left out, in %(count)s lines", count
    )
    name = _("field `%(name)s` is not read here") % {"name": "a%s"}
    return words % {"name": name, "count": count}


@pytest.mark.parametrize("words", [_("Not UTF-8: save the file as UTF-8."), counted(1), counted(2)])
def test_words_come_back_from_storage_as_they_were(words: Words) -> None:
    assert words_restored(json.loads(json.dumps(words.stored()))) == words


def test_a_text_that_is_no_more_in_the_catalogs_is_said_as_it_is() -> None:
    with translation.override("de"):
        assert (
            str(_("So it was said once of %(name)s.") % {"name": "x"})
            == "So it was said once of x."
        )


def test_what_is_quoted_is_cut_and_can_be_stored() -> None:
    words = _("`%(name)s` must be text.") % {"name": "a\0\ud800" + "x" * 1000}
    stored = words.stored()
    assert storable(json.dumps(stored, ensure_ascii=False))
    assert stored["values"]["name"].startswith("a\\ud800x")
    assert len(stored["values"]["name"]) == MOST_QUOTED
    assert storable(str(words))
