"""`{% load pool %}`: the way between the pages about a project's prompts."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from annotation.people.access import Access
from annotation.people.models import MembershipRole

register = template.Library()
Role = MembershipRole.Role

PAGES: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("prompts", _("All prompts"), (Role.ADMIN,)),
    ("prompt-findings", _("Findings"), (Role.ADMIN, Role.REVIEWER)),
    ("prompt-mix", _("Mix"), (Role.ADMIN, Role.RESEARCHER)),
    ("prompt-rules", _("Rules"), (Role.ADMIN,)),
    ("prompt-intake", _("Intake"), (Role.ADMIN,)),
)


@register.filter
def count(counted: Mapping[str, int], name: str) -> int:
    """How many of it were counted; a Counter has 0 even for what a template calls `items`."""
    return counted.get(name, 0)


@register.simple_tag
def pool_pages(access: Access, here: str) -> list[dict[str, Any]]:
    """Those that the reader's roles open."""
    return [
        {
            "url": reverse(name, args=[access.project.slug]),
            "label": label,
            "here": name == here,
        }
        for name, label, roles in PAGES
        if access.has(*roles)
    ]
