"""Which form a line is written in, told by its fields, and how each form is read."""

import math
import re
from collections.abc import Callable, Collection, Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop

from annotation.exchange.formats.conversations import (
    answer_read,
    conversation_read,
    last_turn,
    prompt_read,
    shared_messages,
    shared_text,
    transcript_read,
)
from annotation.exchange.formats.nulls import fields_present
from annotation.exchange.formats.records import (
    Answer,
    LineError,
    Parsed,
    Record,
    record_validate,
)
from annotation.feedback.severity import LEAST, MOST
from annotation.people.models import RankingAim
from annotation.prompts.marks import Marks, marks_read
from annotation.prompts.models import Prompt, UseCase
from annotation.prompts.prompts import Messages
from annotation.tags import language_read
from annotation.words import Refusal, Value, Words
from annotation.words import gettext_words as _

Fields = dict[str, Any]
EXPECTED = (
    "{prompt}, {prompt, completion}, {messages}, {prompt, completions}, {prompt, responses}, "
    "{chosen, rejected}, {instruction, instances}"
)
WHOLE = re.compile(r"[+-]?[0-9]{1,9}")
MAX_TOLD = 2_000_000  # characters of one line's instruction in all its records
MARKS = ("language", "skills", "sensitive")
DETAILS = {"use_case", "contributor", "labeler", "split", "strength", "aim", "annotations", *MARKS}
SPLITS = {"validation": Prompt.Split.VALID.value, **{s: s for s in Prompt.Split.values}}


def parse_line(fields: Fields, *, unread: Collection[str] = ()) -> Parsed:
    """Read a line's fields into records; raises LineError with the reason and what to do.

    A null counts as absent. `unread`: names of fields that the line has too, none of them in
    KNOWN_FIELDS.
    """
    fields = fields_present(fields, read=KNOWN_FIELDS)
    for form, wanted, beside, read in FORMS:
        if wanted.intersection(fields):
            try:
                records = tuple(record_validate(record) for record in read(fields))
            except UnicodeEncodeError as error:
                raise LineError(_("Holds a broken character (half a surrogate pair).")) from error
            names = [name for name in (*fields, *unread) if name not in wanted | beside | DETAILS]
            return Parsed(form, records, (*unknown_fields(names), *unknown_values(fields)))
    found = ", ".join(sorted({*fields, *unread})[:8]) or _("none")
    words = _(
        "No known form. Fields found: %(found)s. Wanted: %(expected)s or {instruction, output}."
    )
    raise LineError(words % {"found": found, "expected": EXPECTED})


def unknown_fields(names: list[str]) -> Iterator[Words]:
    return (_("field `%(name)s` is not read here") % {"name": name[:40]} for name in names)


def unknown_values(fields: Fields) -> Iterator[Words]:
    for name, values in (
        ("use_case", UseCase.values),
        ("split", SPLITS),
        ("aim", RankingAim.values),
    ):
        value = fields.get(name)
        if value not in (None, "") and not (isinstance(value, str) and value in values):
            yield _("unknown %(what)s `%(value)s`") % {
                "what": name,
                "value": str(value)[:40],
            }
    if language_given(fields) is None:
        yield _("unknown %(what)s `%(value)s`") % {
            "what": "language",
            "value": str(fields["language"])[:40],
        }


def details(fields: Fields) -> Fields:
    """What any form may say beside its content. Unknown use cases, splits and aims are left out."""
    use_case = fields.get("use_case")
    strength, aim = fields.get("strength"), fields.get("aim")
    return {
        "use_case": use_case if use_case in UseCase.values else UseCase.OTHER.value,
        "contributor": name_read(fields.get("contributor")),
        "labeler": name_read(fields.get("labeler")),
        "split": SPLITS.get(fields["split"]) if isinstance(fields.get("split"), str) else None,
        "strength": None if strength in (None, "") else strength_read(strength),
        "aim": aim if aim in RankingAim.values else RankingAim.BEST.value,
        "marks": marks_given(fields),
        "annotations": names_read(fields.get("annotations"), "annotations"),
    }


def language_given(fields: Fields) -> str | None:
    """The line's language; None for what is no tag, such as the names that many files hold."""
    try:
        return language_read(fields.get("language", ""))
    except Refusal:
        return None


def marks_given(fields: Fields) -> Marks:
    """Whom the line's prompt asks for. An unknown language is left out; a skill or category that
    cannot be taken is not, lest the prompt goes to whom it should not.
    """
    said = {name: fields[name] for name in ("skills", "sensitive") if name in fields}
    try:
        return marks_read(language=language_given(fields) or "", **said)
    except Refusal as error:
        raise LineError(error.words) from error


def name_read(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise LineError(_("A model, labeler or contributor must be named by text."))
    return str(value)


def strength_read(value: Any) -> int:
    strength = whole(value, _("The strength"))
    if not 0 <= strength <= 3:
        raise LineError(_("The strength must lie between 0 (negligible) and 3 (significant)."))
    return strength


def whole(value: Any, what: Value) -> int:
    """A whole number as JSON, Parquet (a float where some are missing, a decimal where somebody's
    database has one) or CSV (text) gives it.
    """
    if isinstance(value, str) and WHOLE.fullmatch(value.strip()):
        return int(value)
    if isinstance(value, float | Decimal) and math.isfinite(value) and value == int(value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise LineError(
        _("%(what)s must be a whole number, not %(value)s.")
        % {"what": what, "value": str(value)[:40]}
    )


def prompt_of(fields: Fields) -> Messages:
    for name in ("prompt", "messages"):
        if name in fields:
            return prompt_read(fields[name])
    raise LineError(_("The prompt is missing: add a field `prompt` (text or messages)."))


def text_of(fields: Fields, name: str) -> str:
    value = fields[name]
    if not isinstance(value, str):
        raise LineError(_("`%(name)s` must be text.") % {"name": name})
    if not value.strip():
        raise LineError(_("`%(name)s` is empty.") % {"name": name})
    return value


def read_prompt(fields: Fields) -> list[Record]:
    return [Record(prompt_of(fields), **details(fields))]


def read_prompt_completion(fields: Fields) -> list[Record]:
    if isinstance(fields.get("label"), bool):
        raise LineError(
            _(
                "A completion with a true/false `label` is an unpaired preference, which is not "
                "taken: drop the bad ones and the field, or pair them as chosen and rejected."
            )
        )
    prompt = prompt_of(fields)
    completion = answer_read(fields["completion"], prompt=prompt, what=_("The completion"))
    if not completion.strip():
        raise LineError(_("`completion` is empty: write it, or leave the field out."))
    return [Record(prompt, demonstration=completion, **details(fields))]


def read_messages(fields: Fields) -> list[Record]:
    """A conversation: a last assistant turn is the demonstration, a last user turn wants one."""
    name = "messages" if "messages" in fields else "conversations"
    turns = conversation_read(fields[name], what=f"`{name}`")
    demonstration = ""
    if turns[-1]["role"] == "assistant":
        demonstration = turns.pop()["content"]
        if not demonstration.strip():
            raise LineError(_("The last assistant turn is empty: write it, or leave it out."))
        if not turns:
            raise LineError(_("The conversation has an answer but no question before it."))
    return [Record(turns, demonstration=demonstration, **details(fields))]


def read_answers(fields: Fields) -> list[Record]:
    """{prompt, completions: [text or {text, model?, rank?, likert?, flags?, severity?}], ranks?,
    reference?}, or the same with `responses`.
    """
    prompt = prompt_of(fields)
    name = next(name for name in ("completions", "responses") if name in fields)
    given = fields[name]
    if not isinstance(given, list) or not given:
        raise LineError(_("`%(name)s` must be a list with at least one answer.") % {"name": name})
    ranks = fields.get("ranks", [None] * len(given))
    if not isinstance(ranks, list) or len(ranks) != len(given):
        raise LineError(_("`ranks` must be a list as long as `%(name)s`.") % {"name": name})
    answers = tuple(
        answer_item(item, rank, prompt, _("Answer %(number)s") % {"number": number})
        for number, (item, rank) in enumerate(zip(given, ranks, strict=True), start=1)
    )
    reference = fields.get("reference", "")
    if not isinstance(reference, str):
        raise LineError(_("`reference` must be text."))
    return [
        Record(
            prompt,
            demonstration=reference if reference.strip() else "",
            answers=answers,
            **details(fields),
        )
    ]


def answer_item(item: Any, rank: Any, prompt: Messages, what: Value) -> Answer:
    if not isinstance(item, dict):
        text = answer_read(item, prompt=prompt, what=what)
        return Answer(
            text,
            rank=None if rank is None else whole(rank, _("%(what)s: the rank") % {"what": what}),
        )
    text = next((item[key] for key in ("text", "code", "completion", "content") if key in item), "")
    if not isinstance(text, str) or not {"text", "code", "completion", "content"} & set(item):
        raise LineError(_("%(what)s lacks its `text`.") % {"what": what})
    rank = item.get("rank", rank)
    author = name_read(item.get("model", item.get("author")))
    return Answer(
        text,
        author,
        None if rank is None else whole(rank, _("%(what)s: the rank") % {"what": what}),
        scale_read(
            item.get("likert"),
            _("%(what)s: the likert grade") % {"what": what},
            1,
            7,
            _("1 (worst) and 7"),
        ),
        names_read(item.get("flags"), _("%(what)s: flags") % {"what": what}),
        scale_read(
            item.get("severity"),
            _("%(what)s: the severity") % {"what": what},
            LEAST,
            MOST,
            _("0 and 4 (worst)"),
        ),
    )


def scale_read(value: Any, what: Value, low: int, high: int, ends: Words) -> int | None:
    if value in (None, ""):
        return None
    number = whole(value, what)
    if not low <= number <= high:
        raise LineError(_("%(what)s must lie between %(ends)s.") % {"what": what, "ends": ends})
    return number


def names_read(value: Any, what: Value) -> tuple[str, ...]:
    if value in (None, ""):
        return ()
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise LineError(_("%(what)s must be a list of names.") % {"what": what})
    return tuple(sorted(set(value)))


def read_preference(fields: Fields) -> list[Record]:
    """{chosen, rejected} with a prompt, or with the prompt as what both begin with."""
    for name in ("chosen", "rejected"):
        if name not in fields:
            raise LineError(
                _("`%(name)s` is missing: a preference needs chosen and rejected.") % {"name": name}
            )
    chosen, rejected = (fields[name] for name in ("chosen", "rejected"))
    if isinstance(chosen, str) != isinstance(rejected, str):
        raise LineError(_("`chosen` and `rejected` must both be text or both be messages."))
    if "prompt" in fields:
        prompt = prompt_read(fields["prompt"])
        texts = [
            answer_read(turns_of(value), prompt=prompt, what=f"`{name}`")
            for name, value in (("chosen", chosen), ("rejected", rejected))
        ]
    else:
        prompt, texts = implicit_prompt(turns_of(chosen), turns_of(rejected))
    answers = tuple(Answer(text, rank=rank) for rank, text in enumerate(texts, start=1))
    return [Record(prompt, answers=answers, **details(fields))]


def turns_of(value: Any) -> Any:
    """A transcript as messages; anything else as it is."""
    return (transcript_read(value) or value) if isinstance(value, str) else value


def implicit_prompt(chosen: Any, rejected: Any) -> tuple[Messages, list[str]]:
    """Split off what both begin with, as TRL's `extract_prompt` does."""
    if isinstance(chosen, str) and isinstance(rejected, str):
        cut = shared_text(chosen, rejected)
        if not chosen[:cut].strip():
            raise LineError(_("Chosen and rejected share no beginning: add a field `prompt`."))
        texts = [chosen[cut:], rejected[cut:]]
        if not all(text.strip() for text in texts):
            raise LineError(
                _(
                    "Chosen and rejected are equal, or one begins with all of the other, so that "
                    "the prompt cannot be told from the answer: add a field `prompt`."
                )
            )
        return prompt_read(chosen[:cut]), texts
    if isinstance(chosen, str) or isinstance(rejected, str):
        raise LineError(_("Only one of chosen and rejected is a Human/Assistant transcript."))
    one = conversation_read(chosen, what="`chosen`")
    other = conversation_read(rejected, what="`rejected`")
    cut = shared_messages(one, other)
    if cut == 0:
        raise LineError(_("Chosen and rejected share no first message: add a field `prompt`."))
    return one[:cut], [last_turn(one[cut:], "`chosen`"), last_turn(other[cut:], "`rejected`")]


def read_self_instruct(fields: Fields) -> list[Record]:
    """{instruction, instances: [{input, output}]} (Wang et al. 2022, arXiv 2212.10560)."""
    instances = fields["instances"]
    if "instruction" not in fields:
        raise LineError(_("`instances` without an `instruction`."))
    if not isinstance(instances, list) or not instances or len(instances) > 1000:
        raise LineError(_("`instances` must be a list of 1 to 1000 {input, output}."))
    length = len(text_of(fields, "instruction")) * len(instances)
    if length > MAX_TOLD:  # else a short file fills a database
        raise LineError(
            _(
                "The instruction stands in %(count)s instances: together they would be longer "
                "than %(max_told)s characters."
            )
            % {"count": len(instances), "max_told": MAX_TOLD}
        )
    records = []
    for number, instance in enumerate(instances, start=1):
        if not isinstance(instance, dict) or "output" not in instance:
            raise LineError(_("Instance %(number)s lacks its `output`.") % {"number": number})
        records.append(instruction_record(fields, instance))
    return records


def read_instruction(fields: Fields) -> list[Record]:
    """{instruction, input, output}, as Alpaca writes Self-Instruct."""
    if "instruction" not in fields:
        raise LineError(
            _("`output` without an `instruction`: with a prompt, name it `completion`.")
        )
    return [instruction_record(fields, fields)]


def instruction_record(fields: Fields, instance: Fields) -> Record:
    instruction = text_of(fields, "instruction").strip()
    given = instance.get("input") or ""
    if not isinstance(given, str):
        raise LineError(_("`input` must be text."))
    prompt = f"{instruction}\n\n{given}" if given.strip() else instruction
    return Record(
        [{"role": "user", "content": prompt}],
        demonstration=text_of(instance, "output"),
        **details(fields),
    )


# The first form one of whose fields stands in the line: from what says most to what says least.
# (name, fields that tell it, fields it reads beside them, how it is read)
Form = tuple[str, set[str], set[str], Callable[[Fields], list[Record]]]
FORMS: tuple[Form, ...] = (
    (gettext_noop("preference"), {"chosen", "rejected"}, {"prompt"}, read_preference),
    (
        gettext_noop("prompt and answers"),
        {"completions", "responses"},
        {"prompt", "messages", "ranks", "reference"},
        read_answers,
    ),
    (
        gettext_noop("prompt and completion"),
        {"completion"},
        {"prompt", "messages"},
        read_prompt_completion,
    ),
    (gettext_noop("Self-Instruct"), {"instances"}, {"instruction"}, read_self_instruct),
    (gettext_noop("conversation"), {"messages", "conversations"}, set(), read_messages),
    (
        gettext_noop("instruction and output"),
        {"output"},
        {"instruction", "input"},
        read_instruction,
    ),
    (gettext_noop("prompt"), {"prompt"}, set(), read_prompt),
)
KNOWN_FIELDS = frozenset(DETAILS | {"label"}).union(
    *(wanted | beside for _name, wanted, beside, _read in FORMS)
)
