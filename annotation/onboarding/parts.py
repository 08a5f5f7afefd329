"""The parts of a step, one a page: what each asks, and what of an answer is missing.

An attempt keeps its answers by the part's key:

quiz             {"chosen": [[0], [1, 2]]}         options of each question
texts            {"said": [true, false]}           whether each text is sensitive
ranking-<gold>   {"ranks": [2, 1, 1, 3]}           by the slots of the gold's task, 1 is best
demonstration-<i>  {"text": "..."}
topics           {"said": [1, 5]}                  how well one can judge each, 1 to 5
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from annotation.feedback.checks import whole
from annotation.feedback.rankings import dense_ranks
from annotation.gold.models import Gold
from annotation.onboarding.content import Content, golds_named
from annotation.onboarding.models import OnboardingStep
from annotation.people.models import Project
from annotation.texts import text_validate

Kind = OnboardingStep.Kind
QUIZ, TEXTS, RANKING, DEMONSTRATION, TOPICS = (
    "quiz",
    "texts",
    "ranking",
    "demonstration",
    "topics",
)
MOST_ANSWER = 20_000
TOPIC_SCALE = range(1, 6)


@dataclass(frozen=True)
class Part:
    """`item`: what it is about: a Gold, a prompt, or the content's list."""

    kind: str
    key: str
    item: Any


def parts_of(*, kind: str, content: Content, project: Project) -> list[Part]:
    """A step's parts in their order; none for what is only acknowledged."""
    if kind == Kind.QUIZ:
        return [Part(QUIZ, QUIZ, content["questions"])]
    if kind == Kind.PRACTICE:
        return rankings_of(content, kind, project)
    if kind != Kind.SCREENING:
        return []
    prompts = [
        Part(DEMONSTRATION, f"{DEMONSTRATION}-{index}", prompt)
        for index, prompt in enumerate(content["demonstrations"])
    ]
    return [
        *([Part(TEXTS, TEXTS, content["texts"])] if content["texts"] else []),
        *rankings_of(content, kind, project),
        *prompts,
        *([Part(TOPICS, TOPICS, content["topics"])] if content["topics"] else []),
    ]


def rankings_of(content: Content, kind: str, project: Project) -> list[Part]:
    """Of gold that nobody has retired since."""
    golds = golds_named(content["golds"], kind=kind, project=project)
    return [Part(RANKING, f"{RANKING}-{gold.pk}", gold) for gold in golds if not gold.retired_at]


def answer_check(part: Part, answer: dict[str, Any]) -> dict[str, Any]:
    """An answer as it is stored. Raises ValidationError that says what is missing."""
    if part.kind == QUIZ:
        return {"chosen": chosen_check(part.item, answer.get("chosen"))}
    if part.kind == TEXTS:
        return {"said": said_check(part.item, answer.get("said"), (True, False))}
    if part.kind == TOPICS:
        return {"said": said_check(part.item, answer.get("said"), TOPIC_SCALE)}
    if part.kind == RANKING:
        return {"ranks": ranks_check(part.item, answer.get("ranks"))}
    text = text_validate(answer.get("text"), what=_("Your answer"), limit=MOST_ANSWER)
    return {"text": text}


def chosen_check(questions: Sequence[Content], chosen: Any) -> list[list[int]]:
    given = chosen if isinstance(chosen, list) else []
    checked = []
    for place, question in enumerate(questions):
        picked = given[place] if place < len(given) and isinstance(given[place], list) else []
        known = range(len(question["options"]))
        mine = sorted({each for each in picked if isinstance(each, int) and each in known})
        if not mine or (len(mine) > 1 and not question["multiple"]):
            raise ValidationError(_("Question %(place)s has no answer yet.") % {"place": place + 1})
        checked.append(mine)
    return checked


def said_check(asked: Sequence[Any], said: Any, allowed: Sequence[Any]) -> list[Any]:
    given = said if isinstance(said, list) else []
    missing = [
        str(place + 1)
        for place in range(len(asked))
        if place >= len(given) or given[place] is None or given[place] not in allowed
    ]
    if missing:
        raise ValidationError(_("Not answered yet: %(numbers)s.") % {"numbers": ", ".join(missing)})
    return list(given[: len(asked)])


def ranks_check(gold: Gold, ranks: Any) -> list[int]:
    count = len(gold.ranks)
    given = ranks if isinstance(ranks, list) else []
    if len(given) != count or not all(whole(each, 1, count) for each in given):
        raise ValidationError(_("Give each answer a rank from 1 to %(count)s.") % {"count": count})
    return dense_ranks(given)


def quiz_right(questions: Sequence[Content], chosen: Sequence[Sequence[int]]) -> list[bool]:
    """Whether each question was answered with its right options, all of them and no other."""
    return [
        [place for place, option in enumerate(question["options"]) if option["right"]]
        == list(picked)
        for question, picked in zip(questions, chosen, strict=True)
    ]
