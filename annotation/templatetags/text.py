"""`{% load text %}`: texts of people and models in templates."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from annotation import numerals
from annotation.controls import controls_show
from annotation.markdown import TOP, markdown_render
from annotation.texts import amid

register = template.Library()
register.filter(amid)


@register.filter
def markdown(text: str, level: int = TOP) -> SafeString:
    return markdown_render(text, level)


@register.filter
def visible(text: str) -> SafeString:
    """A text that is not formatted: with what cannot be seen in it named."""
    return controls_show(text)


@register.simple_tag(takes_context=True)
def lang_dir(context: Mapping[str, Any], language: str | None = None) -> SafeString:
    """The attributes of what holds a text of people or models: its language where that is known
    (the page's `text_language`, if none is given), and its own direction."""
    known = context.get("text_language", "") if language is None else language
    return format_html(' lang="{}" dir="auto"', known) if known else mark_safe(' dir="auto"')


@register.filter
def words(text: str) -> int:
    return len(text.split())


@register.filter
def numeral(value: float, form: str) -> str:
    """`{{ rate|numeral:"g" }}`: by one of Python's formats, as the reader's language writes it."""
    return numerals.numeral(value, form)


@register.simple_tag
def checks(
    name: str, index: int, flags: Iterable[Mapping[str, str]], selected: Collection[str]
) -> str:
    """A box to tick for each flag, with its `when`: for the reason that `options` has."""
    label = '<label class="check"><input type="checkbox" name="{}-{}" value="{}"{}> {}{}</label>'
    ticked = mark_safe(" checked")
    return format_html_join(
        "",
        label,
        (
            (name, index, flag["key"], ticked if flag["key"] in selected else "", *said(flag))
            for flag in flags
        ),
    )


def said(flag: Mapping[str, str]) -> tuple[str, str]:
    when = flag["when"]
    return flag["label"], format_html(' <span class="muted">{}</span>', when) if when else ""


@register.filter
def options(numbers: Iterable[int], selected: int | None) -> SafeString:
    """A select's options. A page of answers has a hundred: looped over in a template they take as
    long as all queries of the page."""
    found = (
        f"<option{' selected' if number == selected else ''}>{int(number)}</option>"
        for number in numbers
    )
    return mark_safe("".join(found))  # noqa: S308 - numbers
