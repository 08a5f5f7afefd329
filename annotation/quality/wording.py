"""Figures of the report in the reader's words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from annotation.numerals import numeral


def percent(share: float | None, form: str = ".1f") -> str:
    return "–" if share is None else f"{numeral(100 * share, form)} %"


def plain(value: float | None, form: str = ".2f") -> str:
    if value is None:
        return "–"
    nothing = float(format(value, form)) == 0  # however little below
    return numeral(0.0 if nothing else value, form).replace("-", "−")


def interval_text(row: Mapping[str, Any]) -> str:
    """ "72.6 ± 1.5 %": half of the bootstrap's interval."""
    if row["rate"] is None:
        return "–"
    half = numeral(50 * (row["high"] - row["low"]), ".1f")
    return f"{numeral(100 * row['rate'], '.1f')} ± {half} %"


def finding_text(finding: Mapping[str, Any], name: str) -> str:
    """Who is to be looked at and why, with the figures that say so."""
    said = {
        "name": name,
        "rate": percent(finding["agreement"]),
        "usual": percent(finding["usual"]),
    }
    kind = finding["kind"]
    if kind == "careless":
        said["trust"] = plain(finding["trust"])
        return (
            _(
                "%(name)s looks careless: the others agree on %(rate)s of the pairs, where they do "
                "on %(usual)s with the median labeler, and no bias explains it (trust %(trust)s)."
            )
            % said
        )
    if kind == "hurried":
        said["share"] = percent(finding["share"], ".0f")
        return (
            _(
                "%(name)s hurries: takes %(share)s of the median labeler's time for the same "
                "amount of text. The others agree on %(rate)s of the pairs."
            )
            % said
        )
    said["z"] = plain(abs(finding["z"]), ".1f")
    if kind == "position":
        said["tau"] = plain(finding["tau"])
        text = (
            _(
                "%(name)s ranks by place: what is shown first comes out better (tau %(tau)s, "
                "%(z)s standard deviations from chance). The others agree on %(rate)s of the pairs."
            )
            if finding["tau"] > 0
            else _(
                "%(name)s ranks by place: what is shown last comes out better (tau %(tau)s, "
                "%(z)s standard deviations from chance). The others agree on %(rate)s of the pairs."
            )
        )
        return text % said
    said["effect"] = percent(abs(finding["effect"]), ".0f")
    text = (
        _(
            "%(name)s prefers long answers: by %(effect)s of the pairs more than the median "
            "labeler (%(z)s standard errors). The others agree on %(rate)s of the pairs."
        )
        if finding["effect"] > 0
        else _(
            "%(name)s prefers short answers: by %(effect)s of the pairs more than the median "
            "labeler (%(z)s standard errors). The others agree on %(rate)s of the pairs."
        )
    )
    return text % said


def stretch_text(row: Mapping[str, Any]) -> str:
    if row["last"] is None:
        return _("from %(first)s") % {"first": numeral(row["first"])}
    return f"{numeral(row['first'])}–{numeral(row['last'])}"


def outliers_text(pace: Mapping[str, Any]) -> str:
    """How many of a labeler's rankings stand out: "2 quick, 1 slow"; empty where none does."""
    parts = []
    if pace["quick"]:
        parts.append(
            ngettext("%(n)s quick", "%(n)s quick", pace["quick"]) % {"n": numeral(pace["quick"])}
        )
    if pace["slow"]:
        parts.append(
            ngettext("%(n)s slow", "%(n)s slow", pace["slow"]) % {"n": numeral(pace["slow"])}
        )
    return ", ".join(parts)
