"""What a record becomes in a project, worked out before anything is written.

Identical answers are merged, blank ones left out. Unranked answers become blind ranking tasks: too
few make none, and too many are shared out evenly among several, so that every answer is ranked. The
shuffle behind that is seeded by the content: a file that comes again makes the same tasks.
"""

import hashlib
import json
import random
from dataclasses import dataclass, replace
from typing import Any

from annotation.exchange.formats import Answer, LineError, Record
from annotation.feedback.rankings import dense_ranks
from annotation.prompts.models import ImportBatch
from annotation.prompts.prompts import content_hash, text_hash
from annotation.texts import leaves_mark
from annotation.words import Words
from annotation.words import gettext_words as _
from annotation.words import ngettext_words as ngettext

Kind = ImportBatch.Kind
Grade = tuple[int | None, tuple[str, ...], int | None]  # likert, flags, severity


@dataclass(frozen=True)
class Plan:
    """Rows to be, with completions named by their text hash.

    `texts`: hash -> text; `origins`: (hash, author); `tasks`: hashes of each ranking task;
    `ranking`: (hash, dense rank) of each completion; `graded`: hash -> Likert grade, flags and
    severity;
    `annotations`: of the prompt, as far as the rubric has them;
    `notes`: what is left out, and why; `unknown`: what every line may hold that has no place here.
    """

    record: Record
    prompt_hash: str
    texts: dict[str, str]
    origins: tuple[tuple[str, str], ...]
    tasks: tuple[tuple[str, ...], ...]
    ranking: tuple[tuple[str, int], ...]
    graded: dict[str, Grade]
    annotations: tuple[str, ...]
    notes: tuple[Words, ...]
    unknown: tuple[Words, ...]

    @property
    def demonstration_key(self) -> str:
        record = self.record
        return import_key(self.prompt_hash, text_hash(record.demonstration), record.labeler)

    @property
    def ranking_key(self) -> str:
        return import_key(self.prompt_hash, sorted(self.ranking), self.record.labeler)

    def task_key(self, index: int) -> str:
        """Named by all answers, not by the task's own: K may be another at the next import."""
        return import_key(self.prompt_hash, sorted(self.texts), *([index] if index else []))


def import_key(*content: object) -> str:
    """The hash by which a record that comes again is known; unique in its project and table."""
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def record_plan(
    record: Record, *, kind: str, k_min: int, k_max: int, rubric: dict[str, Any]
) -> Plan:
    """Plan a record under an import's kind; raises LineError when it holds nothing of that kind."""
    record = record_restrict(record, kind)
    prompt_hash = content_hash(record.messages)
    answers = [answer for answer in record.answers if leaves_mark(answer.text)]
    blank = len(record.answers) - len(answers)
    notes: list[Words] = []
    if blank:
        words = ngettext(
            "%(count)s empty answer left out", "%(count)s empty answers left out", blank
        )
        notes.append(words % {"count": blank})
    texts: dict[str, str] = {}
    hashed = [(text_hash(answer.text), answer) for answer in answers]
    for digest, answer in hashed:
        texts.setdefault(digest, answer.text)
    ranking: tuple[tuple[str, int], ...] = ()
    tasks: tuple[tuple[str, ...], ...] = ()
    graded, unknown = grades_plan(hashed, rubric, ranked=record.ranked)
    known = {row["key"] for row in rubric.get("annotations", [])}
    annotations = tuple(sorted(key for key in record.annotations if key in known))
    unknown += tuple(
        _("annotation `%(key)s`, which the rubric does not have") % {"key": key[:40]}
        for key in record.annotations
        if key not in known
    )
    if record.ranked:
        ranking = ranking_plan(hashed, notes)
    elif record.answers:
        tasks = tasks_plan(list(texts), prompt_hash, k_min, k_max, notes)
    return Plan(
        record=record,
        prompt_hash=prompt_hash,
        texts=texts,
        origins=tuple(dict.fromkeys((digest, answer.author) for digest, answer in hashed)),
        tasks=tasks,
        ranking=ranking,
        graded=graded,
        annotations=annotations,
        notes=tuple(notes),
        unknown=unknown,
    )


def record_restrict(record: Record, kind: str) -> Record:
    """The part of a record that an import of this kind takes."""
    if kind == Kind.PROMPTS:
        return replace(record, demonstration="", answers=())
    if kind == Kind.DEMONSTRATIONS:
        if not record.demonstration:
            raise LineError(_("Holds no demonstration: import it as another kind, or as any."))
        return replace(record, answers=())
    if kind == Kind.COMPLETIONS:
        given = record.answers or (Answer(record.demonstration),)
        if not any(answer.text for answer in given):
            raise LineError(_("Holds no completion: import it as another kind, or as any."))
        answers = tuple(
            replace(answer, rank=None, likert=None, flags=(), severity=None) for answer in given
        )
        return replace(record, demonstration="", answers=answers)
    if kind == Kind.PREFERENCES:
        if not record.ranked:
            raise LineError(
                _("Holds no ranking or preference: import it as another kind, or as any.")
            )
        return replace(record, demonstration="")
    return record


def ranking_plan(
    hashed: list[tuple[str, Answer]], notes: list[Words]
) -> tuple[tuple[str, int], ...]:
    ranks: dict[str, int] = {}
    for digest, answer in hashed:
        assert answer.rank is not None
        if ranks.setdefault(digest, answer.rank) != answer.rank:
            notes.append(_("the same answer stands at two ranks: no ranking"))
            return ()
    if len(ranks) < 2:
        notes.append(_("fewer than 2 different answers: no ranking"))
        return ()
    return tuple(zip(ranks, dense_ranks(list(ranks.values())), strict=True))


def grades_plan(
    hashed: list[tuple[str, Answer]], rubric: dict[str, Any], *, ranked: bool
) -> tuple[dict[str, Grade], tuple[Words, ...]]:
    """What is said of each answer by itself, as far as the rubric knows it, and what it does not.

    A flag is kept under whatever annotations: what was asked elsewhere is not ours to undo. Of an
    answer that stands there more than once, what is said first.
    """
    known = {flag["key"] for flag in rubric["flags"]}
    graded: dict[str, Grade] = {}
    unknown: list[Words] = []
    for digest, answer in hashed:
        likert = answer.likert
        if not ranked and (likert is not None or answer.flags or answer.severity is not None):
            unknown.append(_("grades and flags of answers without ranks"))
            continue
        if likert is not None and rubric["likert"] is None:
            likert = None
            unknown.append(_("likert grades, which the project does not give"))
        unknown += [
            _("flag `%(key)s`, which the rubric does not have") % {"key": flag[:40]}
            for flag in answer.flags
            if flag not in known
        ]
        flags = tuple(flag for flag in answer.flags if flag in known)
        graded.setdefault(digest, (likert, flags, answer.severity))
    return graded, tuple(dict.fromkeys(unknown))


def tasks_plan(
    hashes: list[str], seed: str, k_min: int, k_max: int, notes: list[Words]
) -> tuple[tuple[str, ...], ...]:
    """Share out different answers among as few tasks of k_min to k_max as hold them all.

    Where no sizes fit (10 answers where K is always 9), what is left over is named in the notes.
    """
    if len(hashes) < k_min:
        words = ngettext(
            "%(count)s different answer where ranking needs %(k_min)s: no task",
            "%(count)s different answers where ranking needs %(k_min)s: no task",
            len(hashes),
        )
        notes.append(words % {"count": len(hashes), "k_min": k_min})
        return ()
    if len(hashes) <= k_max:
        return (tuple(hashes),)
    shuffled = sorted(hashes)
    random.Random(seed).shuffle(shuffled)
    count = -(-len(hashes) // k_max)
    if len(hashes) // count < k_min:
        count -= 1
        over = len(hashes) - count * k_max
        words = ngettext(
            "%(count)s answer left over: K is at most %(k_max)s",
            "%(count)s answers left over: K is at most %(k_max)s",
            over,
        )
        notes.append(words % {"count": over, "k_max": k_max})
        shuffled = shuffled[: count * k_max]
    return tuple(tuple(shuffled[start::count]) for start in range(count))
