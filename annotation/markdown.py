"""Markdown to HTML that is safe to show: CommonMark and tables, nothing that runs or phones home.

Texts come from models, files and strangers. Raw HTML is shown as text; an image is shown as a link,
because fetching it would tell its server who reads what and when; nh3 sanitises the result once
more, so that a fault in one of the two does not open the page.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

# fmt: off
TAGS = {
    "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "em", "strong", "s", "code",
    "pre", "blockquote", "ul", "ol", "li", "a", "table", "thead", "tbody", "tr", "th", "td",
}
# fmt: on
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "code": {"class"}}
REL = "noopener nofollow"
# Past these the parser's time (30 µs a bracket) is not worth the formatting: shown as plain text.
LONGEST = 40_000
MOST_BRACKETS = 4_000
LONGEST_REMEMBERED = 8_000


def image_as_link(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any
) -> str:
    token = tokens[index]
    text = self.renderInlineAsText(token.children or [], options, env) or "image"
    return f'<a href="{escapeHtml(str(token.attrs.get("src", "")))}">{escapeHtml(text)} (image)</a>'


def parser() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable("table")
    markdown.add_render_rule("image", image_as_link)
    return markdown


PARSER = parser()


def markdown_render(text: str) -> SafeString:
    """Render `text` to sanitised HTML; links carry rel="noopener nofollow"."""
    if len(text) > LONGEST or text.count("[") > MOST_BRACKETS:
        return mark_safe(f"<pre>{escapeHtml(text)}</pre>")  # noqa: S308 - escaped just here
    return remembered(text) if len(text) <= LONGEST_REMEMBERED else rendered(text)


def rendered(text: str) -> SafeString:
    html = nh3.clean(
        PARSER.render(text),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel=REL,
    )
    return mark_safe(html)  # noqa: S308 - sanitised just above


# Instructions stand on every page and answers come back on reload; some 10 MB at the most.
remembered = lru_cache(maxsize=512)(rendered)
