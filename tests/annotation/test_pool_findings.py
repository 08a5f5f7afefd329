"""Findings as they are shown."""

import pytest

from annotation.models import PromptFinding
from annotation.pool.findings import (
    PER_PAGE,
    findings_count,
    findings_of,
    findings_show,
    shown,
)
from tests.annotation.pool import scanned
from tests.annotation.work import prompt_make
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def test_a_span_is_shown_in_what_is_around_it(cast: Cast) -> None:
    prompt_make(cast.project, "x" * 300 + " a@mail.org " + "y" * 300)
    scanned(cast.project)
    one = shown(PromptFinding.objects.get())
    assert one.marked == "a@mail.org"
    assert one.before == "…" + "x" * 159 + " "
    assert one.after == " " + "y" * 159 + "…"


def test_a_duplicate_is_shown_beside_what_it_is_like(cast: Cast) -> None:
    begin = "Tell me a story. " * 10
    prompt_make(cast.project, begin + "Of bears.")
    prompt_make(cast.project, begin.upper() + "Of wolves.")
    scanned(cast.project)
    one = shown(PromptFinding.objects.get())
    assert one.marked == begin.upper() + "Of "
    assert one.after == "wolves."
    assert one.other == begin + "Of bears."


def test_pages_go_on_behind_the_last_one_shown(cast: Cast) -> None:
    for number in range(PER_PAGE + 3):
        prompt_make(cast.project, f"I am a{number}@mail.org, and glad.")
    scanned(cast.project, near_percent=0)
    assert findings_count(cast.project) == {"pii": PER_PAGE + 3}
    rows = findings_of(cast.project, kind="pii")
    first = findings_show(rows, 0)
    assert len(first) == PER_PAGE + 1
    rest = findings_show(rows, first[PER_PAGE - 1].finding.pk)
    assert [each.finding.pk for each in rest][:1] == [first[PER_PAGE].finding.pk]
    assert len(rest) == 3
    assert not findings_of(cast.project, kind="cap").exists()
    assert not findings_of(cast.project, state="kept").exists()
