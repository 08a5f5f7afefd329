"""`{% load times %}`: how long something took, and when, in words."""

from datetime import datetime

from django import template
from django.template.defaultfilters import date
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from annotation.numerals import numeral

register = template.Library()
FORMS = {
    "full": "DATETIME_FORMAT",
    "short": "SHORT_DATETIME_FORMAT",
    "day": "DATE_FORMAT",
    "hour": "H:i",
    "second": "H:i:s",
}


@register.filter
def duration(seconds: int) -> str:
    """ "45 s", "2 min 10 s", "1 h 5 min", "2 d 3 h"."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


@register.filter
def minutes(seconds: int) -> str:
    """ "0 min", "45 min", "1 h 5 min": what a running total is told in."""
    hours, rest = divmod(int(seconds) // 60, 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"


@register.filter
def hours(seconds: int) -> str:
    """As minutes tells it, and in full hours from ten hours on: "9 h 5 min", "1,204 h"."""
    return f"{numeral(seconds // 3600)} h" if seconds >= 36_000 else minutes(seconds)


@register.filter
def when(at: datetime, form: str = "full") -> SafeString:
    """A moment as a <time>, in one of FORMS, in the server's zone, which it names: times.js
    shows it in the reader's. "brief" is today's by the hour alone."""
    return format_html(
        '<time datetime="{}" data-shown="{}">{}</time>',
        date(timezone.localtime(at), "c"),
        form,
        when_plain(at, form),
    )


@register.filter
def when_plain(at: datetime, form: str = "full") -> str:
    """The words alone, for an attribute."""
    local = timezone.localtime(at)
    if form == "brief":
        form = "hour" if local.date() == timezone.localdate() else "short"
    words = date(local, FORMS[form])
    return words if form == "day" else f"{words} {date(local, 'T')}"


@register.filter
def lasted(begin: datetime, end: datetime | None = None) -> str:
    """How long it took from `begin` to `end`, or until now."""
    return duration(max(0, round(((end or timezone.now()) - begin).total_seconds())))
