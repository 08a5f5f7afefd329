"""What a labeler has begun in a conversation and not sent: texts, and a pick among the answers.

Each text belongs to a place, which is how many turns are said before it: one that an undo leads
away from waits until its place comes again. A pick belongs to a step, since after an undo other
answers may stand in the same place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict

from annotation.dialogue.models import MOST_TURNS
from annotation.dialogue.talks import Talk
from annotation.feedback.drafts import aim_of, number, whole_or
from annotation.feedback.severity import LEAST, MOST
from annotation.texts import newlines_plain

LAST_PLACE = 2 * MOST_TURNS


@dataclass(frozen=True)
class TalkDraft:
    """`later` holds texts by place; `answer` is the picked one's place in the order shown."""

    text: str = ""
    later: dict[int, str] = field(default_factory=dict)
    answer: int | None = None
    severity: int | None = None


def talk_draft_saved(talk: Talk) -> TalkDraft:
    """Read {"text": str, "place": n, "later": {place: str}, "pick": {"step": n, "answer": n,
    "severity": n, "aim": "best" or "worst"}}.
    """
    texts = texts_waiting(talk)
    draft = TalkDraft(texts.pop(len(talk.turns), ""), texts)
    pick = talk.assignment.draft.get("pick")
    return picked(draft, talk, pick) if isinstance(pick, dict) else draft


def talk_draft_posted(talk: Talk, form: QueryDict) -> TalkDraft:
    """What a page held that was refused, with its pick if it is of the answers that stand there."""
    draft = talk_draft_saved(talk)
    draft = replace(draft, text=newlines_plain(form.get("text", draft.text)))
    pick = {name: number(form.get(name)) for name in ("step", "answer", "severity")}
    return picked(draft, talk, {**pick, "aim": form.get("aim")})


def picked(draft: TalkDraft, talk: Talk, pick: Mapping[str, Any]) -> TalkDraft:
    """The draft with this pick, unless it was made among other answers or for another aim."""
    answer = whole_or(pick.get("answer"), 0, len(talk.offered) - 1, None)
    aim = talk.assignment.task.project.ranking_aim
    if pick.get("step") != talk.step or aim_of(pick.get("aim")) != aim or answer is None:
        return draft
    severity = whole_or(pick.get("severity"), LEAST, MOST, None)
    return replace(draft, answer=answer, severity=severity)


def texts_waiting(talk: Talk) -> dict[int, str]:
    """What was typed and not sent, by its place: where the talk stands, or later."""
    draft, here = talk.assignment.draft, len(talk.turns)
    later = draft.get("later")
    texts: dict[int | None, Any] = {}
    if isinstance(later, dict):
        texts = {number(place): text for place, text in later.items()}
    texts[whole_or(draft.get("place", here), 0, LAST_PLACE, None)] = draft.get("text")
    return {
        place: text
        for place, text in texts.items()
        if place is not None and here <= place <= LAST_PLACE and isinstance(text, str) and text
    }


def draft_standing(talk: Talk, texts: Mapping[int, str]) -> dict[str, Any]:
    """The draft of a talk that has just come to stand where it does, as it is saved.

    It says to which place its text belongs: one that a page saved before, and that came after it,
    is none of this place's.
    """
    here = len(talk.turns)
    later = {str(place): text for place, text in texts.items() if place > here}
    said = {"text": texts.get(here, ""), "place": here, "later": later, "pick": None}
    return {**talk.assignment.draft, **said}
