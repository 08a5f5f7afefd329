"""Characters that change how a text is shown without being seen: shown by their code instead.

After U+202E a browser shows letters in reverse, and what a tag character says a model reads and a
person does not. Whoever judges a text has to see that they are there; what they would do is not
done. What ordinary writing needs stays as it is: joiners (of emoji, Persian, Hindi), soft
hyphens, marks of direction (U+200E, U+200F, U+061C).
"""

import re

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

CONTROLS = re.compile(
    "["
    "\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # all but tab and line breaks
    "\u202a-\u202e\u2066-\u2069"  # embeddings, overrides and isolates of direction
    "\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb"  # of no width
    "\U000e0000-\U000e007f"  # tags
    "]"
)
# A flag's region (of Wales, say) is written in tags behind a black flag.
FLAG = re.compile("(\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f)")
# Between tags, whose attributes may hold "<" and ">" in quotation marks.
TAG = re.compile(r'(<[^<>"]*(?:"[^"]*"[^<>"]*)*>)')


def controls_show(text: str) -> SafeString:
    """A text as HTML, escaped."""
    return controls_show_in(escape(str(text)))  # a lazy one would stay lazy


def controls_show_in(html: str) -> SafeString:
    """The same of HTML that is safe already. In a tag's attributes a code is text like the rest."""
    if not CONTROLS.search(html):
        return mark_safe(html)  # noqa: S308 - safe already
    parts = TAG.split(html)
    parts[::2] = [named(part) for part in parts[::2]]
    parts[1::2] = [CONTROLS.sub(code, part) for part in parts[1::2]]
    return mark_safe("".join(parts))  # noqa: S308 - what is added is ours


def named(text: str) -> str:
    parts = FLAG.split(text)
    parts[::2] = [CONTROLS.sub(sign, part) for part in parts[::2]]
    return "".join(parts)


def sign(found: re.Match[str]) -> str:
    return f'<span class="control">{code(found)}</span>'


def code(found: re.Match[str]) -> str:
    return f"U+{ord(found[0]):04X}"
