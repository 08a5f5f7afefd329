from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from annotation.models import AuditEvent
from inference.child.files import sha256_file
from inference.jobs import handlers
from inference.jobs.claims import job_claim
from inference.jobs.supervisor import job_run
from inference.models import ModelVersion
from plumbline import celery_app
from training.learners.specs import PpoConfig, RewardConfig, SftConfig
from training.models import Metric, Run, RunEvent, RunInput, Snapshot
from training.run_handler import RunHandler
from training.runs import run_cancel, run_create, run_metrics

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture(autouse=True)
def sent(monkeypatch):
    ids = []
    monkeypatch.setattr(
        celery_app, "send_task", lambda _, **sent: ids.append(sent["kwargs"].get("job_id"))
    )
    monkeypatch.setattr("inference.jobs.messages._messages_waiting", lambda: False)
    return ids


def model(project, kind="base"):
    count = ModelVersion.objects.count()
    return ModelVersion.objects.create(
        project=project, name=f"m{count}", kind=kind, folder=f"models/m{count}"
    )


def snapshot(project):
    manifest = Path(settings.STORAGE_ROOT) / "snapshots" / "1" / "manifest.json"
    manifest.parent.mkdir(parents=True, exist_ok=True)
    manifest.write_text("{}")
    return Snapshot.objects.create(
        project=project, folder="snapshots/1", sha256=sha256_file(manifest)
    )


def ask(cast, **changes):
    fields = {
        "project": cast.project,
        "actor": cast.rosa,
        "stage": "sft",
        "config": SftConfig().model_dump(),
        "seed": 3,
        "models": {"start": model(cast.project)},
        "snapshot": snapshot(cast.project),
    }
    return run_create(**fields | changes)


def metric(name, step, value):
    return {"t": 1.8e9, "type": "metric", "name": name, "step": step, "value": value}


def test_a_run_is_queued_with_its_inputs(cast, django_capture_on_commit_callbacks, sent):
    with django_capture_on_commit_callbacks(execute=True):
        run = ask(cast)
    assert (run.state, run.attempt, run.seed, run.created_by) == ("queued", 0, 3, cast.rosa)
    assert sorted(run.inputs.values_list("role", flat=True)) == ["data", "start"]
    assert run.inputs.get(role=RunInput.Role.DATA).snapshot is not None
    assert sent == [run.pk]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stage": "dpo"}, "no stage dpo"),
        ({"config": {"learning_rate": -1}}, "sft.learning_rate"),
        ({"config": {"unknown": 1}}, "sft.unknown"),
        ({"models": {}}, "takes the models start; given: none"),
    ],
)
def test_a_run_that_no_learner_would_take_is_refused(cast, changes, words):
    with pytest.raises(ValidationError, match=words):
        ask(cast, **changes)
    assert not Run.objects.exists()


def test_ppo_takes_three_models(cast):
    start = model(cast.project, "sft")
    models = {"start": start, "reference": start, "reward": model(cast.project, "reward")}
    run = ask(cast, stage="ppo", config=PpoConfig().model_dump(), models=models)
    assert run.inputs.count() == 4
    with pytest.raises(ValidationError, match="takes the models start, reference, reward"):
        ask(cast, stage="ppo", config=PpoConfig().model_dump(), models={"start": start})
    with pytest.raises(ValidationError, match="takes the models start;"):
        ask(cast, stage="reward", config=RewardConfig().model_dump(), models=models)


@pytest.mark.parametrize("what", ["models", "snapshot"])
def test_another_projects_work_is_refused(cast, what):
    change = {"start": model(cast.other)} if what == "models" else snapshot(cast.other)
    with pytest.raises(ValidationError, match="its own project"):
        ask(cast, **{what: change})


def test_a_waiting_run_is_cancelled_and_the_deed_is_kept(cast):
    run = ask(cast)
    run_cancel(actor=cast.rosa, run=run)
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert AuditEvent.objects.get(verb="run_cancel").actor == cast.rosa
    with pytest.raises(ValidationError, match="ended already"):
        run_cancel(actor=cast.rosa, run=run)


def test_a_working_run_is_asked_to_stop(cast):
    run = ask(cast)
    job_claim(kind="run", job_id=run.pk, worker="w")
    run_cancel(actor=cast.rosa, run=run)
    run.refresh_from_db()
    assert (run.state, run.cancel_requested) == ("running", True)


def test_events_become_points_and_rows_once(cast):
    run = ask(cast)
    events = [
        (0, metric("train/loss", 1, 0.9)),
        (70, {"t": 1.8e9, "type": "progress", "phase": "train", "done": 1, "total": 2}),
        (
            140,
            {
                "t": 1.8e9,
                "type": "sample",
                "step": 1,
                "prompt": "Hi",
                "completion": "Yo",
                "reward": 0.5,
                "kl": None,
            },
        ),
        (210, {"t": 1.8e9, "type": "message", "level": "warning", "text": "slow"}),
        (280, {"t": 1.8e9, "type": "error", "cause": "It broke.", "advice": "Mend it."}),
        (350, metric("train/loss", 1, 0.8)),
        (420, metric("train/loss", 2, 0.7)),
    ]
    for _ in range(2):
        RunHandler().ingest(run, events)
    assert run_metrics(run, "train/loss") == [(1, 0.8), (2, 0.7)]
    rows = RunEvent.objects.filter(run=run).order_by("offset")
    assert [(row.type, row.step, row.data) for row in rows] == [
        ("sample", 1, {"prompt": "Hi", "completion": "Yo", "reward": 0.5, "kl": None}),
        ("message", None, {"level": "warning", "text": "slow"}),
        ("error", None, {"cause": "It broke.", "advice": "Mend it."}),
    ]
    assert rows[0].created_at.timestamp() == 1.8e9


def test_a_metric_said_again_is_what_was_said_last(cast):
    run = ask(cast)
    RunHandler().ingest(run, [(0, metric("kl", 1, 1.0)), (50, metric("kl", 2, 2.0))])
    RunHandler().ingest(run, [(100, metric("kl", 1, 1.5))])
    assert run_metrics(run, "kl") == [(1, 1.5), (2, 2.0)]


def test_curves_are_thinned_on_the_server(cast):
    run = ask(cast)
    Metric.objects.bulk_create(
        Metric(run=run, name="kl", step=step, value=step / 2) for step in range(1000)
    )
    points = run_metrics(run, "kl", points=300)
    assert len(points) == 300
    assert points[0] == (0, 0.0)
    assert points[-1] == (999, 499.5)


class ScriptedRunHandler(RunHandler):
    """The real handler with a scripted process."""

    module = "tests.inference.scripted"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("stage", "kind"), [("sft", "sft"), ("ppo", "policy")])
def test_a_run_makes_one_model(cast, stage, kind, storage_in_tmp, monkeypatch):
    monkeypatch.setattr(handlers, "_handlers", {"run": ScriptedRunHandler()})
    run = Run.objects.create(
        project=cast.project, stage=stage, config={"steps": 5}, created_by=cast.rosa
    )
    with transaction.atomic():
        made = snapshot(cast.project)
        start = model(cast.project)
        RunInput.objects.create(run=run, role="data", snapshot=made)
        for role in ("start", "reference", "reward"):
            RunInput.objects.create(run=run, role=role, model=start)
    (storage_in_tmp / start.folder).mkdir(parents=True)
    # An attempt that died came further than this one will: its points are not this one's.
    Metric.objects.create(run=run, name="train/loss", step=99, value=9.0)
    assert job_run(kind="run", job_id=run.pk)
    run.refresh_from_db()
    assert run.state == "succeeded", run.error_cause
    output = ModelVersion.objects.get(made_by=f"run:{run.pk}")
    assert (output.kind, output.name, output.template_hash) == (kind, f"{stage}-{run.pk}", "abc")
    assert output.folder == f"runs/{run.pk}/attempt-1/model"
    assert len(run_metrics(run, "train/loss")) == 5
    assert not job_run(kind="run", job_id=run.pk)
    assert ModelVersion.objects.filter(made_by=f"run:{run.pk}").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_run_whose_models_are_gone_fails_in_plain_words(cast):
    run = ask(cast)
    job_run(kind="run", job_id=run.pk)
    run.refresh_from_db()
    assert run.state == "failed"
    assert "no base model" in run.error_cause


@pytest.mark.django_db(transaction=True)
def test_a_run_whose_manifest_was_changed_fails_before_it_starts(cast, storage_in_tmp):
    run = ask(cast)
    (storage_in_tmp / run.inputs.get(role="start").model.folder).mkdir(parents=True)
    (storage_in_tmp / "snapshots" / "1" / "manifest.json").write_text('{"files": {}}')
    job_run(kind="run", job_id=run.pk)
    run.refresh_from_db()
    assert run.state == "failed"
    assert "not those that were frozen" in run.error_cause
