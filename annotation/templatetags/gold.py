"""`{% load gold %}`: what a labeler is told of how they do, on pages of layers below it."""

from typing import Any

from django import template

from annotation.gold.models import GoldStanding
from annotation.gold.rules import rules_of
from annotation.people.access import Access

register = template.Library()


@register.inclusion_tag("annotation/gold_notice.html")
def gold_notice(access: Access) -> dict[str, Any]:
    """A word to who is warned or paused; nothing for the others."""
    member = access.membership
    standing = GoldStanding.objects.filter(membership=member).first() if member else None
    told = standing is not None and standing.state != GoldStanding.State.FINE
    return {
        "standing": standing if told else None,
        "rules": rules_of(access.project) if told else None,
        "slug": access.project.slug,
    }
