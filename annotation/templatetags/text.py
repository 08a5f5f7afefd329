"""`{% load text %}`: texts of people and models in templates."""

from collections.abc import Iterable

from django import template
from django.utils.safestring import SafeString, mark_safe

from annotation.markdown import markdown_render

register = template.Library()


@register.filter
def markdown(text: str) -> SafeString:
    return markdown_render(text)


@register.filter
def words(text: str) -> int:
    return len(text.split())


@register.filter
def options(numbers: Iterable[int], selected: int | None) -> SafeString:
    """A select's options. A page of answers has a hundred: looped over in a template they take as
    long as all queries of the page."""
    found = (
        f"<option{' selected' if number == selected else ''}>{int(number)}</option>"
        for number in numbers
    )
    return mark_safe("".join(found))  # noqa: S308 - numbers
