"""Markdown becomes HTML that neither runs anything nor fetches anything."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.markdown import ATTRIBUTES, LONGEST, TAGS, markdown_render


def test_commonmark_and_tables() -> None:
    html = markdown_render(
        "# T\n\n*a* **b** `c`\n\n3. x\n\n| h |\n|---|\n| d |\n\n```py\n1 < 2\n```"
    )
    assert "<h1>T</h1>" in html
    assert "<em>a</em> <strong>b</strong> <code>c</code>" in html
    assert '<ol start="3">\n<li>x</li>' in html
    assert "<td>d</td>" in html
    assert '<pre><code class="language-py">1 &lt; 2\n</code></pre>' in html


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
    assert html.startswith("<pre>&lt;b&gt;xxx")


@pytest.mark.parametrize("pattern", ["[", "![", "[a](", "[a][", "a\n", "**a", "|a|b\n|-|-\n"])
@pytest.mark.parametrize("length", [8_000, 39_999, 199_000])
def test_no_text_keeps_the_page_waiting(pattern: str, length: int) -> None:
    began = time.process_time()
    markdown_render((pattern * length)[:length])
    assert time.process_time() - began < 2.0  # some 0.5 s; 199,000 brackets were 4 s


MARKS = st.text(st.sampled_from("<>&\"'`*_[]()!#|-:\n =/abcjsonerrhfi1."), max_size=80)


@given(MARKS)
def test_nothing_but_the_listed_tags_and_attributes_ever_comes_out(text: str) -> None:
    html = markdown_render(text)
    for tag, attributes in re.findall(r"<([a-zA-Z0-9]+)([^>]*)>", html):
        assert tag in TAGS
        allowed = ATTRIBUTES.get(tag, set()) | {"rel"}
        assert set(re.findall(r'([a-z-]+)="', attributes)) <= allowed
