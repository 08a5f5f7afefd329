"""`{% load times %}`: how long something took, in words."""

from django import template

register = template.Library()


@register.filter
def duration(seconds: int) -> str:
    """ "45 s", "2 min 10 s", "1 h 5 min"."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


@register.filter
def minutes(seconds: int) -> str:
    """ "0 min", "45 min", "1 h 5 min": what a running total is told in."""
    hours, rest = divmod(int(seconds) // 60, 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"
