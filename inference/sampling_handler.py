"""What becomes of a sampling job's answers.

The job's process only writes a file. What it wrote becomes completions and tasks in short
transactions, each of which turns its prompts' items from PENDING: whenever the job is cut short and
run again, no prompt gets two tasks and none is lost.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from annotation.models import Completion, Task
from annotation.prompts.prompts import completions_create, text_hash
from annotation.queue.tasks import task_create
from annotation.texts import MAX_TEXT, storable
from inference.child.events import Event
from inference.child.failure import Failure
from inference.choosing import Draw, answers_choose, draws_wanted, shares_split
from inference.engines.protocol import Answer, Message, Request, Sampling
from inference.engines.protocol import Completion as Sampled
from inference.jobs.claims import job_beat
from inference.jobs.handlers import JobHandler
from inference.models import Generation, SamplingItem, SamplingJob, SamplingModel
from inference.registry import model_folder

COMPLETIONS, REQUESTS = "completions.jsonl", "requests.jsonl"
# Prompts per transaction: labelers wait for SQLite's one write lock some tens of milliseconds.
CHUNK = 8


@dataclass(frozen=True)
class Sample:
    """An answer and where it came from. `index` counts a prompt's samples over all models."""

    draw: Draw
    model: SamplingModel
    index: int
    sampled: Sampled


class SamplingHandler(JobHandler[SamplingJob]):
    kind = "sampling"
    module = "inference.engines"
    model = SamplingJob

    def prepare(self, job: SamplingJob, folder: Path) -> dict[str, Any]:
        """Write a request per prompt and model, for the prompts that have no answers yet."""
        mix = _mix(job)
        pending = job.items.filter(state=SamplingItem.State.PENDING).select_related("prompt")
        with (folder / REQUESTS).open("w", encoding="utf-8") as file:
            # By text, so that a repeated run asks in the same order whatever its rows' ids are.
            ordered = pending.order_by("prompt__content_hash", "prompt_id")
            for item in ordered.iterator(chunk_size=500):
                for request in _requests(job, item, mix):
                    file.write(request.model_dump_json() + "\n")
        models = {one.model for one, _ in mix}
        hashes = {str(one.pk): one.template_hash for one in models if one.template_hash}
        return {
            "kind": "sample",
            "models": {str(one.pk): str(model_folder(one)) for one in models},
            "requests": str(folder / REQUESTS),
            "config": {"template_hashes": hashes, "batch_size": job.config["batch_size"]},
        }

    def ingest(self, job: SamplingJob, events: Sequence[tuple[int, Event]]) -> None:
        """Progress is on the row already, and answers are taken from the file at the end."""

    def collect(self, job: SamplingJob, result: dict[str, Any], folder: Path) -> None:  # noqa: ARG002
        """Turn the answers into completions and tasks, a few prompts at a time."""
        pending = list(
            job.items.filter(state=SamplingItem.State.PENDING)
            .order_by("prompt_id")
            .values_list("pk", flat=True)
        )
        if not pending:
            return
        mix = _mix(job)
        shares = shares_split(job.k, [one.weight for one, _ in mix])
        with _AnswerFile(folder / COMPLETIONS) as answers:
            for start in range(0, len(pending), CHUNK):
                job.phase, job.total = "queueing", len(pending)
                job.done = min(start + CHUNK, job.total)
                with transaction.atomic():
                    if not job_beat(job=job):
                        return
                    items = job.items.filter(pk__in=pending[start : start + CHUNK])
                    for item in items.select_related("prompt").order_by("prompt_id"):
                        item_settle(
                            job=job,
                            item=item,
                            shares=shares,
                            samples=answers.samples(item, mix),
                            refused=answers.refused(item, mix),
                        )

    def finish(self, job: SamplingJob, result: dict[str, Any], folder: Path) -> None:  # noqa: ARG002
        """Raises Failure where no prompt got enough answers to be ranked."""
        states = Counter(job.items.values_list("state", flat=True))
        assert SamplingItem.State.PENDING not in states, "collect comes first"
        if SamplingItem.State.DONE not in states:
            raise _nothing_to_rank(job, states)


def _nothing_to_rank(job: SamplingJob, states: Counter[str]) -> Failure:
    total, refused = states.total(), states[SamplingItem.State.REFUSED]
    alike = f"None of the {total} prompts got {_least(job)} different answers."
    vary = (
        "Raise the temperature, sample more than one model, or begin with a base model that "
        "answers in more than one way."
    )
    if not refused:
        return Failure(alike, vary)
    first = job.items.filter(state=SamplingItem.State.REFUSED).earliest("prompt_id").reason
    fit = (
        "Import prompts that the model takes, lower max_new_tokens in the recipe, or begin with a "
        "base model of a longer context."
    )
    if refused == total:
        return Failure(f"The model refused all of the {total} prompts, the first so: {first}", fit)
    were = "was" if refused == 1 else "were"
    return Failure(f"{alike} {refused} {were} refused, the first so: {first}", f"{fit} {vary}")


def item_settle(
    *,
    job: SamplingJob,
    item: SamplingItem,
    shares: Sequence[int],
    samples: Sequence[Sample],
    refused: str = "",
) -> None:
    """Store a prompt's answers and make its task; part of the caller's transaction.

    `refused` says why a model gave none: it counts where the others' answers are not enough.
    Does nothing for an item that another attempt has settled.
    """
    assert transaction.get_connection().in_atomic_block
    chosen = answers_choose([sample.draw for sample in samples], shares, job.k)
    enough = len(chosen) >= _least(job)
    pending = SamplingItem.objects.filter(pk=item.pk, state=SamplingItem.State.PENDING)
    if not pending.update(**_outcome(enough, refused)) or not enough:
        return
    completions = completions_create(prompt=item.prompt, texts=[draw.text for draw in chosen])
    _generations_create(job, completions, samples)
    if job.makes_tasks:
        task = task_create(
            project=job.project,
            kind=Task.Kind.RANKING,
            prompt=item.prompt,
            completions=[completions[draw.key] for draw in chosen],
            priority=job.priority,
        )
        SamplingItem.objects.filter(pk=item.pk).update(task=task)


def _outcome(enough: bool, refused: str) -> dict[str, str]:
    """The fields of an item that is settled."""
    if enough:
        return {"state": SamplingItem.State.DONE}
    if refused:
        return {"state": SamplingItem.State.REFUSED, "reason": refused}
    return {"state": SamplingItem.State.TOO_FEW}


def _generations_create(
    job: SamplingJob, completions: dict[str, Completion], samples: Sequence[Sample]
) -> None:
    """An origin for every sample that said one of the chosen texts."""
    Generation.objects.bulk_create(
        Generation(
            completion=completions[sample.draw.key],
            model_id=sample.model.model_id,
            job=job,
            index=sample.index,
            temperature=sample.model.temperature,
            finish_reason=sample.sampled.finish_reason,
            tokens=len(sample.sampled.token_ids),
            log_probability=sum(sample.sampled.log_probs),
        )
        for sample in samples
        if sample.draw.key in completions
    )


def _least(job: SamplingJob) -> int:
    return job.project.k_min if job.makes_tasks else 1


def _mix(job: SamplingJob) -> list[tuple[SamplingModel, int]]:
    """Each model of the job and how many answers to sample from it per prompt."""
    models = list(job.models.select_related("model").order_by("pk"))
    shares = shares_split(job.k, [one.weight for one in models])
    return [(one, draws_wanted(share)) for one, share in zip(models, shares, strict=True)]


def _requests(
    job: SamplingJob, item: SamplingItem, mix: Sequence[tuple[SamplingModel, int]]
) -> Iterator[Request]:
    messages = tuple(Message.model_validate(message) for message in item.prompt.messages)
    for position, (one, n) in enumerate(mix):
        if n:
            yield Request(
                id=_request_id(item, one),
                model=str(one.model_id),
                messages=messages,
                n=n,
                seed=_seed(job.seed, item.prompt.content_hash, position),
                sampling=Sampling(
                    temperature=one.temperature, max_new_tokens=job.config["max_new_tokens"]
                ),
            )


def _request_id(item: SamplingItem, one: SamplingModel) -> str:
    return f"{item.prompt_id}:{one.pk}"


def _seed(*parts: object) -> int:
    """The same for the same job seed, text and place in the mix, in whatever database."""
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return int.from_bytes(digest[:4]) >> 1


class _AnswerFile:
    """completions.jsonl by prompt; one model wrote after another, so its lines lie far apart."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._offsets: dict[str, int] = {}
        offset = 0
        for line in self._file:
            self._offsets[Answer.model_validate_json(line).id] = offset
            offset += len(line)

    def __enter__(self) -> "_AnswerFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def samples(self, item: SamplingItem, mix: Sequence[tuple[SamplingModel, int]]) -> list[Sample]:
        samples: list[Sample] = []
        first = 0
        for position, (one, n) in enumerate(mix):
            for number, sampled in enumerate(self._answer(item, one).completions):
                if storable(sampled.text) and len(sampled.text) <= MAX_TEXT:
                    draw = Draw(position, text_hash(sampled.text), sampled.text)
                    samples.append(Sample(draw, one, first + number, sampled))
            first += n
        return samples

    def refused(self, item: SamplingItem, mix: Sequence[tuple[SamplingModel, int]]) -> str:
        """Why a model gave no answer, the first where several have; empty where none has."""
        reasons = (self._answer(item, one).refused for one, _ in mix)
        return next((reason for reason in reasons if reason), "")

    def _answer(self, item: SamplingItem, one: SamplingModel) -> Answer:
        request_id = _request_id(item, one)
        if request_id not in self._offsets:
            return Answer(id=request_id)
        self._file.seek(self._offsets[request_id])
        return Answer.model_validate_json(self._file.readline())
