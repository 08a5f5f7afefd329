"""Markdown becomes HTML that neither runs anything nor fetches anything."""

import re
import time
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.highlighting import CLASSES, LONGEST_CODE
from annotation.markdown import ATTRIBUTES, LONGEST, MOST_CELLS, MOST_NESTED, TAGS, markdown_render


def test_commonmark_and_tables() -> None:
    html = markdown_render(
        "# T\n\n*a* **b** `c`\n\n3. x\n\n| h |\n|---|\n| d |\n\n```py\n1 < 2\n```"
    )
    assert "<h3>T</h3>" in html
    assert "<em>a</em> <strong>b</strong> <code>c</code>" in html
    assert '<ol start="3">\n<li value="3">x</li>' in html
    assert "<td>d</td>" in html
    code = '<span class="m">1</span> &lt; <span class="m">2</span>\n'
    assert f'<pre><code title="py" class="language-py">{code}</code></pre>' in html


def levels(text: str, level: int = 3) -> list[tuple[str, str]]:
    return re.findall(r"<h(\d)>(\w+)</h\1>", markdown_render(text, level))


def test_headings_lie_below_those_of_the_page() -> None:
    text = "\n\n".join(f"{'#' * level} L{level}" for level in range(1, 7)) + "\n\nFirst\n===\n"
    below = [("3", "L1"), ("4", "L2"), ("5", "L3"), ("6", "L4"), ("6", "L5"), ("6", "L6")]
    assert levels(text) == [*below, ("3", "First")]


def test_headings_leave_no_level_out() -> None:
    text = "### A\n\n###### B\n\n#### C\n\n## D\n\n### E\n\n# F"
    expected = [("3", "A"), ("4", "B"), ("4", "C"), ("3", "D"), ("4", "E"), ("3", "F")]
    assert levels(text) == expected
    assert levels("## A\n\n#### B", 4) == [("4", "A"), ("5", "B")]


def test_what_would_turn_the_text_round_is_named() -> None:
    assert '<p>a <span class="control">U+202E</span>b</p>' in markdown_render("a \u202eb")
    plain = markdown_render("[\u202e" * 5_000)
    assert '[<span class="control">U+202E</span>[' in plain


def test_a_wide_table_can_be_scrolled_by_keys_and_has_a_name() -> None:
    text = "Text\n\n| h |\n|---|\n| d |\n\nmore"
    html = markdown_render(text)
    frame = '<div class="table" tabindex="0" role="group" aria-label="Table">'
    assert f"{frame}<table>" in html
    assert "</table>\n</div>\n<p>more" in html
    with override("de"):
        assert frame.replace("Table", "Tabelle") in markdown_render(text)


def test_raw_html_is_shown_as_text() -> None:
    html = markdown_render('<script>alert(1)</script>\n\n<b onclick="x()">bold</b>')
    assert "<script" not in html
    assert "<b" not in html.replace("<br", "")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_an_image_is_a_link_and_is_not_fetched() -> None:
    html = markdown_render("![a cat](https://spy.example/cat.png?who=lena)")
    assert "<img" not in html
    assert 'href="https://spy.example/cat.png?who=lena"' in html
    assert ">a cat (image)</a>" in html


def test_an_image_is_named_in_the_readers_language() -> None:
    texts = "![a cat](https://spy.example/cat.png)", "![](https://spy.example/cat.png)"
    for language, named in (("en", "image"), ("de", "Bild"), ("en", "image")):
        with override(language):
            shown = [markdown_render(text) for text in texts]
        assert f">a cat ({named})</a>" in shown[0]
        assert f">{named} ({named})</a>" in shown[1]


def test_links_give_nothing_away_and_run_nothing() -> None:
    html = markdown_render("[a](https://a.example) [b](javascript:alert(1)) <https://c.example>")
    assert html.count('rel="noopener nofollow"') == 2
    assert "href=" in html
    assert 'href="javascript' not in html


@pytest.mark.parametrize(
    "target", ["javascript:x()", "JaVaScRiPt:x()", "data:text/html,x", "vbscript:x", "file:///etc"]
)
def test_other_schemes_are_no_links(target: str) -> None:
    assert f'href="{target.lower()}' not in markdown_render(f"[a]({target})").lower()
    assert "<img" not in markdown_render(f"![a]({target})")


def test_what_is_too_long_to_parse_is_shown_as_it_is() -> None:
    html = markdown_render("<b>" + "x" * LONGEST)
    assert html.startswith("<pre>\n&lt;b&gt;xxx")


@pytest.mark.parametrize("pattern", ["[", "![", "[a](", "[a][", "a\n", "**a", "|a|b\n|-|-\n"])
@pytest.mark.parametrize("length", [8_000, 39_999, 199_000])
def test_no_text_keeps_the_page_waiting(pattern: str, length: int) -> None:
    began = time.process_time()
    markdown_render((pattern * length)[:length])
    assert time.process_time() - began < 2.0  # some 0.5 s; 199,000 brackets were 4 s


MARKS = st.text(st.sampled_from("<>&\"'`*_[]()!#|-:\n =/abcjsonerrhfi1."), max_size=80)


@given(MARKS | MARKS.map(lambda text: f"```js\n{text}\n```"))
def test_nothing_but_the_listed_tags_and_attributes_ever_comes_out(text: str) -> None:
    html = markdown_render(text)
    for tag, attributes in re.findall(r"<([a-zA-Z0-9]+)([^>]*)>", html):
        assert tag in TAGS
        if tag == "span":
            assert re.fullmatch(f' class="({"|".join(CLASSES.values())})"', attributes)
            continue
        if tag == "div":
            assert attributes == ' class="table" tabindex="0" role="group" aria-label="Table"'
            continue
        allowed = ATTRIBUTES.get(tag, set()) | {"rel"}
        assert set(re.findall(r'([a-z-]+)="', attributes)) <= allowed


class Shown(HTMLParser):
    """What a reader of the HTML has before them: its text, and where its links and lists point."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.noted = ""

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.noted += "".join(
            f"{value} " for name, value in attrs if name in ("href", "title", "value")
        )


def shown(text: str) -> Shown:
    reader = Shown()
    reader.feed(markdown_render(text))
    reader.close()
    return reader


def plain(text: str) -> bool:
    """Whether `text` is shown as it was written, with no formatting at all."""
    html = markdown_render(text)
    return html.startswith("<pre>\n") and shown(text).text == f"\n{text}"


def test_a_newline_is_a_line_break() -> None:
    assert markdown_render("One\ntwo  \nthree\n\nfour") == (
        "<p>One<br>\ntwo<br>\nthree</p>\n<p>four</p>\n"
    )


def test_indentation_is_kept_in_paragraphs_lists_and_quotes() -> None:
    assert markdown_render("  Roses\n  are\n    red,\n\tviolets") == (
        "<p>&nbsp;&nbsp;Roses<br>\n&nbsp;&nbsp;are<br>\n"
        "&nbsp;&nbsp;&nbsp;&nbsp;red,<br>\n&nbsp;&nbsp;&nbsp;&nbsp;violets</p>\n"
    )
    assert "<li>a<br>\nb<br>\n&nbsp;&nbsp;c</li>" in markdown_render("- a\n  b\n    c")
    assert "<p>q<br>\n&nbsp;&nbsp;r</p>" in markdown_render("> q\n>   r")


def test_code_within_a_line_keeps_its_line_breaks() -> None:
    html = markdown_render("Use ```a\n  b``` and `` c ``.")
    assert html == "<p>Use <code>a\n&nbsp;&nbsp;b</code> and <code>c</code>.</p>\n"


def test_code_is_coloured_and_reads_as_written() -> None:
    code = "def f(x):\n    # <b>3px</b>\n\treturn f'{x!r}' if x > 2 else \"&amp;\"\n\n\n"
    html = markdown_render(f"```Python\n{code}```")
    assert '<span class="k">def</span> <span class="nf">f</span>(x):' in html
    assert '<span class="c"># &lt;b&gt;3px&lt;/b&gt;</span>' in html
    assert shown(f"```Python\n{code}```").text.strip("\n") == code.strip("\n")


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("", "def f(): pass"),
        ("brainfuck", "+++"),
        ("py", "x = 1\n" * (LONGEST_CODE // 6 + 1)),
        ("c", "\n" * 9_000 + "x"),  # more than ten seconds
        ("java", " a\n" * 3_000),
    ],
)
def test_code_is_plain_where_its_colours_are_unknown_or_take_long(language: str, code: str) -> None:
    began = time.process_time()
    html = markdown_render(f"```{language}\n{code}\n```")
    assert "<span" not in html
    assert "<code" in html
    assert time.process_time() - began < 1.5


def test_many_codes_take_no_longer_than_one() -> None:
    began = time.process_time()
    markdown_render(("```c\n" + "\n" * 3_000 + "x\n```\n\n") * 12)
    assert time.process_time() - began < 1.5


@settings(deadline=None)  # the first of a language loads its lexer
@given(
    st.sampled_from(["py", "js", "html", "css", "diff", "bash", "php", "console", "yaml", "json"]),
    st.text(st.characters(codec="utf-8", exclude_characters="`\r\0"), max_size=60) | MARKS,
)
def test_colours_change_no_character(language: str, code: str) -> None:
    code = f"x {code}".replace("`", "'")
    html = markdown_render(f"```{language}\n{code}\n```")
    uncoloured = re.sub("</?span[^>]*>", "", html)
    plain = re.sub("</?span[^>]*>", "", markdown_render(f"```text\n{code}\n```"))
    begin = '<pre><code title="text" class="language-text">'
    assert uncoloured == plain.replace(begin, begin.replace("text", language))


def test_link_definitions_are_seen() -> None:
    assert shown("See [it][a].\n\n[a]: http://x.example 'T'").text == (
        "See [it][a].\n[a]: http://x.example 'T'\n"
    )


def test_an_entity_is_shown_as_it_was_written() -> None:
    assert shown("&copy; &#65; &nbsp;").text == "&copy; &#65; &nbsp;\n"


def test_a_lists_numbers_are_the_writers() -> None:
    assert shown("1. a\n7. b\n03. c").noted == "1 7 03 "


@pytest.mark.parametrize("text", ["# ", "***", "[](http://x.example)", "-", "> > ", "| | |\n|-|-|"])
def test_what_is_nothing_but_markup_is_shown_as_it_is(text: str) -> None:
    assert plain(text)


@pytest.mark.parametrize(
    "text",
    [
        "> " * (MOST_NESTED + 5) + "!",
        "\n".join("  " * depth + "- x" for depth in range(MOST_NESTED)),
        "| a | b |\n|---|---|\n| 1 | 2 | and more |",
        "[a](ftp://x.example/file)",
        "Words and ![a](http://x.example 'a title') of it",
    ],
)
def test_what_formatting_would_drop_is_shown_as_it_is(text: str) -> None:
    assert plain(text)


def test_many_cells_are_shown_as_plain_text() -> None:
    """Rows are filled up to the header's width: of 4 kB came a megabyte."""
    row = "|".join("abcdefghij") + "\n"
    table = row + "|".join("-" * 10) + "\n" + row * 80
    assert markdown_render(table).count("<td>") == 800
    wide = "|" * 100 + "\n" + "|-" * 99 + "|\n"
    few = "a\n" * (MOST_CELLS // 100 - 10)
    assert "<table>" in markdown_render(wide + few)
    assert plain(wide + few + "a\n" * 20)
    assert plain(f"{wide}{few}\n" * 2)


@given(st.text(max_size=20) | MARKS)
def test_every_word_can_be_read(text: str) -> None:
    reader = shown(text)
    seen = f"{reader.text} {reader.noted} {unquote(reader.noted)}".casefold()
    assert all(word in seen for word in re.findall(r"[a-z0-9]+|[^\W_]+", text.casefold()))


@given(st.text(st.sampled_from("word \n\t*_#>-1.|`"), max_size=80))
def test_without_links_every_word_stands_in_the_text(text: str) -> None:
    reader = shown(text)
    for word in re.findall("[word]+", text):
        assert word in reader.text + reader.noted
    if text.strip():
        assert reader.text.strip()
