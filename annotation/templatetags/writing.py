"""`{% load writing %}`: the way to the writing page, from pages of layers below it."""

from typing import Any

from django import template

from annotation.people.access import Access
from annotation.writing.wanted import quota_get

register = template.Library()


@register.inclusion_tag("annotation/writing_invitation.html")
def writing_invitation(access: Access) -> dict[str, Any]:
    """A link to it while prompts are wanted of this labeler."""
    project = access.project
    quota = quota_get(project=project, labeler=access.user) if project.prompts_wanted else None
    return {"project": project, "quota": quota}
