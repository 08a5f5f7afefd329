"""What the writing page holds: read from a draft or from a posted form, whichever there is.

A draft is what a browser once sent, so nothing in it is taken on trust: what does not fit is left
out.
"""

from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from annotation.texts import newlines_plain
from annotation.writing.content import OWN_FIELDS, WritingInput
from annotation.writing.few_shot import MOST_PAIRS, Pair
from annotation.writing.models import WritingKind

SHOWN_PAIRS = 3


@dataclass(frozen=True)
class WritingForm:
    """The page's fields as they stand, those of all kinds."""

    use_case: str = ""
    text: str = ""
    with_answer: bool = False
    answer: str = ""
    instruction: str = ""
    pairs: list[Pair] = field(default_factory=list)
    story: str = ""
    harm: str = ""
    sensitive: list[str] = field(default_factory=list)

    def said(self, kind: WritingKind) -> WritingInput:
        """What of it a kind takes in. Pairs left blank are none."""
        own = {
            "text": self.text,
            "answer": self.answer if self.with_answer else None,
            "instruction": self.instruction,
            "pairs": tuple(
                pair for pair in self.pairs if pair.query.strip() or pair.response.strip()
            ),
            "story": self.story,
            "harm": self.harm,
        }
        taken: dict[str, Any] = {name: own[name] for name in OWN_FIELDS[kind]}
        return WritingInput(
            kind=kind, use_case=self.use_case, sensitive=tuple(self.sensitive), **taken
        )

    @property
    def pairs_shown(self) -> list[Pair]:
        """At least so many rows to write into."""
        return [*self.pairs, *[Pair("", "")] * (SHOWN_PAIRS - len(self.pairs))]


def form_posted(post: QueryDict) -> WritingForm:
    def text(name: str) -> str:
        return newlines_plain(post.get(name) or "")

    queries, responses = post.getlist("query"), post.getlist("response")
    return WritingForm(
        use_case=text("use_case"),
        text=text("text"),
        with_answer="with_answer" in post,
        answer=text("answer"),
        instruction=text("instruction"),
        pairs=[
            Pair(newlines_plain(query), newlines_plain(response))
            for query, response in zip(queries, responses, strict=False)
        ],
        story=text("story"),
        harm=text("harm"),
        sensitive=post.getlist("sensitive"),
    )


def form_saved(draft: dict[str, Any]) -> WritingForm:
    rows = [row for row in list_of(draft, "pairs") if isinstance(row, dict)]
    return WritingForm(
        use_case=text_of(draft, "use_case"),
        text=text_of(draft, "text"),
        with_answer=draft.get("with_answer") is True,
        answer=text_of(draft, "answer"),
        instruction=text_of(draft, "instruction"),
        pairs=[Pair(text_of(row, "query"), text_of(row, "response")) for row in rows[:MOST_PAIRS]],
        story=text_of(draft, "story"),
        harm=text_of(draft, "harm"),
        sensitive=[key for key in list_of(draft, "sensitive") if isinstance(key, str)],
    )


def list_of(draft: dict[str, Any], name: str) -> list[Any]:
    value = draft.get(name)
    return value if isinstance(value, list) else []


def text_of(draft: dict[str, Any], name: str) -> str:
    value = draft.get(name)
    return value if isinstance(value, str) else ""
