"""Markdown to HTML that is safe to show: CommonMark and tables, nothing that runs or phones home.

Texts come from models, files and strangers. Raw HTML is shown as text; an image is shown as a link,
because fetching it would tell its server who reads what and when; nh3 sanitises the result once
more, so that a fault in one of the two does not open the page.

Who judges a text has to see all of it: line breaks and indentation stay as written, and a text of
which the formatting would hide something is shown as plain text.
"""

import html
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import nh3
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, paragraph, table
from markdown_it.rules_inline import StateInline, backtick
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from annotation.controls import controls_show_in
from annotation.highlighting import CLASSES, Highlighter
from annotation.texts import leaves_mark

# fmt: off
TAGS = {
    "p", "br", "hr", "h3", "h4", "h5", "h6", "em", "strong", "s", "code", "pre",
    "blockquote", "ul", "ol", "li", "a", "table", "thead", "tbody", "tr", "th", "td",
    "span", "div",
}
# fmt: on
ATTRIBUTES = {
    "a": {"href", "title"},
    "ol": {"start"},
    "li": {"value"},
    "code": {"class", "title"},
    "div": {"aria-label"},
}
VALUES = {
    "span": {"class": set(CLASSES.values())},  # the colours of code
    "div": {"class": {"table"}, "tabindex": {"0"}, "role": {"group"}},
}
REL = "noopener nofollow"
# Past these the parser's time (30 µs a bracket) is not worth the formatting: shown as plain text.
LONGEST = 40_000
MOST_BRACKETS = 4_000
LONGEST_REMEMBERED = 8_000
# A row of two characters is filled up to the header's width: of a few kB came megabytes.
MOST_CELLS = 5_000
MOST_NESTED = 20
NO_BREAK = "\u00a0"
# Of a text's headings, the first: pages use two levels above.
TOP = 3


class NotFormatted(Exception):
    """The text is not worth formatting, or would lose something by it."""


def image_as_link(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any
) -> str:
    token = tokens[index]
    image = gettext("image")
    text = self.renderInlineAsText(token.children or [], options, env) or image
    address = escapeHtml(str(token.attrs.get("src", "")))
    return f'<a href="{address}">{escapeHtml(f"{text} ({image})")}</a>'


def table_scrolled(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any
) -> str:
    """A table in a frame of its own, in which keys scroll it where it is wide.

    A group, not a region: a page of many answers would have many landmarks of one name.
    """
    name = escapeHtml(gettext("Table"))
    frame = f'<div class="table" tabindex="0" role="group" aria-label="{name}">'
    return frame + self.renderToken(tokens, index, options, env)


def table_ended(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any
) -> str:
    return self.renderToken(tokens, index, options, env) + "</div>\n"


def paragraph_indented(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A paragraph whose lines keep their indentation, in spaces that no browser collapses."""
    indent = max(0, state.sCount[start] - state.blkIndent)
    paragraph(state, start, end, silent)
    inline = state.tokens[-2]
    inline.content = re.sub(
        r"^[ \t]+",
        lambda spaces: NO_BREAK * len(spaces[0].expandtabs(4)),
        " " * indent + inline.content,
        flags=re.MULTILINE,
    )
    return True


def code_as_written(state: StateInline, silent: bool) -> bool:
    """A code span that keeps its line breaks; the rule it wraps makes them spaces."""
    start, before = state.pos, len(state.tokens)
    found = backtick(state, silent)
    pushed = state.tokens[-1] if len(state.tokens) > before else None
    if pushed and pushed.type == "code_inline":
        width = len(pushed.markup)
        written = state.src[start + width : state.pos - width]
        if "\n" in written:
            pushed.content = written
    return found


def table_bounded(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A table, while all tables of the text have at most MOST_CELLS cells. Raises NotFormatted."""
    found = table(state, start, end, True)
    if silent or not found:
        return found
    width = state.src.count("|", state.bMarks[start], state.eMarks[start]) + 1
    last = next((line for line in range(start, end) if state.isEmpty(line)), end)
    state.env["cells"] = state.env.get("cells", 0) + width * (last - start)
    if state.env["cells"] > MOST_CELLS:
        raise NotFormatted
    return table(state, start, end, silent)


def parser() -> MarkdownIt:
    options = {"html": False, "breaks": True, "maxNesting": MOST_NESTED}
    markdown = MarkdownIt("commonmark", options).enable("table")
    # A definition shows nothing where it stands, an entity something else than was written.
    markdown.disable(["reference", "entity"])
    markdown.block.ruler.at("paragraph", paragraph_indented)
    markdown.block.ruler.at("table", table_bounded, {"alt": ["paragraph", "reference"]})
    markdown.inline.ruler.at("backticks", code_as_written)
    markdown.add_render_rule("image", image_as_link)
    markdown.add_render_rule("table_open", table_scrolled)
    markdown.add_render_rule("table_close", table_ended)
    return markdown


PARSER = parser()


def markdown_render(text: str, level: int = TOP) -> SafeString:
    """Render `text` to sanitised HTML; links carry rel="noopener nofollow".

    Its headings begin at `level` (3 to 6), one below the heading that it stands under.
    """
    if len(text) > LONGEST or text.count("[") > MOST_BRACKETS:
        return plain(text)
    if len(text) > LONGEST_REMEMBERED:
        return rendered(text, level)
    return remembered(text, level, get_language())


def rendered(text: str, level: int) -> SafeString:
    try:
        return controls_show_in(formatted(text, level))
    except NotFormatted:
        return plain(text)


# Instructions stand on every page and answers come back on reload; some 10 MB at the most.
@lru_cache(maxsize=512)
def remembered(text: str, level: int, language: str | None) -> SafeString:  # noqa: ARG001 - an image is named
    return rendered(text, level)


def plain(text: str) -> SafeString:
    # The first line break within <pre> is not the text's.
    return controls_show_in(f"<pre>\n{escapeHtml(text)}</pre>")


def formatted(text: str, level: int) -> str:
    """Sanitised HTML in which all of `text` can be read. Raises NotFormatted."""
    env: dict[str, Any] = {}
    tokens = PARSER.parse(text, env)
    if any(token.level >= MOST_NESTED - 1 for token in tokens):
        raise NotFormatted  # the parser drops what lies deeper
    for token in tokens:
        note_keep(token)
    headings_place(tokens, level)
    options = OptionsDict({**PARSER.options, "highlight": Highlighter()})  # type: ignore[typeddict-item]
    shown = nh3.clean(
        PARSER.renderer.render(tokens, options, env),
        tags=TAGS,
        attributes=ATTRIBUTES,
        tag_attribute_values=VALUES,
        url_schemes={"http", "https", "mailto"},
        link_rel=REL,
    )
    if not all_shown(text, shown):
        raise NotFormatted
    return shown


def note_keep(token: Token) -> None:
    """Let a list's numbers and what stands behind a fence be seen as they were written."""
    if token.type == "list_item_open" and token.info:
        token.attrSet("value", token.info)
    elif token.type == "fence" and token.info.strip():
        token.attrSet("title", token.info.strip())


def headings_place(tokens: Sequence[Token], top: int) -> None:
    """Let a text's headings follow those of the page, whatever level its writer began with or left
    out: each is one below the nearest before it that stood above it, or else at the top."""
    above: list[str] = []
    for token in tokens:
        if token.type == "heading_open":
            while above and above[-1] >= token.tag:
                above.pop()
            above.append(token.tag)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(top + len(above) - 1, 6)}"


SPAN = re.compile(r"</?span[^>]*>")
TAG = re.compile(r'<[^<>"]*(?:"[^"]*"[^<>"]*)*>')
EMPTY_LINK = re.compile(r"<a [^>]*></a>")
NOTED = re.compile(r' (?:href|title|value)="([^"]*)"')
# ASCII punctuation is what Markdown is made of; all else is the writer's.
WORD = re.compile(r"[^\s!-/:-@\[-`{-~]+")


def all_shown(text: str, shown: str) -> bool:
    """Whether each word of `text` is in the HTML's text or in what it notes (links, numbers).

    And whether there is anything to see at all, where the text has something.
    """
    # Where a colour ends no word does.
    shown = SPAN.sub("", EMPTY_LINK.sub("", shown))
    seen = html.unescape(TAG.sub(" ", shown))
    if leaves_mark(text) and not leaves_mark(seen):
        return False
    noted = html.unescape("\n".join(NOTED.findall(shown)))
    found = words(seen) + (words(noted) | words(unquote(noted)))
    return words(text) <= found


def words(text: str) -> Counter[str]:
    return Counter(WORD.findall(text.casefold()))
