"""`{% load text %}`: texts of people and models in templates."""

from django import template
from django.utils.safestring import SafeString

from annotation.markdown import markdown_render

register = template.Library()


@register.filter
def markdown(text: str) -> SafeString:
    return markdown_render(text)


@register.filter
def words(text: str) -> int:
    return len(text.split())
