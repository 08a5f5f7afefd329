"""Kill -9 in the middle of a run: it goes on after a restart, and ends once.

Real workers, beat and web server, as the Procfile starts them, on the test's database and broker.
"""

import os
import signal
import socket
import urllib.request
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest

from inference.child.events import locate_events
from inference.models import DeviceLease, ModelVersion
from inference.registry import base_model_get
from plumbline import celery_app
from tests.inference.tiny import tiny_causal_lm, tiny_tokenizer
from tests.training.by_hand import demonstrations_make, prompts_make
from tests.training.processes import Processes, alive, wait_for
from training.learners.specs import SftConfig
from training.models import Metric, Run, RunEvent, RunInput, Snapshot
from training.runs import run_cancel, run_create
from training.snapshots import snapshot_create

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.service,
    pytest.mark.slow,
    # One at a time: they share a broker's queues where it is Redis.
    pytest.mark.xdist_group("workers"),
]


@pytest.fixture
def processes(tmp_path, transactional_db):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = Processes(
        tmp_path, PORT=str(port), DJANGO_SETTINGS_MODULE="tests.training.scripted_settings"
    )
    (tmp_path / "var").mkdir()
    yield running
    running.close()
    for pid in pids():
        if alive(pid):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture(autouse=True)
def no_messages_from_here(monkeypatch):
    """The test's process has another broker folder than its workers: beat's reconcile sends."""
    monkeypatch.setattr(celery_app, "send_task", lambda *_, **__: None)


@pytest.fixture
def run_of(cast, storage_in_tmp):
    """Makes a queued run of some seconds."""

    def make(**script):
        manifest = b"{}"
        made = Snapshot.objects.create(
            project=cast.project, folder="snapshots/1", sha256=sha256(manifest).hexdigest()
        )
        base = ModelVersion.objects.create(
            project=cast.project, name="base", kind="base", folder="models/base"
        )
        for folder in (made.folder, base.folder):
            (storage_in_tmp / folder).mkdir(parents=True)
        (storage_in_tmp / made.folder / "manifest.json").write_bytes(manifest)
        run = Run.objects.create(
            project=cast.project,
            created_by=cast.rosa,
            stage="sft",
            config={"steps": 40, "step_seconds": 0.1, **script},
        )
        RunInput.objects.create(run=run, role="data", snapshot=made)
        RunInput.objects.create(run=run, role="start", model=base)
        return run

    return make


def pids():
    """Of every learner so far, by attempt, as each says first of all."""
    texts = RunEvent.objects.filter(type="message", data__text__startswith="pid")
    return [int(row.data["text"].split()[1]) for row in texts.order_by("attempt")]


def learners(folder):
    """Processes whose command line names the attempt's spec."""
    spec = f"{folder}/spec.json".encode()
    for status in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if spec in status.read_bytes():
                yield int(status.parent.name)


def working(run, attempt=1):
    """The learner's pid, once its first metrics are in the database."""
    assert not ended(run), run.error_cause
    told = Metric.objects.filter(run=run).count() >= 5
    running = Run.objects.filter(pk=run.pk, state="running", attempt=attempt).exists()
    return pids()[-1] if told and running and len(pids()) == attempt else None


def ended(run):
    run.refresh_from_db()
    return run.ended


def assert_ended_once(processes, run, attempt):
    assert (run.state, run.attempt) == ("succeeded", attempt), run.error_cause
    model = ModelVersion.objects.get(made_by=f"run:{run.pk}")
    assert model.folder == f"runs/{run.pk}/attempt-{attempt}/model"
    steps = Metric.objects.filter(run=run, name="train/loss")
    assert steps.count() == 40
    # The scripted learner adds its attempt to what it says.
    assert all(
        int(value) == attempt or step == 1 for step, value in steps.values_list("step", "value")
    )
    assert RunEvent.objects.filter(run=run, type="sample").values_list("attempt").get() == (
        attempt,
    )
    # Freed a moment after the row's end, when the round has been told of it.
    wait_for(lambda: DeviceLease.objects.get().holder == "", processes, seconds=10)


def start_workers(processes):
    for name in ("gpu", "cpu", "beat"):
        processes.start(name)


def test_the_worker_is_killed(processes, run_of):
    run = run_of()
    start_workers(processes)
    learner = wait_for(lambda: working(run), processes)
    processes.kill("gpu")
    # The pipe closed with the worker: the learner ends itself, long before anyone misses it.
    wait_for(lambda: not alive(learner), processes, seconds=2)
    assert not ended(run)
    processes.start("gpu")
    wait_for(lambda: ended(run), processes)
    assert_ended_once(processes, run, attempt=2)


def test_the_worker_is_killed_and_the_learner_will_not_end(processes, run_of, storage_in_tmp):
    """An orphan that works to its end beside the next attempt: nothing of it counts."""
    run = run_of(stubborn_attempts=1)
    start_workers(processes)
    orphan = wait_for(lambda: working(run), processes)
    processes.kill("gpu")
    processes.start("gpu")
    assert alive(orphan)
    wait_for(lambda: ended(run), processes)
    # It has written all that a run writes, and where it may.
    wait_for(lambda: not alive(orphan), processes)
    assert (storage_in_tmp / f"runs/{run.pk}/attempt-1/result.json").exists()
    assert_ended_once(processes, run, attempt=2)


def test_the_worker_of_a_real_learner_is_killed(processes, cast, storage_in_tmp):
    prompts = prompts_make(cast.project)
    demonstrations_make(prompts)
    folder = storage_in_tmp / "models" / "base"
    tiny_causal_lm().save_pretrained(folder)
    tiny_tokenizer().save_pretrained(folder)
    run = run_create(
        project=cast.project,
        actor=cast.rosa,
        stage="sft",
        config=SftConfig(epochs=10, batch_size=4, samples=1, max_new_tokens=8).model_dump(),
        seed=1,
        models={"start": base_model_get(project=cast.project)},
        snapshot=snapshot_create(project=cast.project, kinds=["demonstration"]),
    )
    processes.environment |= {
        "DJANGO_SETTINGS_MODULE": "plumbline.settings",
        "OMP_NUM_THREADS": "1",
    }
    start_workers(processes)
    first = storage_in_tmp / f"runs/{run.pk}/attempt-1"
    wait_for(lambda: locate_events(first / "events.jsonl")[0] or ended(run), processes)
    (learner,) = learners(first)
    processes.kill("gpu")
    wait_for(lambda: not alive(learner), processes, seconds=2)
    processes.start("gpu")
    wait_for(lambda: ended(run), processes, seconds=200)
    assert (run.state, run.attempt) == ("succeeded", 2), run.error_cause
    model = ModelVersion.objects.get(made_by=f"run:{run.pk}")
    assert (storage_in_tmp / model.folder / "model.safetensors").exists()
    assert not (first / "model").exists()


def test_the_learner_is_killed(processes, run_of):
    run = run_of()
    start_workers(processes)
    os.kill(wait_for(lambda: working(run), processes), signal.SIGKILL)
    wait_for(lambda: ended(run), processes)
    assert_ended_once(processes, run, attempt=2)


def test_the_web_server_is_killed(processes, run_of):
    """The run does not notice, and the site is there again after a restart."""
    run = run_of()
    address = f"http://127.0.0.1:{processes.environment['PORT']}/sign-in/"

    def answers():
        try:
            with urllib.request.urlopen(address, timeout=5) as response:
                return response.status == 200
        except OSError:
            return False

    processes.start("web")
    wait_for(answers, processes)
    start_workers(processes)
    wait_for(lambda: working(run), processes)
    processes.kill("web")
    assert not answers()
    processes.start("web")
    wait_for(answers, processes)
    wait_for(lambda: ended(run), processes)
    assert_ended_once(processes, run, attempt=1)


def test_the_worker_is_asked_to_end(processes, run_of):
    """A warm shutdown gives the run back in seconds, rather than when the run has ended."""
    run = run_of(steps=400)
    start_workers(processes)
    learner = wait_for(lambda: working(run), processes)
    os.kill(processes.started["gpu"].pid, signal.SIGTERM)
    processes.started.pop("gpu").wait(60)
    assert not alive(learner)
    run.refresh_from_db()
    assert (run.state, run.attempt) == ("queued", 1)


def test_a_run_is_cancelled_from_the_site(processes, run_of, cast):
    run = run_of(steps=400)
    start_workers(processes)
    learner = wait_for(lambda: working(run), processes)
    run_cancel(actor=cast.rosa, run=run)
    wait_for(lambda: ended(run), processes, seconds=20)
    assert run.state == "cancelled"
    assert not alive(learner)
    assert not ModelVersion.objects.filter(made_by__isnull=False).exists()
