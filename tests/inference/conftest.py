"""A kind of job whose process is scripted, and the messages that went out for it."""

import pytest

from inference.jobs import handlers
from inference.jobs.handlers import JobHandler
from inference.jobs.shutdown import shutdown_clear
from inference.models import SamplingJob
from inference.registry import model_register
from plumbline import celery_app


class ScriptedHandler(JobHandler[SamplingJob]):
    kind = "scripted"
    module = "tests.inference.scripted"
    model = SamplingJob

    def __init__(self):
        self.events = []

    def prepare(self, job, folder):  # noqa: ARG002
        return {"kind": "scripted", "config": job.config}

    def ingest(self, job, events):
        self.events += [event | {"attempt": job.attempt} for _, event in events]

    def finish(self, job, result, folder):  # noqa: ARG002
        model_register(
            project=job.project,
            name=f"scripted-{job.pk}",
            kind="sft",
            folder=f"{job.attempt_folder}/{result['model']}",
            made_by=f"scripted:{job.pk}",
            metrics=result["metrics"],
        )


@pytest.fixture
def scripted(monkeypatch):
    """The only handler there is, for rows of SamplingJob."""
    handler = ScriptedHandler()
    monkeypatch.setattr(handlers, "_handlers", {"scripted": handler})
    yield handler
    shutdown_clear()


@pytest.fixture
def sent(monkeypatch):
    """Ids of the jobs that messages went out for, in order."""
    ids = []
    monkeypatch.setattr(
        celery_app, "send_task", lambda _, **sent: ids.append(sent["kwargs"]["job_id"])
    )
    monkeypatch.setattr("inference.jobs.messages._messages_waiting", lambda: False)
    return ids


@pytest.fixture
def job_of(db):
    """Makes a queued job with a script."""

    def make(cast, **script):
        return SamplingJob.objects.create(project=cast.project, k=4, config=script, seed=7)

    return make
