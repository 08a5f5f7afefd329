"""One attempt at a job, as its supervisor sees it: its folder, its heart and what it says."""

import json
import logging
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from django.db import transaction

from inference.child.events import EVENTS, Event, locate_events
from inference.child.failure import Failure
from inference.child.files import atomic_write_json
from inference.jobs.beating import beating
from inference.jobs.claims import job_beat
from inference.jobs.devices import device_kind, device_lease_beat, device_threads
from inference.jobs.handlers import JobHandler
from inference.jobs.models import Job
from inference.storage import work_folder

logger = logging.getLogger(__name__)

_BATCH = 500


class Attempt:
    def __init__(self, handler: JobHandler[Any], job: Job, device: str, holder: str) -> None:
        self.handler = handler
        self.job = job
        self.device = device
        self.holder = holder
        self.folder = work_folder(job.attempt_folder)
        self.error: tuple[str, str] | None = None
        """(cause, advice) of the error event, once the process has written one."""
        self._offset = 0

    def prepare(self) -> Path:
        """Write spec.json into the attempt's empty folder. Raises Failure."""
        if self.folder.exists():
            # Only another life of the database can have been here; its work is not ours to judge.
            self.folder.rename(self.folder.with_name(f"{self.folder.name}.{time.time_ns()}"))
        self.folder.mkdir(parents=True)
        common = {
            "version": 1,
            "seed": self.job.seed % 2**31,
            "output": str(self.folder),
            "device": device_kind(self.device),
            "threads": device_threads(),
        }
        spec = self.folder / "spec.json"
        atomic_write_json(spec, common | self.handler.prepare(self.job, self.folder))
        return spec

    def beat(self) -> bool:
        """False when the attempt is fenced: its job was taken from it, or its device."""
        return job_beat(job=self.job) and device_lease_beat(device=self.device, holder=self.holder)

    def report(self) -> bool:
        """Beat, and keep what the process has said since; False when fenced.

        One transaction holds both, so that a fenced attempt's events are never kept.
        """
        located, end = locate_events(self.folder / EVENTS, self._offset)
        for start in range(0, max(len(located), 1), _BATCH):
            batch = [(at, _storable(event)) for at, event in located[start : start + _BATCH]]
            for _, event in batch:
                self._note(event)
            with transaction.atomic():
                if not self.beat():
                    return False
                if batch:
                    self.handler.ingest(self.job, batch)
        self._offset = end
        return True

    def result(self) -> dict[str, Any]:
        """result.json. Raises Failure where the process left none that is whole."""
        try:
            result = json.loads((self.folder / "result.json").read_text())
            if result["model"] and not (self.folder / result["model"]).is_dir():
                raise FileNotFoundError(result["model"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Failure(
                "The process ended well but left no whole result.",
                "Look at log.txt in its folder; was the disk full?",
            ) from error
        return dict(result)

    def beating(self) -> AbstractContextManager[None]:
        """Beat from a thread while this one is busy: uploads and long transactions take minutes."""
        return beating(self.beat)

    def _note(self, event: Event) -> None:
        if event.get("type") == "progress":
            self.job.phase = str(event.get("phase", ""))[:60]
            self.job.done = int(event.get("done", 0))
            self.job.total = int(event.get("total", 0))
        elif event.get("type") == "error":
            self.error = (str(event.get("cause") or "Unknown."), str(event.get("advice", "")))


def _storable(event: Event) -> Event:
    """What a tiny model babbles may hold NUL or half a surrogate pair; databases take neither."""
    return {
        name: value.replace("\0", "\ufffd").encode(errors="replace").decode()
        if isinstance(value, str)
        else value
        for name, value in event.items()
    }
