"""What a labeler has begun in a conversation and not sent: texts, and a pick among the answers.

Each text belongs to a place, which is how many turns are said before it: one that an undo leads
away from waits until its place comes again. A pick belongs to a step, since after an undo other
answers may stand in the same place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.http import QueryDict

from annotation.dialogue.models import MOST_TURNS
from annotation.dialogue.talks import Talk, talk_lock
from annotation.feedback.drafts import aim_of, number, whole_or
from annotation.feedback.severity import LEAST, MOST
from annotation.queue.draft_revisions import draft_revision, draft_writer
from annotation.queue.drafts import draft_validate
from annotation.queue.models import Assignment
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
    """What a page held that was refused: its text where that belongs by now, and its pick if it is
    of the answers that stand there."""
    texts, here = texts_waiting(talk), len(talk.turns)
    place = whole_or(number(form.get("place")), 0, LAST_PLACE, here)
    typed = newlines_plain(form.get("text", ""))
    own = form.get("draft_writer", "") == draft_writer(talk.assignment)
    if place == here and "text" in form and (own or number(form.get("step")) == talk.step):
        texts[here] = typed
    elif typed.strip() and place is not None and not said_at(talk, place, typed):
        place = place_next(place, here)
        texts[place] = joined(texts.get(place, ""), typed)
    draft = TalkDraft(texts.pop(here, ""), texts)
    pick = {name: number(form.get(name)) for name in ("step", "answer", "severity")}
    return picked(draft, talk, {**pick, "aim": form.get("aim")})


def place_next(place: int, here: int) -> int:
    """Where a text comes in that was written for `place`: there, or at the next turn of the same
    role. User and assistant take turns, so that is an even number of turns on."""
    return place if place >= here else here + (here - place) % 2


def said_at(talk: Talk, place: int, text: str) -> bool:
    return place < len(talk.turns) and talk.turns[place].text == text


def joined(before: str, more: str) -> str:
    """Two texts for one place: the one that holds the other, or both."""
    if before in more or more in before:
        return max(before, more, key=len)
    return f"{before}\n\n{more}"


def typed_keep(*, assignment: Assignment, form: QueryDict) -> Talk:
    """Keep in the draft what a page holds that the conversation has overtaken.

    That page goes on with it, as its writer; others that are open are overtaken. Returns the talk
    as it stands. Raises ValidationError for what has been handed in or cannot be kept.
    """
    with transaction.atomic():
        talk = talk_lock(assignment)
        held, draft = talk_draft_saved(talk), talk_draft_posted(talk, form)
        if (draft.text, draft.later) == (held.text, held.later):
            return talk
        row = talk.assignment
        texts = {len(talk.turns): draft.text, **draft.later}
        writer = form.get("draft_writer", "")
        kept = {**draft_standing(talk, texts), "pick": row.draft.get("pick")}
        draft_validate(kept, writer=writer)
        row.draft = {**kept, "revision": draft_revision(row) + 1, "writer": writer}
        row.save(update_fields=["draft"])
    return talk


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
