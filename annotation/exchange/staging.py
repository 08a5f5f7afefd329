"""A chunk of planned lines into rows: a handful of queries for hundreds of lines.

Everything here is keyed by content, so a chunk may be written again or meet rows that others wrote
a moment ago: what exists is found, what does not is made. The caller owns the transaction.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db import models

from annotation.exchange.plans import Plan
from annotation.feedback.models import Demonstration, Judgment, Ranking, Source
from annotation.people.models import Project
from annotation.prompts.models import Completion, CompletionOrigin, ImportBatch, Prompt
from annotation.prompts.prompts import split_for
from annotation.queue.models import Task, TaskCompletion

Row = TypeVar("Row", bound=models.Model)
CompletionKey = tuple[int, str]  # prompt id, text hash


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
        self.notes: list[tuple[int, str]] = []
        self.prompts: dict[str, int] = {}
        self.completions: dict[CompletionKey, int] = {}

    def write(self) -> None:
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

    def write_prompts(self) -> None:
        self.find_prompts({plan.prompt_hash for _, plan in self.plans})
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
                    split=record.split or split_for(record.contributor or key),
                    batch=self.batch,
                    line=line,
                )
                fresh.add(key, line, row)
        Prompt.objects.bulk_create(fresh.rows.values(), ignore_conflicts=True)
        self.find_prompts(set(fresh.rows))
        self.made("prompts", fresh.lines.values())

    def find_prompts(self, hashes: set[str]) -> None:
        """Learn the ids of prompts that exist; what no visible import owns becomes this one's.

        A prompt left by an import that ended badly would otherwise stay hidden, and go with it.
        """
        if not hashes:
            return
        first_lines = {plan.prompt_hash: line for line, plan in reversed(self.plans)}
        rows = Prompt.objects.filter(project=self.project, content_hash__in=hashes)
        for pk, key, owner, state in rows.values_list(
            "pk", "content_hash", "batch_id", "batch__state"
        ):
            self.prompts[key] = pk
            if owner not in (None, self.batch.pk) and state != ImportBatch.State.VISIBLE:
                Prompt.objects.filter(pk=pk).update(batch=self.batch, line=first_lines[key])

    def write_completions(self) -> None:
        wanted: dict[CompletionKey, tuple[int, str]] = {}
        for line, plan in self.plans:
            for digest, text in plan.texts.items():
                wanted.setdefault((self.prompts[plan.prompt_hash], digest), (line, text))
        self.find_completions(set(wanted))
        fresh = Fresh[Completion]()
        for (prompt_id, digest), (line, text) in wanted.items():
            if (prompt_id, digest) not in self.completions:
                row = Completion(
                    project=self.project, prompt_id=prompt_id, text=text, text_hash=digest
                )
                fresh.add((prompt_id, digest), line, row)
        Completion.objects.bulk_create(fresh.rows.values(), ignore_conflicts=True)
        self.find_completions(set(fresh.rows))
        self.made("completions", fresh.lines.values())

    def find_completions(self, keys: set[CompletionKey]) -> None:
        if not keys:
            return
        rows = Completion.objects.filter(
            prompt_id__in={prompt_id for prompt_id, _ in keys},
            text_hash__in={digest for _, digest in keys},
        )
        for pk, prompt_id, digest in rows.values_list("pk", "prompt_id", "text_hash"):
            self.completions[prompt_id, digest] = pk

    def completion(self, plan: Plan, digest: str) -> int:
        return self.completions[self.prompts[plan.prompt_hash], digest]

    def write_origins(self) -> None:
        """Who wrote a completion, once per author: the first line to say so is its source."""
        wanted: dict[tuple[int, str], int] = {}
        for line, plan in self.plans:
            for digest, author in plan.origins:
                wanted.setdefault((self.completion(plan, digest), author), line)
        if not wanted:
            return
        known = set(
            CompletionOrigin.objects.filter(completion_id__in={pk for pk, _ in wanted}).values_list(
                "completion_id", "author"
            )
        )
        rows = [
            CompletionOrigin(completion_id=pk, batch=self.batch, line=line, author=author)
            for (pk, author), line in wanted.items()
            if (pk, author) not in known
        ]
        CompletionOrigin.objects.bulk_create(rows)
        self.touched.update(row.line for row in rows)

    def known_keys(self, model: type[models.Model], keys: Iterable[str]) -> set[str]:
        wanted = set(keys)
        if not wanted:
            return set()
        rows = model._default_manager.filter(project=self.project, import_key__in=wanted)
        return set(rows.values_list("import_key", flat=True))

    def write_tasks(self) -> None:
        asked = [
            (line, plan, hashes, plan.task_key(hashes))
            for line, plan in self.plans
            for hashes in plan.tasks
        ]
        known = self.known_keys(Task, (key for *_, key in asked))
        fresh = Fresh[Task]()
        answers: dict[str, list[int]] = {}
        for line, plan, hashes, key in asked:
            if key in known or key in fresh.rows:
                continue
            answers[key] = [self.completion(plan, digest) for digest in hashes]
            task = Task(
                project=self.project,
                kind=Task.Kind.RANKING,
                prompt_id=self.prompts[plan.prompt_hash],
                k=len(hashes),
                overlap=self.project.overlap,
                batch=self.batch,
                import_key=key,
            )
            fresh.add(key, line, task)
        Task.objects.bulk_create(fresh.rows.values())
        TaskCompletion.objects.bulk_create(
            TaskCompletion(task=task, completion_id=pk, slot=slot)
            for key, task in fresh.rows.items()
            for slot, pk in enumerate(answers[key])
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
        }

    def write_demonstrations(self) -> None:
        asked = [
            (line, plan, plan.demonstration_key)
            for line, plan in self.plans
            if plan.record.demonstration
        ]
        known = self.known_keys(Demonstration, (key for *_, key in asked))
        fresh = Fresh[Demonstration]()
        for line, plan, key in self.once_a_line(asked, known, "demonstration"):
            row = Demonstration(
                **self.feedback(line, plan), text=plan.record.demonstration, import_key=key
            )
            fresh.add(key, line, row)
        Demonstration.objects.bulk_create(fresh.rows.values())
        self.made("demonstrations", fresh.lines.values())

    def write_rankings(self) -> None:
        asked = [(line, plan, plan.ranking_key) for line, plan in self.plans if plan.ranking]
        known = self.known_keys(Ranking, (key for *_, key in asked))
        fresh = Fresh[Ranking]()
        plans: dict[str, Plan] = {}
        for line, plan, key in self.once_a_line(asked, known, "ranking"):
            plans[key] = plan
            row = Ranking(
                **self.feedback(line, plan),
                outcome=Ranking.Outcome.RANKED,
                strength=plan.record.strength,
                import_key=key,
            )
            fresh.add(key, line, row)
        Ranking.objects.bulk_create(fresh.rows.values())
        Judgment.objects.bulk_create(
            Judgment(ranking=ranking, completion_id=self.completion(plans[key], digest), rank=rank)
            for key, ranking in fresh.rows.items()
            for digest, rank in plans[key].ranking
        )
        self.made("rankings", fresh.lines.values())

    def once_a_line(
        self, asked: list[tuple[int, Plan, str]], known: set[str], what: str
    ) -> Iterable[tuple[int, Plan, str]]:
        """What is new of `asked`; a line says one thing of a kind about a prompt."""
        seen = set(known)
        said: set[tuple[int, str]] = set()
        for line, plan, key in asked:
            if key in seen:
                continue
            seen.add(key)
            if (line, plan.prompt_hash) in said:
                self.notes.append((line, f"a second {what} for the same prompt left out"))
                continue
            said.add((line, plan.prompt_hash))
            yield line, plan, key
