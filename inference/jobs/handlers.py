"""What differs between kinds of job: what its process is told, and what comes of its work.

An app registers its handlers when it is loaded, so that supervision needs to know no app above.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from inference.child.events import Event
from inference.jobs.models import Job

J = TypeVar("J", bound=Job)


class JobHandler(ABC, Generic[J]):
    """One kind of job. Raise `inference.child.failure.Failure` to end the job in plain words."""

    kind: ClassVar[str]
    """Names the kind in messages, leases and `ModelVersion.made_by`."""
    module: ClassVar[str]
    """Its process is `python -m <module> spec.json`."""

    @property
    @abstractmethod
    def model(self) -> type[J]:
        """The table of its rows."""

    @abstractmethod
    def prepare(self, job: J, folder: Path) -> dict[str, Any]:
        """The spec, less version, seed, output, device and threads, which every kind shares.

        `folder` is the attempt's own, empty and local: files that the spec names may go there.
        """

    @abstractmethod
    def ingest(self, job: J, events: Sequence[tuple[int, Event]]) -> None:
        """Keep what the process says: (byte offset, event) pairs; runs inside a transaction.

        Idempotent. Progress and errors are kept on the row already.
        """

    def collect(self, job: J, result: dict[str, Any], folder: Path) -> None:
        """What must be kept but is too much for one transaction; called before `finish`, in none.

        Its own transactions are short and idempotent, and each looks whether the attempt still
        counts.
        """

    @abstractmethod
    def finish(self, job: J, result: dict[str, Any], folder: Path) -> None:
        """Keep what the process made, in the transaction that makes the job succeed.

        A `result["model"]` is in the storage by now, as `<job.attempt_folder>/model`.
        """


_handlers: dict[str, JobHandler[Any]] = {}


def handler_register(handler: JobHandler[Any]) -> None:
    """The later registration of a kind replaces the earlier."""
    _handlers[handler.kind] = handler


def handler_get(kind: str) -> JobHandler[Any]:
    """Raises KeyError for a kind that no app has registered."""
    return _handlers[kind]


def handler_of(job: Job) -> JobHandler[Any]:
    for handler in _handlers.values():
        if isinstance(job, handler.model):
            return handler
    raise KeyError(type(job).__name__)


def handlers() -> list[JobHandler[Any]]:
    return list(_handlers.values())
