import json
import os
import signal
import threading
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from inference.child.failure import Failure
from inference.jobs.children import Child, killed_words
from inference.jobs.claims import job_cancel_request, job_queue
from inference.jobs.models import MAX_LOSSES
from inference.jobs.shutdown import shutdown_request
from inference.jobs.supervisor import job_run, jobs_drain, jobs_reconcile
from inference.models import DeviceLease, ModelVersion, SamplingJob
from inference.storage import local_folder

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.service,
    pytest.mark.usefixtures("sent"),
]


@pytest.fixture(autouse=True)
def quick_heart(settings):
    settings.HEARTBEAT_EVERY = 0.2


def run(job):
    ran = job_run(kind="scripted", job_id=job.pk)
    job.refresh_from_db()
    return ran


def later(condition, action):
    """Run `action` beside the test as soon as `condition` holds."""

    def wait():
        try:
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline and not condition():
                time.sleep(0.05)
            action()
        finally:
            connection.close()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def pid_said(scripted):
    texts = [event["text"] for event in scripted.events if event["type"] == "message"]
    return int(texts[-1].split()[1])


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_job_runs_to_its_end(cast, scripted, job_of, storage_in_tmp):
    job = job_of(cast)
    assert run(job)
    assert (job.state, job.attempt, job.done, job.total) == ("succeeded", 1, 3, 3)
    model = ModelVersion.objects.get()
    assert (model.made_by, model.metrics) == (f"scripted:{job.pk}", {"loss": 0.25})
    assert model.folder == f"samplingjobs/{job.pk}/attempt-1/model"
    assert (local_folder(model.folder) / "weights.txt").read_text() == "seed 7"
    steps = [event["step"] for event in scripted.events if event["type"] == "metric"]
    assert steps == [1, 2, 3]
    assert DeviceLease.objects.get().holder == ""
    assert not job.error_cause


def test_the_spec_is_whole_and_holds_no_secret(cast, scripted, job_of, storage_in_tmp):
    job = job_of(cast)
    run(job)
    spec = json.loads((storage_in_tmp / job.attempt_folder / "spec.json").read_text())
    assert spec["version"] == 1
    assert spec["seed"] == 7
    assert spec["output"] == str(storage_in_tmp / job.attempt_folder)
    assert spec["device"] == "auto"


def test_what_no_database_can_store_is_mended(cast, scripted, job_of):
    run(job_of(cast))
    (sample,) = (event for event in scripted.events if event["type"] == "sample")
    assert sample["completion"] == "Hello\ufffd there"


def test_an_error_event_is_the_failure(cast, scripted, job_of):
    job = job_of(cast, end="error")
    assert run(job)
    assert job.state == "failed"
    assert job.error_cause == "The data is empty."
    assert job.error_advice == "Write some demonstrations."
    assert not ModelVersion.objects.exists()


def test_a_bug_says_where_the_trace_is(cast, scripted, job_of, storage_in_tmp):
    job = job_of(cast, end="crash")
    run(job)
    assert "KeyError" in job.error_cause
    assert "log.txt" in job.error_advice
    assert "Traceback" in (storage_in_tmp / job.attempt_folder / "log.txt").read_text()


def test_a_silent_end_gives_status_and_last_words(cast, scripted, job_of):
    job = job_of(cast, end="exit")
    run(job)
    assert job.state == "failed"
    assert "status 5" in job.error_cause
    assert "something odd" in job.error_cause


def test_a_bad_spec_is_a_failure_that_names_the_field(cast, scripted, job_of):
    job = job_of(cast, no_such_field=1)
    run(job)
    assert job.state == "failed"
    assert "config.no_such_field" in job.error_cause


def test_no_whole_result_is_a_failure(cast, scripted, job_of):
    job = job_of(cast, end="no_result")
    run(job)
    assert job.state == "failed"
    assert "no whole result" in job.error_cause


def test_a_killed_process_is_tried_again(cast, scripted, job_of):
    job = job_of(cast, end="kill", kill_attempts=1)
    run(job)
    assert (job.state, job.attempt) == ("queued", 1)
    run(job)
    assert (job.state, job.attempt) == ("succeeded", 2)
    assert ModelVersion.objects.get().folder.endswith("attempt-2/model")


def test_a_process_that_is_always_killed_fails(cast, scripted, job_of):
    job = job_of(cast, end="kill")
    assert jobs_drain() == MAX_LOSSES
    job.refresh_from_db()
    assert job.state == "failed"
    assert "ran out of memory" in job.error_cause
    assert f"happened {MAX_LOSSES} times" in job.error_cause


def test_a_refusal_to_prepare_is_the_failure(cast, scripted, job_of, monkeypatch):
    def refuse(job, folder):
        raise Failure("No base.", "Build one.")

    monkeypatch.setattr(scripted, "prepare", refuse)
    job = job_of(cast)
    run(job)
    assert (job.state, job.error_cause, job.error_advice) == ("failed", "No base.", "Build one.")


def test_a_result_that_cannot_be_kept_fails_whole(cast, scripted, job_of, monkeypatch):
    def half(job, result, folder):
        ModelVersion.objects.create(project=job.project, name="half", kind="sft", folder="x")
        raise ValueError("a bug")

    monkeypatch.setattr(scripted, "finish", half)
    job = job_of(cast)
    run(job)
    assert job.state == "failed"
    assert not ModelVersion.objects.exists()


def test_a_busy_database_costs_no_result(cast, scripted, job_of, monkeypatch):
    keep, tries = scripted.finish, []

    def busy(job, result, folder):
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("database is locked")
        keep(job, result, folder)

    monkeypatch.setattr(scripted, "finish", busy)
    job = job_of(cast)
    run(job)
    assert job.state == "succeeded"
    assert ModelVersion.objects.count() == 1


def test_a_job_is_run_once_however_often_it_is_called(cast, scripted, job_of):
    job = job_of(cast)
    assert run(job)
    assert not run(job)
    assert job.attempt == 1


def test_a_busy_device_leaves_the_job_queued(cast, scripted, job_of):
    DeviceLease.objects.create(device="auto", holder="other", heartbeat_at=timezone.now())
    job = job_of(cast)
    assert not run(job)
    assert job.state == "queued"


def test_cancelling_stops_the_process(cast, scripted, job_of):
    job = job_of(cast, steps=1000, step_seconds=0.05)
    thread = later(lambda: scripted.events, lambda: job_cancel_request(job=job))
    assert run(job)
    thread.join()
    assert job.state == "cancelled"
    assert not alive(pid_said(scripted))
    assert DeviceLease.objects.get().holder == ""


def test_a_process_that_hangs_is_ended_and_fails(cast, scripted, job_of, settings):
    settings.SILENCE_LIMIT = 5.0  # enough for the process to begin on a busy machine
    job = job_of(cast, step_seconds=60)
    run(job)
    assert job.state == "failed"
    assert "said nothing for 5 seconds" in job.error_cause
    assert "SILENCE_LIMIT" in job.error_advice
    assert not alive(pid_said(scripted))


def test_a_clock_set_forward_is_no_silence(cast, scripted, job_of, settings, monkeypatch):
    settings.SILENCE_LIMIT = 30.0
    settings.HEARTBEAT_EVERY = 0.1
    later = time.time() + 3600  # as after a laptop's sleep
    monkeypatch.setattr(time, "time", lambda: later)
    job = job_of(cast, steps=3, step_seconds=0.2)
    run(job)
    assert job.state == "succeeded", job.error_cause


def test_a_stubborn_process_is_killed(cast, scripted, job_of, monkeypatch):
    monkeypatch.setattr("inference.jobs.children.STOP_GRACE", 0.3)
    job = job_of(cast, steps=1000, step_seconds=0.05, stubborn_attempts=1)
    thread = later(lambda: scripted.events, lambda: job_cancel_request(job=job))
    run(job)
    thread.join()
    assert job.state == "cancelled"
    assert not alive(pid_said(scripted))


def test_a_fenced_attempt_ends_its_process_and_keeps_nothing(cast, scripted, job_of):
    """The row was given to another worker, as after a pause longer than HEARTBEAT_LOST."""
    job = job_of(cast, steps=1000, step_seconds=0.05)

    def steal():
        SamplingJob.objects.filter(pk=job.pk).update(attempt=2, worker="another")

    thread = later(lambda: scripted.events, steal)
    run(job)
    thread.join()
    assert (job.state, job.attempt, job.worker) == ("running", 2, "another")
    assert not alive(pid_said(scripted))
    assert not ModelVersion.objects.exists()


def test_an_attempt_that_lost_its_device_gives_the_job_back(cast, scripted, job_of):
    job = job_of(cast, steps=1000, step_seconds=0.05)
    thread = later(lambda: scripted.events, lambda: DeviceLease.objects.update(holder="other"))
    run(job)
    thread.join()
    assert job.state == "queued"
    assert DeviceLease.objects.get().holder == "other"
    assert not alive(pid_said(scripted))


def test_a_fenced_attempt_that_finishes_registers_nothing(cast, scripted, job_of, monkeypatch):
    def steal(job, result, folder):
        SamplingJob.objects.filter(pk=job.pk).update(attempt=2)

    monkeypatch.setattr(scripted, "collect", steal)
    job = job_of(cast)
    run(job)
    assert job.state == "running"
    assert not ModelVersion.objects.exists()


def test_a_worker_that_shuts_down_gives_its_job_back(cast, scripted, job_of, sent):
    job = job_of(cast, steps=1000, step_seconds=0.05)
    thread = later(lambda: scripted.events, shutdown_request)
    run(job)
    thread.join()
    assert job.state == "queued"
    assert job.pk in sent
    assert not alive(pid_said(scripted))


def test_a_worker_that_shuts_down_begins_nothing(cast, scripted, job_of):
    shutdown_request()
    job = job_of(cast)
    assert not run(job)
    assert jobs_drain() == 0
    assert (job.state, job.attempt) == ("queued", 0)


def test_a_heart_that_stopped_is_found_by_the_reconcile(cast, scripted, job_of):
    job = job_of(cast)
    SamplingJob.objects.filter(pk=job.pk).update(
        state="running", attempt=1, heartbeat_at=timezone.now() - timedelta(seconds=1000)
    )
    jobs_reconcile()
    assert run(job)
    assert (job.state, job.attempt) == ("succeeded", 2)


def test_draining_runs_what_jobs_queue_in_turn(cast, scripted, job_of, monkeypatch):
    keep = scripted.finish

    def chain(job, result, folder):
        keep(job, result, folder)
        if SamplingJob.objects.count() < 3:
            job_queue(job=job_of(cast))

    monkeypatch.setattr(scripted, "finish", chain)
    job_of(cast)
    assert jobs_drain() == 3
    assert set(SamplingJob.objects.values_list("state", flat=True)) == {"succeeded"}


def test_draining_one_project_leaves_the_others_jobs(cast, scripted, job_of):
    mine = job_of(cast)
    theirs = SamplingJob.objects.create(project=cast.other, k=4, config={})
    assert jobs_drain(cast.project) == 1
    for job, state in ((mine, "succeeded"), (theirs, "queued")):
        job.refresh_from_db()
        assert job.state == state


def test_a_job_runs_on_object_storage(cast, scripted, job_of, settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }
    job = job_of(cast)
    run(job)
    assert job.state == "succeeded"
    folder = local_folder(ModelVersion.objects.get().folder)
    assert (folder / "weights.txt").read_text() == "seed 7"


def test_a_process_gets_no_secrets(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "s")
    monkeypatch.setenv("DATABASE_URL", "d")
    seen = {}

    class Popen:
        def __init__(self, _, env, **__):
            seen.update(env)

    monkeypatch.setattr("subprocess.Popen", Popen)
    Child("x", tmp_path / "spec.json", {"A": "1"})
    assert "SECRET_KEY" not in seen
    assert "DATABASE_URL" not in seen
    assert seen["PLUMBLINE_LEASH"] == "1"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (-signal.SIGKILL, "out of memory"),
        (137, "out of memory"),
        (-signal.SIGTERM, "SIGTERM"),
        (143, "SIGTERM"),
        (70, "lost its supervisor"),
    ],
)
def test_a_killed_process_is_told_in_plain_words(status, words):
    assert words in str(killed_words(status))


@pytest.mark.parametrize("status", [0, 1, 2, 3])
def test_a_process_that_ended_by_itself_was_not_killed(status):
    assert killed_words(status) is None
