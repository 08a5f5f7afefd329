"""The export door: what people said, as plain values, for training and for files.

Only what may train goes out: visible, current, `trains`, of prompts that are in use and hold no
personal data that nobody has looked at; nothing that a reviewer returned or overruled; and rankings
of acceptable answers, but for the form that tells all that is known of them.
Rows are streamed; memory does not grow with the project. A labeler is a pseudonym, the same one in
every export of a project and another one in every project.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import combinations, islice
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from annotation.feedback.models import Demonstration, Judgment, Ranking
from annotation.people.models import Project, User
from annotation.pool.privacy import withheld_by
from annotation.prompts.marks import Marks, marks_of
from annotation.prompts.models import Prompt
from annotation.prompts.prompts import Messages
from annotation.queue.models import Task, TaskCompletion
from annotation.review.gate import trains_now

CHUNK = 100
Slots = dict[tuple[int | None, int], int]


@dataclass(frozen=True)
class ExportFilters:
    """What of a project is wanted; None takes everything.

    `until`: said no later; `use_cases`, `splits`: of the prompt; `labelers`: ids of users (imports
    have none and are left out); `kept_most`: of a demonstration that began from a suggestion, the
    largest share of its words that may be the suggestion's.
    """

    until: datetime | None = None
    use_cases: tuple[str, ...] | None = None
    splits: tuple[str, ...] | None = None
    labelers: tuple[int, ...] | None = None
    kept_most: float | None = None


@dataclass(frozen=True)
class PromptRow:
    prompt_id: int
    messages: Messages
    split: str
    use_case: str


@dataclass(frozen=True)
class DemonstrationRow:
    """`suggestion` is the text that it began from, if any; `kept` the share that is the same;
    `review` what a reviewer made of it: accepted, decided (their own word), or "" for nothing;
    `extra` whether it came past the overlap of its task."""

    demonstration_id: int
    prompt_id: int
    messages: Messages
    completion: str
    annotations: list[str]
    suggestion: str | None
    suggestion_origin: str
    kept: float | None
    labeler: str
    split: str
    review: str
    extra: bool


@dataclass(frozen=True)
class RankingRow:
    """A ranking of K >= 2 completions; `ranks[i]` (dense from 1, equal = tie) is the i-th one's.

    There are no ranks where none was acceptable. `active_seconds` is the time at the task; None
    where it came without one, and in a dialogue, whose turns share it. `places[i]` is where the
    i-th one was shown, from 0, and `submitted_at` when it was handed in; None where that is not
    known. `review` is as a demonstration's. `aim` is the end that was looked for: of `worst`,
    `strength` says how much worse the worst one is. `extra`: it came past the overlap of its task.
    """

    ranking_id: int
    prompt_id: int
    messages: Messages
    completion_ids: list[int]
    completions: list[str]
    ranks: list[int]
    likerts: list[int | None]
    flags: list[list[str]]
    severities: list[int | None]
    outcome: str
    aim: str
    strength: int | None
    note: str
    active_seconds: int | None
    annotations: list[str]
    labeler: str
    split: str
    marks: Marks
    use_case: str
    places: list[int | None]
    submitted_at: datetime | None
    review: str
    extra: bool


def labeler_pseudonym(project: Project, labeler: User | None, author: str = "") -> str:
    """A name for who said something: a hash of the project and their public id, never their own.

    `author` is the labeler's name as an imported file gave it; "" where nobody is known.
    """
    if labeler is None and not author:
        return ""
    person = f"user:{labeler.public_id}" if labeler else f"author:{author}"
    content = f"{project.pk}:{project.slug}:{person}"
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def feedback_filter(project: Project, filters: ExportFilters) -> Q:
    """What was returned or overruled since stays out, whatever it was at `until`."""
    wanted = trains_now(project) & Q(prompt__state=Prompt.State.ACTIVE)
    if filters.until is None:
        wanted &= Q(is_current=True)
    else:  # what was current then, whatever has replaced it since
        later = Q(replaced_by=None) | Q(replaced_by__created_at__gt=filters.until)
        wanted &= Q(created_at__lte=filters.until) & later
    if filters.labelers is not None:
        wanted &= Q(labeler_id__in=filters.labelers)
    if filters.use_cases is not None:
        wanted &= Q(prompt__use_case__in=filters.use_cases)
    if filters.splits is not None:
        wanted &= Q(prompt__split__in=filters.splits)
    return wanted


def prompts_wanted(*, project: Project, filters: ExportFilters | None) -> QuerySet[Prompt]:
    filters = filters or ExportFilters()
    prompts = Prompt.objects.filter(project=project).askable().order_by("pk")
    if filters.until is not None:
        prompts = prompts.filter(created_at__lte=filters.until)
    if filters.use_cases is not None:
        prompts = prompts.filter(use_case__in=filters.use_cases)
    if filters.splits is not None:
        prompts = prompts.filter(split__in=filters.splits)
    return prompts


def iter_prompts(*, project: Project, filters: ExportFilters | None = None) -> Iterator[PromptRow]:
    withheld = withheld_by(project)
    for prompt in prompts_wanted(project=project, filters=filters).iterator(chunk_size=CHUNK):
        if withheld(prompt):
            continue
        yield PromptRow(prompt.pk, prompt.messages, prompt.split, prompt.use_case)


def iter_demonstrations(
    *, project: Project, filters: ExportFilters | None = None
) -> Iterator[DemonstrationRow]:
    filters = filters or ExportFilters()
    rows = (
        Demonstration.objects.filter(feedback_filter(project, filters), project=project)
        .visible()
        .select_related("prompt", "labeler", "assignment", "suggestion__completion")
        .order_by("pk")
    )
    if filters.kept_most is not None:
        rows = rows.filter(Q(kept=None) | Q(kept__lte=filters.kept_most))
    withheld = withheld_by(project)
    for row in rows.iterator(chunk_size=CHUNK):
        if withheld(row.prompt):
            continue
        yield DemonstrationRow(
            demonstration_id=row.pk,
            prompt_id=row.prompt_id,
            messages=row.prompt.messages,
            completion=row.text,
            annotations=list(row.annotations),
            suggestion=row.suggestion.completion.text if row.suggestion else None,
            suggestion_origin=row.suggestion.origin if row.suggestion else "",
            kept=row.kept,
            labeler=labeler_pseudonym(project, row.labeler, row.author),
            split=row.prompt.split,
            review=row.review,
            extra=extra_of(row),
        )


def extra_of(row: Demonstration | Ranking) -> bool:
    return row.assignment is not None and row.assignment.extra


def iter_rankings(
    *, project: Project, filters: ExportFilters | None = None
) -> Iterator[RankingRow]:
    """Those of acceptable answers."""
    return rankings_read(project, filters, outcomes=[Ranking.Outcome.RANKED])


def rankings_read(
    project: Project, filters: ExportFilters | None, *, outcomes: Sequence[str]
) -> Iterator[RankingRow]:
    rows = (
        Ranking.objects.filter(
            feedback_filter(project, filters or ExportFilters()),
            project=project,
            outcome__in=outcomes,
        )
        .visible()
        .select_related("prompt", "labeler", "assignment", "task")
        .order_by("pk")
    )
    withheld = withheld_by(project)
    ranked = rows.iterator(chunk_size=CHUNK)
    while chunk := list(islice(ranked, CHUNK)):
        judgments, slots = judgments_of(chunk), slots_of(chunk)
        for row in chunk:
            if withheld(row.prompt):
                continue
            yield ranking_row(project, row, judgments[row.pk], slots)


def judgments_of(rankings: list[Ranking]) -> dict[int, list[Judgment]]:
    """The judgments of each ranking, with their completions, in the order of completion ids."""
    found: dict[int, list[Judgment]] = defaultdict(list)
    rows = Judgment.objects.filter(ranking_id__in=[ranking.pk for ranking in rankings])
    for row in rows.select_related("completion").order_by("completion_id"):
        found[row.ranking_id].append(row)
    return found


def slots_of(rankings: list[Ranking]) -> Slots:
    """The slot of each completion in the ranking tasks, by task and completion."""
    tasks = {ranking.task_id for ranking in rankings if ranking.task_id is not None}
    rows = TaskCompletion.objects.filter(task_id__in=tasks)
    return {
        (task, completion): slot
        for task, completion, slot in rows.values_list("task_id", "completion_id", "slot")
    }


def places_at(ranking: Ranking, judgments: list[Judgment], slots: Slots) -> list[int | None]:
    order = ranking.assignment.order if ranking.assignment else []
    places = {slot: place for place, slot in enumerate(order)}
    found = [slots.get((ranking.task_id, row.completion_id)) for row in judgments]
    return [None if slot is None else places.get(slot) for slot in found]


def ranking_row(
    project: Project, ranking: Ranking, judgments: list[Judgment], slots: Slots
) -> RankingRow:
    return RankingRow(
        ranking_id=ranking.pk,
        prompt_id=ranking.prompt_id,
        messages=ranking.prompt.messages,
        completion_ids=[row.completion_id for row in judgments],
        completions=[row.completion.text for row in judgments],
        ranks=[row.rank for row in judgments if row.rank is not None],
        likerts=[row.likert for row in judgments],
        flags=[list(row.flags) for row in judgments],
        severities=[row.severity for row in judgments],
        outcome=ranking.outcome,
        aim=ranking.aim,
        strength=ranking.strength,
        note=ranking.note,
        active_seconds=seconds_at(ranking),
        annotations=list(ranking.annotations),
        labeler=labeler_pseudonym(project, ranking.labeler, ranking.author),
        split=ranking.prompt.split,
        marks=marks_of(ranking.prompt),
        use_case=ranking.prompt.use_case,
        places=places_at(ranking, judgments, slots),
        submitted_at=ranking.assignment.ended_at if ranking.assignment else None,
        review=ranking.review,
        extra=extra_of(ranking),
    )


def seconds_at(ranking: Ranking) -> int | None:
    alone = ranking.task is not None and ranking.task.kind == Task.Kind.RANKING
    return ranking.assignment.active_seconds if alone and ranking.assignment else None


Lines = Iterator[dict[str, Any]]


def assistant(text: str) -> Messages:
    return [{"role": "assistant", "content": text}]


def lines_trl_prompt_completion(project: Project, filters: ExportFilters | None) -> Lines:
    """TRL's conversational prompt-completion form, for SFTTrainer."""
    for row in iter_demonstrations(project=project, filters=filters):
        yield {"prompt": row.messages, "completion": assistant(row.completion)}


def lines_openai_chat(project: Project, filters: ExportFilters | None) -> Lines:
    for row in iter_demonstrations(project=project, filters=filters):
        yield {"messages": [*row.messages, *assistant(row.completion)]}


def lines_demonstrations(project: Project, filters: ExportFilters | None) -> Lines:
    """Our own form: a demonstration with all that is known of it; imports read it."""
    for row in iter_demonstrations(project=project, filters=filters):
        yield {
            "prompt": row.messages,
            "completion": row.completion,
            "annotations": row.annotations,
            "suggestion": row.suggestion,
            "suggestion_origin": row.suggestion_origin,
            "kept": row.kept,
            "labeler": row.labeler,
            "split": row.split,
            **reviewed(row),
            "extra": row.extra,
        }


def reviewed(row: DemonstrationRow | RankingRow) -> dict[str, str]:
    """The verdict, where there is one."""
    return {"review": row.review} if row.review else {}


def lines_trl_preference(project: Project, filters: ExportFilters | None) -> Lines:
    """TRL's conversational preference form with an explicit prompt: every pair that is not tied."""
    for row in iter_rankings(project=project, filters=filters):
        ordered = sorted(zip(row.ranks, row.completions, strict=True), key=lambda pair: pair[0])
        for (better, chosen), (worse, rejected) in combinations(ordered, 2):
            if better < worse:
                yield {
                    "prompt": row.messages,
                    "chosen": assistant(chosen),
                    "rejected": assistant(rejected),
                }


def lines_kwise(project: Project, filters: ExportFilters | None) -> Lines:
    """Our own form: a ranking with all its completions and ties in one line; imports read it.

    Ties go by their text: what comes in again has other ids, and goes out the same. Rank 1 is the
    best in any case; `aim` tells which end `strength` is of. `annotations`
    are what the labeler said of the prompt; `language`, `skills` and `sensitive`, where it has
    them, what the prompt is marked as.
    """
    for row in iter_rankings(project=project, filters=filters):
        yield kwise_line(row)


def lines_rankings(project: Project, filters: ExportFilters | None) -> Lines:
    """As kwise, those of which no answer was acceptable among them, with all that is known."""
    outcomes = Ranking.Outcome.values
    for row in rankings_read(project, filters, outcomes=outcomes):
        names = ("outcome", "note", "active_seconds", "use_case", "extra")
        known = {name: getattr(row, name) for name in names}
        line = kwise_line(row)
        places = dict(zip(row.completions, row.places, strict=True))
        for response in line["responses"]:
            response["place"] = places[response["text"]]
        moment = row.submitted_at.isoformat() if row.submitted_at else None
        yield {**line, **known, "submitted_at": moment}


def kwise_line(row: RankingRow) -> dict[str, Any]:
    ranks: Sequence[int | None] = row.ranks or [None] * len(row.completions)
    answers = zip(row.completions, ranks, row.likerts, row.flags, row.severities, strict=True)
    responses: list[dict[str, Any]] = []
    for text, rank, likert, flags, severity in sorted(
        answers, key=lambda answer: (answer[1] or 0, answer[0])
    ):
        said = {"likert": likert} if likert is not None else {}
        if severity is not None:
            said["severity"] = severity
        responses.append({"text": text, "rank": rank, **said, "flags": flags})
    return {
        "prompt": row.messages,
        "responses": responses,
        "strength": row.strength,
        "aim": row.aim,
        "annotations": row.annotations,
        "labeler": row.labeler,
        "split": row.split,
        **reviewed(row),
        **{name: value for name, value in asdict(row.marks).items() if value},
    }


def lines_prompts(project: Project, filters: ExportFilters | None) -> Lines:
    """Prompts with where they come from. A contributor is a pseudonym, as labelers are."""
    withheld = withheld_by(project)
    rows = prompts_wanted(project=project, filters=filters).select_related("batch")
    for prompt in rows.iterator(chunk_size=CHUNK):
        if not withheld(prompt):
            yield prompt_line(project, prompt)


def prompt_line(project: Project, prompt: Prompt) -> dict[str, Any]:
    whose = f"{project.pk}:{project.slug}:contributor:{prompt.contributor}".encode()
    batch = prompt.batch
    return {
        "prompt": prompt.messages,
        "use_case": prompt.use_case,
        "split": prompt.split,
        "source": prompt.source,
        "contributor": hashlib.sha256(whose).hexdigest()[:16] if prompt.contributor else "",
        "language": prompt.language,
        "skills": list(prompt.skills),
        "sensitive": list(prompt.sensitive),
        "licence": prompt.licence or (batch.licence if batch else ""),
        "consent": prompt.consent or (batch.notes if batch else ""),
        "notice_version": prompt.notice_version,
    }


FORMS: dict[str, Callable[[Project, ExportFilters | None], Lines]] = {
    "prompts": lines_prompts,
    "trl-prompt-completion": lines_trl_prompt_completion,
    "demonstrations": lines_demonstrations,
    "trl-preference": lines_trl_preference,
    "kwise": lines_kwise,
    "rankings": lines_rankings,
    "openai-chat": lines_openai_chat,
}


def export_lines(*, project: Project, form: str, filters: ExportFilters | None = None) -> Lines:
    """The objects of an export, one for each line. Raises ValidationError for an unknown form."""
    if form not in FORMS:
        raise ValidationError(
            _("Unknown form %(form)s: choose one of %(forms)s.")
            % {"form": form, "forms": ", ".join(FORMS)}
        )
    return FORMS[form](project, filters)


def export_write(
    *, project: Project, form: str, file: IO[bytes], filters: ExportFilters | None = None
) -> int:
    """Write an export as JSON lines in UTF-8; returns the number of lines."""
    count = 0
    for line in export_lines(project=project, form=form, filters=filters):
        file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        count += 1
    return count
