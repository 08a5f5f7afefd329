"""What the page says of a figure, in both languages."""

import pytest
from django.utils import translation

from annotation.quality.wording import (
    finding_text,
    interval_text,
    outliers_text,
    percent,
    plain,
    stretch_text,
)

SHARED = {"agreement": 0.5332, "usual": 0.7417}


def test_an_interval_reads_as_instructgpt_writes_it():
    row = {"rate": 0.726, "low": 0.711, "high": 0.741}
    assert interval_text(row) == "72.6 ± 1.5 %"
    assert interval_text({"rate": None, "low": None, "high": None}) == "–"
    with translation.override("de"):
        assert interval_text(row) == "72,6 ± 1,5 %"


def test_what_has_no_figure_is_a_dash():
    assert percent(None) == plain(None) == "–"
    assert plain(-0.254) == "−0.25"
    assert plain(-0.001) == "0.00"


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        ({"kind": "careless", "trust": 0.57, "gap": 0.2}, ["careless", "53.3 %", "74.2 %", "0.57"]),
        ({"kind": "position", "tau": 0.63, "z": 11.6}, ["shown first", "0.63", "11.6", "53.3 %"]),
        ({"kind": "position", "tau": -0.63, "z": -11.6}, ["shown last", "−0.63", "11.6"]),
        ({"kind": "length", "effect": 0.56, "z": 17.6}, ["long answers", "56 %", "17.6"]),
        ({"kind": "length", "effect": -0.56, "z": -17.6}, ["short answers", "56 %", "17.6"]),
        ({"kind": "hurried", "share": 0.2, "z": -9}, ["hurries", "20 %", "53.3 %"]),
    ],
)
def test_a_finding_says_who_and_by_which_figures(finding, words):
    text = finding_text({**finding, **SHARED}, "Lena")
    assert text.startswith("Lena ")
    assert all(word in text for word in words), text


def test_stretches_and_outliers():
    assert stretch_text({"first": 11, "last": 25}) == "11–25"
    assert stretch_text({"first": 100_001, "last": None}) == "from 100,001"
    assert outliers_text({"quick": 2, "slow": 1}) == "2 quick, 1 slow"
    assert outliers_text({"quick": 0, "slow": 0}) == ""
