"""A chunk of planned lines into rows: a handful of queries for hundreds of lines.

`prepare` looks up what exists and needs no transaction, so that SQLite's one write lock is held for
the inserts alone. Everything is keyed by content: should another writer store the same thing in
between, the insert fails on its unique key, and the caller prepares and writes the chunk again.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Generic, TypeVar

from django.db import models

from annotation.exchange.plans import Plan
from annotation.feedback.models import Demonstration, Judgment, Ranking, Source
from annotation.people.models import Project
from annotation.prepared import PreparedInsert
from annotation.prompts.marks import Marks, marks_of
from annotation.prompts.models import Completion, CompletionOrigin, ImportBatch, Prompt
from annotation.prompts.prompts import split_for, split_key
from annotation.queue.models import Task, TaskCompletion
from annotation.queue.routes import Routes

Row = TypeVar("Row", bound=models.Model)
CompletionKey = tuple[int, str]  # prompt id, text hash

PROMPTS, COMPLETIONS = PreparedInsert(Prompt), PreparedInsert(Completion)
ORIGINS = PreparedInsert(CompletionOrigin)
TASKS, TASK_COMPLETIONS = PreparedInsert(Task), PreparedInsert(TaskCompletion)
DEMONSTRATIONS = PreparedInsert(Demonstration)
RANKINGS, JUDGMENTS = PreparedInsert(Ranking), PreparedInsert(Judgment)


@dataclass
class Fresh(Generic[Row]):
    """New rows by their key, with the first line that asked for each."""

    rows: dict[Any, Row] = field(default_factory=dict)
    lines: dict[Any, int] = field(default_factory=dict)

    def add(self, key: Any, line: int, row: Row) -> None:
        self.rows[key] = row
        self.lines[key] = line


class Chunk:
    """Writes the plans of some lines into `batch`; `counts` and `touched` say what was new."""

    def __init__(
        self, *, project: Project, batch: ImportBatch, lines: list[tuple[int, list[Plan]]]
    ) -> None:
        self.project = project
        self.batch = batch
        self.plans = [(line, plan) for line, plans in lines for plan in plans]
        self.counts: Counter[str] = Counter()
        self.touched: set[int] = set()
        self.prompts: dict[str, int] = {}
        self.marks: dict[str, Marks] = {}
        self.hidden: list[int] = []
        self.completions: dict[CompletionKey, int] = {}
        self.known_origins: set[tuple[int, str]] = set()
        self.known_tasks: set[str] = set()
        self.known_demonstrations: set[str] = set()
        self.known_rankings: set[str] = set()

    def prepare(self) -> None:
        """Find what the project holds of this chunk already."""
        self.find_prompts()
        self.find_completions()
        self.known_origins = set(
            CompletionOrigin.objects.filter(
                completion_id__in=list(self.completions.values())
            ).values_list("completion_id", "author")
        )
        self.known_tasks = self.known_keys(
            Task, [plan.task_key(0) for _, plan in self.plans if plan.tasks]
        )
        self.known_demonstrations = self.known_keys(
            Demonstration,
            [plan.demonstration_key for _, plan in self.plans if plan.record.demonstration],
        )
        self.known_rankings = self.known_keys(
            Ranking, [plan.ranking_key for _, plan in self.plans if plan.ranking]
        )

    def write(self) -> None:
        """Write what is new; raises IntegrityError when another writer was quicker."""
        self.write_prompts()
        self.write_completions()
        self.write_origins()
        self.write_tasks()
        self.write_demonstrations()
        self.write_rankings()

    def made(self, name: str, lines: Iterable[int]) -> None:
        lines = list(lines)
        self.counts[name] += len(lines)
        self.touched.update(lines)

    def find_prompts(self) -> None:
        hashes = {plan.prompt_hash for _, plan in self.plans}
        rows = Prompt.objects.filter(project=self.project, content_hash__in=hashes)
        for row in rows.select_related("batch").defer("messages"):
            self.prompts[row.content_hash] = row.pk
            self.marks[row.content_hash] = marks_of(row)
            owner = row.batch
            if owner not in (None, self.batch) and owner.state != ImportBatch.State.VISIBLE:
                self.hidden.append(row.pk)

    def write_prompts(self) -> None:
        """Create new prompts; those that an import which ended badly left hidden become ours."""
        Prompt.objects.filter(pk__in=self.hidden).update(batch=self.batch)
        fresh = Fresh[Prompt]()
        for line, plan in self.plans:
            key, record = plan.prompt_hash, plan.record
            if key not in self.prompts and key not in fresh.rows:
                row = Prompt(
                    project=self.project,
                    messages=record.messages,
                    content_hash=key,
                    use_case=record.use_case,
                    contributor=record.contributor,
                    split=record.split or split_for(split_key(record.messages, record.contributor)),
                    **asdict(record.marks),
                    batch=self.batch,
                    line=line,
                )
                fresh.add(key, line, row)
                self.marks[key] = record.marks
        PROMPTS.run(*fresh.rows.values())
        self.prompts.update((key, row.pk) for key, row in fresh.rows.items())
        self.made("prompts", fresh.lines.values())

    def find_completions(self) -> None:
        """Learn the ids of completions that the prompts found have already."""
        wanted = [plan for _, plan in self.plans if plan.texts and plan.prompt_hash in self.prompts]
        rows = Completion.objects.filter(
            prompt_id__in={self.prompts[plan.prompt_hash] for plan in wanted},
            text_hash__in={digest for plan in wanted for digest in plan.texts},
        )
        if wanted:
            for pk, prompt_id, digest in rows.values_list("pk", "prompt_id", "text_hash"):
                self.completions[prompt_id, digest] = pk

    def write_completions(self) -> None:
        fresh = Fresh[Completion]()
        for line, plan in self.plans:
            prompt_id = self.prompts[plan.prompt_hash]
            for digest, text in plan.texts.items():
                key = (prompt_id, digest)
                if key not in self.completions and key not in fresh.rows:
                    row = Completion(
                        project=self.project, prompt_id=prompt_id, text=text, text_hash=digest
                    )
                    fresh.add(key, line, row)
        COMPLETIONS.run(*fresh.rows.values())
        self.completions.update((key, row.pk) for key, row in fresh.rows.items())
        self.made("completions", fresh.lines.values())

    def completion(self, plan: Plan, digest: str) -> int:
        return self.completions[self.prompts[plan.prompt_hash], digest]

    def write_origins(self) -> None:
        """Who wrote a completion, once per author: the first line to say so is its source."""
        wanted: dict[tuple[int, str], int] = {}
        for line, plan in self.plans:
            for digest, author in plan.origins:
                key = (self.completion(plan, digest), author)
                if key not in self.known_origins:
                    wanted.setdefault(key, line)
        ORIGINS.run(
            *(
                CompletionOrigin(completion_id=pk, batch=self.batch, line=line, author=author)
                for (pk, author), line in wanted.items()
            )
        )
        self.touched.update(wanted.values())

    def known_keys(self, model: type[models.Model], keys: list[str]) -> set[str]:
        if not keys:
            return set()
        return set(keys_within(self.project, model, keys))

    def write_tasks(self) -> None:
        """All tasks of a set of answers, or none where an import made some of them before."""
        asked = [(line, plan, plan.task_key(0)) for line, plan in self.plans if plan.tasks]
        fresh = Fresh[Task]()
        answers: dict[str, list[int]] = {}
        routes = Routes(self.project)
        for line, plan, _ in news(asked, self.known_tasks):
            for index, hashes in enumerate(plan.tasks):
                key = plan.task_key(index)
                answers[key] = [self.completion(plan, digest) for digest in hashes]
                task = Task(
                    project=self.project,
                    kind=Task.Kind.RANKING,
                    route=routes.get(
                        kind=Task.Kind.RANKING,
                        purpose=Task.Purpose.TRAIN,
                        marks=self.marks[plan.prompt_hash],
                    ),
                    prompt_id=self.prompts[plan.prompt_hash],
                    k=len(hashes),
                    state=Task.State.STAGED,
                    overlap=self.project.overlap,
                    batch=self.batch,
                    import_key=key,
                )
                fresh.add(key, line, task)
        TASKS.run(*fresh.rows.values())
        TASK_COMPLETIONS.run(
            *(
                TaskCompletion(task=task, completion_id=pk, slot=slot)
                for key, task in fresh.rows.items()
                for slot, pk in enumerate(answers[key])
            )
        )
        self.made("tasks", fresh.lines.values())

    def feedback(self, line: int, plan: Plan) -> dict[str, Any]:
        return {
            "project": self.project,
            "prompt_id": self.prompts[plan.prompt_hash],
            "source": Source.IMPORT,
            "trains": True,
            "batch": self.batch,
            "line": line,
            "author": plan.record.labeler,
            "annotations": list(plan.annotations),
        }

    def write_demonstrations(self) -> None:
        asked = [
            (line, plan, plan.demonstration_key)
            for line, plan in self.plans
            if plan.record.demonstration
        ]
        fresh = Fresh[Demonstration]()
        for line, plan, key in news(asked, self.known_demonstrations):
            row = Demonstration(
                **self.feedback(line, plan), text=plan.record.demonstration, import_key=key
            )
            fresh.add(key, line, row)
        DEMONSTRATIONS.run(*fresh.rows.values())
        self.made("demonstrations", fresh.lines.values())

    def write_rankings(self) -> None:
        asked = [(line, plan, plan.ranking_key) for line, plan in self.plans if plan.ranking]
        fresh = Fresh[Ranking]()
        plans: dict[str, Plan] = {}
        for line, plan, key in news(asked, self.known_rankings):
            plans[key] = plan
            row = Ranking(
                **self.feedback(line, plan),
                outcome=Ranking.Outcome.RANKED,
                strength=plan.record.strength,
                aim=plan.record.aim,
                import_key=key,
            )
            fresh.add(key, line, row)
        RANKINGS.run(*fresh.rows.values())
        JUDGMENTS.run(
            *(
                self.judgment(ranking, plans[key], digest, rank)
                for key, ranking in fresh.rows.items()
                for digest, rank in plans[key].ranking
            )
        )
        self.made("rankings", fresh.lines.values())

    def judgment(self, ranking: Ranking, plan: Plan, digest: str, rank: int) -> Judgment:
        likert, flags, severity = plan.graded[digest]
        completion = self.completion(plan, digest)
        return Judgment(
            ranking=ranking,
            completion_id=completion,
            rank=rank,
            likert=likert,
            flags=list(flags),
            severity=severity,
        )


def keys_within(
    project: Project, model: type[models.Model], keys: list[str]
) -> "models.QuerySet[Any, str]":
    """Those of the keys that a row of the project has.

    That none is empty is said for SQLite: the unique index is about no others, and what is not said
    to be within it is looked for in all rows of the project, at every chunk anew.
    """
    rows = model._default_manager.filter(project=project, import_key__in=keys)
    return rows.exclude(import_key="").values_list("import_key", flat=True)


def news(asked: list[tuple[int, Plan, str]], known: set[str]) -> Iterator[tuple[int, Plan, str]]:
    """Each of `asked` whose key is neither known nor stands before it."""
    seen = set(known)
    for line, plan, key in asked:
        if key not in seen:
            seen.add(key)
            yield line, plan, key
