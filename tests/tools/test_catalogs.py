"""The catalogs hold what the sources say, each text translated, and are committed as compiled."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation import to_locale

from tools.catalogs import ROOT, collect, compiled

SOURCES = ("annotation", "inference", "plumbline", "simulation", "static", "templates", "training")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
TAG = re.compile(r"</?\w+[^>]*>")
Key = tuple[str | None, str, str]


def catalogs(root: Path) -> Iterator[tuple[str, polib.POFile]]:
    for path in sorted(root.glob("locale/*/LC_MESSAGES/*.po")):
        yield str(path.relative_to(root)), polib.pofile(str(path))


def keys(catalog: polib.POFile) -> set[Key]:
    return {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in catalog}


def pairs(entry: polib.POEntry) -> Iterator[tuple[str, str]]:
    """Each form of the text with its translation; one alone may leave its number out."""
    if not entry.msgid_plural:
        yield entry.msgid, entry.msgstr
    for number, text in entry.msgstr_plural.items():
        yield entry.msgid_plural if int(number) else entry.msgid, text


def test_what_is_committed_matches_the_catalogs() -> None:
    for path, content in compiled(ROOT):
        assert path.read_bytes() == content, f"{path} is not its catalog's: run `make messages`"


def test_every_language_but_that_of_the_sources_has_both_catalogs() -> None:
    languages = {to_locale(code) for code, _ in settings.LANGUAGES if code != "en"}
    for name in ("django.po", "djangojs.po"):
        found = (ROOT / "locale").glob(f"*/LC_MESSAGES/{name}")
        assert {path.parts[-3] for path in found} == languages


def test_catalogs_hold_what_the_sources_say(tmp_path: Path) -> None:
    if shutil.which("xgettext") is None:
        pytest.skip("Debian's gettext is not installed: catalogs are not held against the sources")
    for folder in (*SOURCES, "locale"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "manage.py", tmp_path)
    collect(tmp_path)
    committed = dict(catalogs(ROOT))
    for name, collected in catalogs(tmp_path):
        differing = keys(collected) ^ keys(committed[name])
        assert not differing, f"{name}: run `make messages` and translate what is new"


def test_every_text_is_translated() -> None:
    for name, catalog in catalogs(ROOT):
        lacking = [entry.msgid for entry in catalog if not entry.translated()]
        assert not lacking, f"{name}: translate what is empty or fuzzy"
        assert not catalog.obsolete_entries(), name


def test_translations_keep_placeholders_and_markup() -> None:
    for _, catalog in catalogs(ROOT):
        for entry in catalog:
            for text, translation in pairs(entry):
                said, given = (set(PLACEHOLDER.findall(each)) for each in (text, translation))
                assert said == given, translation
                assert Counter(TAG.findall(text)) == Counter(TAG.findall(translation)), translation
                if "python-format" in entry.flags:
                    # Django fills them so: a lone % would fail on the page.
                    assert translation % dict.fromkeys(re.findall(r"%\((\w+)\)", text), 0)
