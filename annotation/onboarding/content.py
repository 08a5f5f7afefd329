"""What a step of each kind asks, checked before it is stored.

read        {"instructions": bool, "ask_again": bool}: whether the project's instructions are shown,
            and asked for again when they change; then also {"text": the instructions}
consent     {"statement": text to agree to}
quiz        {"questions": [{"text", "multiple", "options": [{"text", "right"}], "explanation"}]}
practice    {"golds": [ids of gold for practice]}
screening   {"question", "texts": [{"text", "sensitive"}], "golds": [ids of gold for screening],
             "demonstrations": [prompts], "topics": [texts], "cutoffs": {"sensitive", "ranking",
             "demonstrations"}}: any of its four parts may be empty, not all
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from annotation.gold.models import Gold
from annotation.onboarding.models import OnboardingStep
from annotation.people.models import Project
from annotation.queue.models import Task
from annotation.texts import text_validate

Kind = OnboardingStep.Kind
Content = dict[str, Any]
MOST_ITEMS = 100
MOST_TEXT = 20_000
# InstructGPT's soft cut-offs (arXiv 2203.02155, appendix B.1): percent, percent, mean of 1-7.
CUTOFFS = {"sensitive": 75.0, "ranking": 75.0, "demonstrations": 6.0}
CUTOFF_ENDS = {"sensitive": (0, 100), "ranking": (0, 100), "demonstrations": (1, 7)}
GOLD_PURPOSES = {Kind.PRACTICE: Task.Purpose.PRACTICE, Kind.SCREENING: Task.Purpose.SCREENING}


def content_new(kind: str) -> Content:
    """With what a new step of this kind begins."""
    begins: dict[str, Content] = {
        Kind.READ: {"instructions": False, "ask_again": True},
        Kind.CONSENT: {"statement": ""},
        Kind.QUIZ: {"questions": []},
        Kind.PRACTICE: {"golds": []},
        Kind.SCREENING: {
            "question": _("Does this text contain sensitive speech?"),
            "texts": [],
            "golds": [],
            "demonstrations": [],
            "topics": [],
            "cutoffs": dict(CUTOFFS),
        },
    }
    return begins[Kind(kind)]


def content_validate(content: Any, *, kind: str, project: Project, body: str) -> Content:
    """The content as it is stored. Raises ValidationError under the key "content"."""
    try:
        known = set(content_new(kind))
        if not isinstance(content, dict) or set(content) - known - {"text"}:
            raise ValidationError(
                _("A step of this kind holds: %(names)s.") % {"names": ", ".join(sorted(known))}
            )
        return CHECKS[Kind(kind)]({**content_new(kind), **content}, project, body)
    except ValidationError as error:
        raise ValidationError({"content": error.messages}) from error


def read_check(content: Content, project: Project, body: str) -> Content:
    shown = boolean(content["instructions"], _("Whether the instructions are shown"))
    if not shown and not body.strip():
        raise ValidationError(_("Write what is to be read, or show the project's instructions."))
    again = boolean(content["ask_again"], _("Whether changed instructions are asked for again"))
    text = {"text": project.instructions} if shown else {}
    return {"instructions": shown, "ask_again": again, **text}


def consent_check(content: Content, _project: Project, _body: str) -> Content:
    statement = content["statement"]
    return {"statement": text_validate(statement, what=_("The statement"), limit=MOST_TEXT)}


def quiz_check(content: Content, _project: Project, _body: str) -> Content:
    questions = items(content["questions"], _("The quiz"))
    if not questions:
        raise ValidationError(_("A quiz needs one question at least."))
    return {"questions": [question_check(each, place) for place, each in enumerate(questions, 1)]}


def question_check(question: Any, place: int) -> Content:
    what = _("Question %(place)s") % {"place": place}
    fields = {"text", "multiple", "options", "explanation"}
    if not isinstance(question, dict) or not {"text", "options"} <= set(question) <= fields:
        raise ValidationError(_("%(what)s has a text and options.") % {"what": what})
    explanation = question.get("explanation", "")
    text_validate(question["text"], what=what, limit=MOST_TEXT)
    text_validate(
        explanation,
        what=_("The explanation of %(what)s") % {"what": what},
        limit=MOST_TEXT,
        blank=True,
    )
    options = [option_check(each, what) for each in items(question["options"], what)]
    multiple = boolean(question.get("multiple", False), what)
    right = sum(each["right"] for each in options)
    if len(options) < 2:
        raise ValidationError(_("%(what)s needs two options at least.") % {"what": what})
    if right != 1 and not multiple:
        raise ValidationError(
            _("%(what)s needs exactly one right option, or may have several.") % {"what": what}
        )
    return {
        "text": question["text"],
        "multiple": multiple,
        "options": options,
        "explanation": explanation,
    }


def option_check(option: Any, what: str) -> Content:
    if not isinstance(option, dict) or set(option) != {"text", "right"}:
        raise ValidationError(
            _("%(what)s: an option has a text, and is right or not.") % {"what": what}
        )
    text_validate(option["text"], what=_("An option of %(what)s") % {"what": what}, limit=2_000)
    return {"text": option["text"], "right": boolean(option["right"], what)}


def practice_check(content: Content, project: Project, _body: str) -> Content:
    return {"golds": golds_check(content["golds"], project, Kind.PRACTICE)}


def screening_check(content: Content, project: Project, _body: str) -> Content:
    texts = items(content["texts"], _("The list of texts"))
    for each in texts:
        if not isinstance(each, dict) or set(each) != {"text", "sensitive"}:
            raise ValidationError(_("Each text to flag is sensitive or not."))
        text_validate(each["text"], what=_("A text to flag"), limit=MOST_TEXT)
        boolean(each["sensitive"], _("Whether a text is sensitive"))
    checked = {
        "question": text_validate(content["question"], what=_("The question"), limit=500),
        "texts": texts,
        "golds": golds_check(content["golds"], project, Kind.SCREENING),
        "demonstrations": texts_check(content["demonstrations"], _("A prompt"), MOST_TEXT),
        "topics": texts_check(content["topics"], _("A topic"), 200),
        "cutoffs": cutoffs_check(content["cutoffs"]),
    }
    if not any(checked[part] for part in ("texts", "golds", "demonstrations", "topics")):
        raise ValidationError(_("The screening asks for nothing yet: fill one part at least."))
    return checked


def texts_check(texts: Any, what: str, limit: int) -> list[str]:
    return [text_validate(each, what=what, limit=limit) for each in items(texts, what)]


def golds_check(ids: Any, project: Project, kind: str) -> list[int]:
    wanted = items(ids, _("The list of gold"))
    if not all(isinstance(each, int) and not isinstance(each, bool) for each in wanted):
        raise ValidationError(_("Gold is named by its numbers."))
    ours = Gold.objects.filter(project=project, task__purpose=GOLD_PURPOSES[Kind(kind)])
    known = set(ours.filter(pk__in=wanted).values_list("pk", flat=True))
    if missing := [str(each) for each in wanted if each not in known]:
        raise ValidationError(
            _("The project has no gold for this with the number %(numbers)s.")
            % {"numbers": ", ".join(missing)}
        )
    return list(dict.fromkeys(wanted))


def cutoffs_check(cutoffs: Any) -> Content:
    if not isinstance(cutoffs, dict) or set(cutoffs) - set(CUTOFFS):
        raise ValidationError(
            _("There are cut-offs for: %(names)s.") % {"names": ", ".join(CUTOFFS)}
        )
    whole = {**CUTOFFS, **cutoffs}
    for name, (low, high) in CUTOFF_ENDS.items():
        value = whole[name]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not low <= value <= high:
            raise ValidationError(
                _("The cut-off of %(name)s lies between %(low)s and %(high)s.")
                % {"name": name, "low": low, "high": high}
            )
    return {name: float(value) for name, value in whole.items()}


def items(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list) or len(value) > MOST_ITEMS:
        raise ValidationError(_("%(what)s: at most %(most)s.") % {"what": what, "most": MOST_ITEMS})
    return value


def boolean(value: Any, what: str) -> bool:
    if not isinstance(value, bool):
        raise ValidationError(_("%(what)s is true or false.") % {"what": what})
    return value


CHECKS: dict[str, Callable[[Content, Project, str], Content]] = {
    Kind.READ: read_check,
    Kind.CONSENT: consent_check,
    Kind.QUIZ: quiz_check,
    Kind.PRACTICE: practice_check,
    Kind.SCREENING: screening_check,
}


def golds_named(ids: Sequence[int], *, kind: str, project: Project) -> list[Gold]:
    """The gold that a step names, in its order."""
    rows = Gold.objects.filter(project=project, task__purpose=GOLD_PURPOSES[Kind(kind)])
    found = rows.select_related("task__prompt", "task__route", "task__project").in_bulk(ids)
    return [found[each] for each in ids if each in found]
