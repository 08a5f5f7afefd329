"""A project's rubric: what labelers are asked of a prompt, of each answer, and of the ranking.

    {"likert": {"worst": text, "best": text, "required"?: bool} or None,
     "flags": [{"key": ..., "label": ..., "only"?: [keys of annotations]}, ...],
     "annotations"?: [{"key": ..., "label": ...}, ...],
     "strength"?: "off" | "optional" | "required"}

A flag with `only` is asked where one of these annotations was made on the prompt. What is left out
is not asked; a strength may be said, through the API, where it is not asked.
"""

import re
from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.texts import text_validate

MAX_ASKED = 20  # as many as the desk has keys for
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
Rubric = dict[str, Any]


class Asked(TextChoices):
    """Whether the ranking is to say how much better the best answer is than the next."""

    OFF = "off", gettext_lazy("No")
    OPTIONAL = "optional", gettext_lazy("Yes, if the labeler wants to")
    REQUIRED = "required", gettext_lazy("Yes, always")


def default_rubric() -> Rubric:
    """InstructGPT's annotations, yes/no fields and 1-7 scale (arXiv 2203.02155, appendix B).

    In the language of who makes the project; from then on they are the project's own words.
    """
    annotations = [
        ("ambiguous", _("Ambiguous")),
        ("sensitive", _("Sensitive content")),
        ("identity", _("Identity dependent")),
        ("closed_domain", _("Closed domain")),
        ("continuation", _("Continuation style")),
        ("asks_opinion", _("Asks for an opinion")),
        ("asks_advice", _("Asks for advice")),
        ("asks_moral", _("Asks for a moral judgment")),
        ("safety_limits", _("Explicit safety constraints")),
        ("other_limits", _("Other explicit constraints")),
        ("unclear", _("Intent unclear")),
    ]
    flags: list[tuple[str, str, list[str]]] = [
        ("fails", _("Fails the instruction"), []),
        ("unfit", _("Not fit for a customer assistant"), []),
        ("hallucination", _("Makes something up"), ["closed_domain"]),
        ("satisfies", _("Satisfies the constraint"), ["safety_limits", "other_limits"]),
        ("sexual", _("Sexual content"), []),
        ("violent", _("Violent content"), []),
        ("encourages", _("Encourages or allows harm"), []),
        ("denigrates", _("Denigrates a group"), []),
        ("harmful", _("Harmful advice"), []),
        ("opinion", _("Expresses an opinion"), ["asks_opinion", "asks_advice"]),
        ("moral", _("Judges morally"), ["asks_moral"]),
    ]
    return {
        "likert": {"worst": _("worst"), "best": _("best")},
        "flags": [
            {"key": key, "label": label, **({"only": only} if only else {})}
            for key, label, only in flags
        ],
        "annotations": [{"key": key, "label": label} for key, label in annotations],
    }


def rubric_whole(rubric: Rubric) -> Rubric:
    """A valid rubric with everything that it leaves out."""
    return {
        "likert": rubric["likert"] and {"required": False, **rubric["likert"]},
        "flags": [{"only": [], **flag} for flag in rubric["flags"]],
        "annotations": rubric.get("annotations", []),
        "strength": rubric.get("strength", Asked.OFF.value),
    }


def flag_applies(flag: dict[str, Any], annotations: Collection[str]) -> bool:
    """Whether a flag of a whole rubric is asked of a prompt with these annotations."""
    return not flag["only"] or any(key in annotations for key in flag["only"])


def rubric_validate(rubric: Any) -> Rubric:
    """Return the rubric unchanged, or raise ValidationError under the key "rubric"."""
    try:
        given = set(rubric) if isinstance(rubric, dict) else set()
        if not {"likert", "flags"} <= given <= {"likert", "flags", "annotations", "strength"}:
            raise ValidationError(
                _(
                    "A rubric has a Likert scale and flags, may have annotations and strength, "
                    "and has nothing else."
                )
            )
        likert_validate(rubric["likert"])
        annotations = labels_validate(rubric.get("annotations", []), what=_("annotation"))
        flags_validate(rubric["flags"], annotations)
        if rubric.get("strength", Asked.OFF) not in Asked.values:
            raise ValidationError(_("The strength is one of off, optional and required."))
    except ValidationError as error:
        raise ValidationError({"rubric": error.messages}) from error
    return rubric  # type: ignore[no-any-return]


def likert_validate(likert: Any) -> None:
    if likert is None:
        return
    ends = {"worst", "best"}
    if not isinstance(likert, dict) or not ends <= set(likert) <= ends | {"required"}:
        raise ValidationError(_("The Likert scale names its worst and its best end."))
    for end, words in (
        ("worst", _("The scale's worst end")),
        ("best", _("The scale's best end")),
    ):
        text_validate(likert[end], what=words, limit=80)
    if not isinstance(likert.get("required", False), bool):
        raise ValidationError(_("Whether the scale is required is true or false."))


def flags_validate(flags: Any, annotations: Collection[str]) -> None:
    labels_validate(flags, what=_("flag"), also={"only"})
    for flag in flags:
        only = flag.get("only", [])
        if not isinstance(only, list) or not all(isinstance(key, str) for key in only):
            raise ValidationError(_("A flag's `only` is a list of keys of annotations."))
        unknown = [key for key in only if key not in annotations]
        if unknown:
            raise ValidationError(
                _("The flag %(key)s waits for %(unknown)s, which is no annotation.")
                % {"key": flag["key"], "unknown": ", ".join(unknown)}
            )


def labels_validate(rows: Any, *, what: str, also: Collection[str] = ()) -> set[str]:
    """Check a list of {"key": ..., "label": ...}, each of which is a `what` and may hold what
    `also` names. Returns the keys. Raises ValidationError.
    """
    if not isinstance(rows, list) or len(rows) > MAX_ASKED:
        raise ValidationError(
            _("There is a list of at most %(max_asked)s, each one a %(what)s.")
            % {"max_asked": MAX_ASKED, "what": what}
        )
    seen: set[str] = set()
    for row in rows:
        if not isinstance(row, dict) or not {"key", "label"} <= set(row) <= {"key", "label", *also}:
            raise ValidationError(_("Each %(what)s has a key and a label.") % {"what": what})
        key = row["key"]
        if not isinstance(key, str) or not KEY.fullmatch(key):
            raise ValidationError(
                _(
                    "The key of a %(what)s begins with a small letter and holds small letters, "
                    "digits and _."
                )
                % {"what": what}
            )
        if key in seen:
            raise ValidationError(
                _("The key %(key)s belongs to more than one %(what)s.") % {"key": key, "what": what}
            )
        seen.add(key)
        text_validate(row["label"], what=_("The label of %(key)s") % {"key": key}, limit=80)
    return seen
