"""@names in messages: found as they are written, and shown as what they are."""

import html
import re
from collections.abc import Collection

from django.db.models.functions import Lower
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from annotation.discussion.threads import Thread
from annotation.markdown import TAG, markdown_render
from annotation.people.models import Membership

# What Django lets a username be made of; none begins amid an e-mail address.
NAMED = re.compile(r"(?<![\w@.+-])@([\w@.+-]{1,150})")
ENDING = ".@+-"
TAGS = re.compile(f"({TAG.pattern})")
VERBATIM = re.compile(r"<(/?)(?:code|pre|a)\b")


def names_in(text: str) -> set[str]:
    """In small letters; a name at the end of a sentence is tried with its full stop and without."""
    return {
        each.lower()
        for found in NAMED.findall(text)
        for each in (found, found.rstrip(ENDING))
        if each
    }


def members_named(text: str, thread: Thread) -> list[Membership]:
    """The members whom a text names, but its reader, and who see what is said in the thread."""
    names = names_in(text)
    if not names:
        return []
    found = thread.members().annotate(lower=Lower("user__username")).filter(lower__in=names)
    return list(found.exclude(user=thread.access.user).select_related("user"))


def mentions_show(text: str, names: Collection[str]) -> SafeString:
    """A message's Markdown as HTML, with each of `names` marked where it stands after an @.

    Only text is looked at, never a tag, and neither code nor links.
    """
    shown = markdown_render(text)
    known = {name.lower() for name in names}
    if not known:
        return shown
    parts = TAGS.split(shown)
    verbatim = 0
    for place, part in enumerate(parts):
        if place % 2:
            if found := VERBATIM.match(part):
                verbatim += -1 if found[1] else 1
        elif not verbatim:
            parts[place] = NAMED.sub(lambda found: marked(found, known), part)
    return mark_safe("".join(parts))  # noqa: S308 - what was rendered, and names escaped


def marked(found: re.Match[str], known: Collection[str]) -> str:
    name = found[1]
    for each in (name, name.rstrip(ENDING)):
        if each.lower() in known:
            rest = html.escape(name[len(each) :])
            return format_html('<span class="mention">@{}</span>', each) + rest
    return found[0]
