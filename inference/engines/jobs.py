"""Engine jobs: a file of requests in, a file of answers out, resumable by the request's id.

Answers are appended and flushed batch by batch. A job begun again in the same folder keeps the
whole lines it finds and answers the rest, with the same batches and seeds.
"""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from inference.child.events import EventLog
from inference.child.failure import Failure
from inference.child.leash import raise_if_stopped
from inference.child.process import Result
from inference.child.spec import Config, Spec
from inference.engines.device import prepare_torch
from inference.engines.protocol import Answer, Request, Score, ScoreRequest
from inference.engines.scoring import Scorer
from inference.engines.specs import SampleSpec, ScoreSpec
from inference.engines.transformers_engine import TransformersEngine

Row = TypeVar("Row", bound=Config)
COMPLETIONS, SCORES = "completions.jsonl", "scores.jsonl"


def work(spec: Spec, log: EventLog) -> Result:
    if isinstance(spec, SampleSpec):
        return sample(spec, log)
    assert isinstance(spec, ScoreSpec)
    return score(spec, log)


def sample(spec: SampleSpec, log: EventLog) -> Result:
    """Answer every request, one model loaded after another."""
    device = prepare_torch(spec)
    requests = list(_read(spec.requests, Request))
    _check_requests(requests, spec)
    out = _Answers(spec.output / COMPLETIONS, Answer)
    clock = _Clock(log, "sampling", len(requests), len(out.ids))
    for name, folder in spec.models.items():
        own = [request for request in requests if request.model == name]
        if all(request.id in out.ids for request in own):
            continue
        engine = TransformersEngine(
            folder,
            device=device,
            batch_size=spec.config.batch_size,
            dtype=spec.config.dtype,
            seed=spec.seed,
            template_hash=spec.config.template_hashes.get(name),
        )
        for batch in engine.batches(own):
            raise_if_stopped()
            if all(one.request.id in out.ids for one in batch):
                continue
            answers = engine.complete_batch(batch)
            out.append(answers)
            _warn_of_refusals(answers, log)
            clock.tick(len(out.ids), sum(len(c.token_ids) for a in answers for c in a.completions))
    return Result(
        metrics={"sampling/tokens_per_second": clock.rate, "sampling/tokens": clock.tokens}
    )


def score(spec: ScoreSpec, log: EventLog) -> Result:
    """Score every (messages, completion) with the reward model."""
    device = prepare_torch(spec)
    requests = list(_read(spec.requests, ScoreRequest))
    out = _Answers(spec.output / SCORES, Score)
    clock = _Clock(log, "scoring", len(requests), len(out.ids))
    size = spec.config.batch_size
    scorer = Scorer(
        spec.models.reward,
        device=device,
        batch_size=size,
        template_hash=spec.config.template_hash,
    )
    left = [request for request in requests if request.id not in out.ids]
    left.sort(key=lambda request: len(request.completion))
    for start in range(0, len(left), size):
        raise_if_stopped()
        out.append(scorer.score(left[start : start + size]))
        clock.tick(len(out.ids), 0)
    return Result(metrics={"scoring/scores": float(len(out.ids))})


class _Answers:
    """The output file: what it already holds, and appending a batch."""

    def __init__(self, path: Path, kind: type[Answer] | type[Score]) -> None:
        _cut_torn_line(path)
        self.ids = {row.id for row in _read(path, kind)} if path.exists() else set()
        self._file = path.open("a", encoding="utf-8")

    def append(self, rows: Iterable[Answer | Score]) -> None:
        fresh = [row for row in rows if row.id not in self.ids]
        self._file.writelines(row.model_dump_json() + "\n" for row in fresh)
        self._file.flush()
        self.ids.update(row.id for row in fresh)


class _Clock:
    """Progress and speed, told after every batch."""

    def __init__(self, log: EventLog, phase: str, total: int, done: int) -> None:
        self.log, self.phase, self.total = log, phase, total
        self.tokens, self.rate, self.start = 0, 0.0, time.monotonic()
        log.progress(phase, done, total)

    def tick(self, done: int, tokens: int) -> None:
        self.tokens += tokens
        self.rate = self.tokens / max(time.monotonic() - self.start, 1e-9)
        self.log.progress(self.phase, done, self.total)
        if tokens:
            self.log.metric(f"{self.phase}/tokens_per_second", done, self.rate)


def _check_requests(requests: list[Request], spec: SampleSpec) -> None:
    if len({request.id for request in requests}) != len(requests):
        raise Failure("Two requests have the same id.", "Give every request an id of its own.")
    if unknown := {request.model for request in requests} - set(spec.models):
        raise Failure(
            f"Requests name the models {sorted(unknown)}, which the spec does not have.",
            "Name each of them under models in the spec.",
        )


def _warn_of_refusals(answers: Iterable[Answer], log: EventLog) -> None:
    for answer in answers:
        if answer.refused:
            log.message(f"Request {answer.id}: {answer.refused}", level="warning")


def _read(path: Path, kind: type[Row]) -> Iterator[Row]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield kind.model_validate_json(line)
            except ValueError as error:
                raise Failure(
                    f"{path.name}, line {number}: {str(error).splitlines()[0]}",
                    "Write one JSON object a line, in the form of inference/engines/protocol.py.",
                ) from error


def _cut_torn_line(path: Path) -> None:
    """A killed predecessor may have left half a line: its request is answered again."""
    if not path.exists():
        return
    with path.open("r+b") as file:
        data = file.read()
        file.truncate(data.rfind(b"\n") + 1)
