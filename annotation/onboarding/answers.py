"""A part's answer on its page: read from what is posted, and shown as it stands.

What a page shows comes from one of three: what was posted and refused, the draft, or the answer.
Each is brought into the same form: the values of each field of the page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from annotation.feedback.drafts import (
    RankingDraft,
    number,
    ranking_draft_posted,
    ranking_draft_saved,
    strings,
)
from annotation.onboarding.models import OnboardingAttempt
from annotation.onboarding.parts import (
    DEMONSTRATION,
    QUIZ,
    RANKING,
    TEXTS,
    TOPIC_SCALE,
    Part,
)
from annotation.queue.claims import order_draw
from annotation.queue.models import TaskCompletion
from annotation.texts import newlines_plain

Values = dict[str, list[str]]
YES_NO = {"yes": True, "no": False}


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    checked: bool


@dataclass(frozen=True)
class Asked:
    """A field to be chosen in, once (`radio`) or any number of times (`checkbox`)."""

    name: str
    text: str
    kind: str
    choices: list[Choice]


def answer_posted(part: Part, form: QueryDict, attempt: OnboardingAttempt) -> dict[str, Any]:
    """The answer as part_answer takes it; what is missing in it is missing there too."""
    if part.kind == QUIZ:
        return {"chosen": [numbers(form.getlist(f"q-{i}")) for i in range(len(part.item))]}
    if part.kind == TEXTS:
        return {"said": [YES_NO.get(form.get(f"t-{i}", "")) for i in range(len(part.item))]}
    if part.kind == DEMONSTRATION:
        return {"text": newlines_plain(form.get("text", ""))}
    if part.kind == RANKING:
        draft = ranking_draft_posted(form, len(part.item.ranks))
        return {"ranks": ranks_by_slot(draft, shown_order(part, attempt))}
    return {"said": [number(form.get(f"s-{i}")) for i in range(len(part.item))]}


def numbers(said: Sequence[str]) -> list[int]:
    return [found for each in said if (found := number(each)) is not None]


def values_of(part: Part, answer: Mapping[str, Any] | None) -> Values:
    """An answer as its page's fields hold it."""
    if not answer:
        return {}
    if part.kind == QUIZ:
        return {f"q-{i}": [str(each) for each in said] for i, said in enumerate(answer["chosen"])}
    if part.kind == TEXTS:
        return {f"t-{i}": ["yes" if each else "no"] for i, each in enumerate(answer["said"])}
    if part.kind == DEMONSTRATION:
        return {"text": [answer["text"]]}
    return {f"s-{i}": [str(each)] for i, each in enumerate(answer["said"])}


def values_shown(part: Part, attempt: OnboardingAttempt, posted: QueryDict | None) -> Values:
    """Of a part that is not a ranking."""
    if posted is not None:
        return {name: [str(each) for each in posted.getlist(name)] for name in posted}
    draft = attempt.drafts.get(part.key)
    if isinstance(draft, dict):
        return {name: strings(said) for name, said in draft.items()}
    return values_of(part, attempt.answers.get(part.key))


def asked_of(part: Part, values: Values) -> list[Asked]:
    """The fields of a part in which something is chosen."""
    if part.kind == QUIZ:
        return [
            asked(
                f"q-{i}",
                question["text"],
                [(str(n), each["text"]) for n, each in enumerate(question["options"])],
                values,
                kind="checkbox" if question["multiple"] else "radio",
            )
            for i, question in enumerate(part.item)
        ]
    if part.kind == TEXTS:
        said = [("yes", _("Yes")), ("no", _("No"))]
        return [asked(f"t-{i}", each["text"], said, values) for i, each in enumerate(part.item)]
    scale = [(str(each), str(each)) for each in TOPIC_SCALE]
    return [asked(f"s-{i}", each, scale, values) for i, each in enumerate(part.item)]


def asked(
    name: str, text: str, choices: list[tuple[str, str]], values: Values, *, kind: str = "radio"
) -> Asked:
    chosen = values.get(name, [])
    return Asked(
        name, text, kind, [Choice(value, label, value in chosen) for value, label in choices]
    )


def shown_order(part: Part, attempt: OnboardingAttempt) -> list[int]:
    """The slots of a ranking's answers in the order in which this try shows them."""
    return order_draw(len(part.item.ranks), attempt.seed ^ part.item.pk)


def shown_slots(part: Part, attempt: OnboardingAttempt) -> list[TaskCompletion]:
    rows = TaskCompletion.objects.filter(task=part.item.task_id).select_related("completion")
    slots = {row.slot: row for row in rows}
    return [slots[slot] for slot in shown_order(part, attempt)]


def ranks_by_slot(draft: RankingDraft, order: Sequence[int]) -> list[int | None]:
    """Ranks, the best first, of the task's slots; None where one is not ranked."""
    ranks: list[int | None] = [None] * len(order)
    for slot, judgment in zip(order, draft.judgments(), strict=True):
        ranks[slot] = judgment.rank
    return ranks


def ranking_shown(part: Part, attempt: OnboardingAttempt, posted: QueryDict | None) -> RankingDraft:
    """What the ranking's page holds, in the order shown."""
    k = len(part.item.ranks)
    if posted is not None:
        return ranking_draft_posted(posted, k)
    draft = attempt.drafts.get(part.key)
    if isinstance(draft, dict):
        return ranking_draft_saved(draft, k)
    answer = attempt.answers.get(part.key)
    if answer is None:
        return ranking_draft_saved({}, k)
    slots = [answer["ranks"][slot] for slot in shown_order(part, attempt)]
    return ranking_draft_saved({"slots": slots}, k)
