"""Models, sampling jobs, rounds and runs over the API."""

import pytest

from inference.models import ModelVersion, SamplingItem, SamplingJob
from tests.annotation.work import prompt_make
from training.models import Metric, Round, RoundStage, Run
from training.recipes import recipe_load

pytestmark = [pytest.mark.django_db, pytest.mark.service]

HERE = "/api/projects/everyday/"


def round_make(project, **fields):
    recipe = recipe_load("smoke").model_dump(mode="json")
    made = Round.objects.create(project=project, number=1, recipe=recipe, **fields)
    run = Run.objects.create(project=project, stage="sft", state="running")
    RoundStage.objects.create(round=made, name="sft", position=0, state="running", run=run)
    RoundStage.objects.create(round=made, name="sample", position=1)
    return made, run


def test_models_and_sampling_jobs(cast, as_):
    model = ModelVersion.objects.create(project=cast.project, name="sft-1", kind="sft", folder="m")
    theirs = ModelVersion.objects.create(project=cast.other, name="sft-1", kind="sft", folder="m")
    job = SamplingJob.objects.create(project=cast.project, k=4)
    for state in ("done", "done", "too_few", "pending"):
        SamplingItem.objects.create(job=job, prompt=prompt_make(cast.project), state=state)
    SamplingItem.objects.create(
        job=job, prompt=prompt_make(cast.project), state="refused", reason="Too long."
    )
    client = as_(cast.rosa)
    assert [row["name"] for row in client.get(f"{HERE}models/").json()["results"]] == ["sft-1"]
    assert client.get(f"{HERE}models/{model.pk}/").json()["kind"] == "sft"
    assert client.get(f"{HERE}models/{theirs.pk}/").status_code == 404
    found = client.get(f"{HERE}sampling-jobs/{job.pk}/").json()
    counts = [found[name] for name in ("prompts", "answered", "too_few", "refused")]
    assert counts == [5, 2, 1, 1]
    assert client.get(f"{HERE}sampling-jobs/").json()["count"] == 1


def test_a_round_is_looked_at_and_cancelled(cast, as_):
    round_make(cast.project)
    client = as_(cast.rosa)
    assert [row["recipe"] for row in client.get(f"{HERE}rounds/").json()["results"]] == ["smoke"]
    shown = client.get(f"{HERE}rounds/1/").json()
    assert [(stage["name"], stage["state"]) for stage in shown["stages"]] == [
        ("sft", "running"),
        ("sample", "pending"),
    ]
    refused = client.post(f"{HERE}rounds/1/go-on/")
    assert (refused.status_code, refused.json()["non_field_errors"]) == (
        400,
        ["This round does not wait for rankings."],
    )
    assert as_(cast.lena).post(f"{HERE}rounds/1/go-on/").status_code == 403
    Round.objects.update(recipe={"name": "old", "removed": 1})  # what another version stored
    assert client.get(f"{HERE}rounds/1/").json()["recipe"] == "old"
    assert [row["recipe"] for row in client.get(f"{HERE}rounds/").json()["results"]] == ["old"]
    assert client.post(f"{HERE}rounds/1/cancel/").json()["state"] == "cancelled"
    again = client.post(f"{HERE}rounds/1/cancel/")
    assert (again.status_code, list(again.json())) == (400, ["non_field_errors"])
    assert client.get(f"{HERE}rounds/2/").status_code == 404


def test_starting_says_what_is_missing(cast, as_):
    said = as_(cast.rosa).post(f"{HERE}rounds/", {"recipe": "smoke"}, format="json")
    assert said.status_code == 400
    assert said.json()["non_field_errors"]
    for body, field in (({"recipe": 7}, "recipe"), ({"seed": -1}, "seed"), ({"k": 4}, "k")):
        wrong = as_(cast.rosa).post(f"{HERE}rounds/", body, format="json")
        assert (wrong.status_code, list(wrong.json())) == (400, [field])
    assert as_(cast.ada).post(f"{HERE}rounds/", {}, format="json").status_code == 403
    unknown = as_(cast.rosa).post(f"{HERE}rounds/", {"recipe": "tea"}, format="json")
    assert unknown.status_code == 400


def test_runs_and_their_curves(cast, as_):
    _, run = round_make(cast.project)
    for step in range(5):
        Metric.objects.create(run=run, name="train/loss", step=step, value=5 - step)
    Metric.objects.create(run=run, name="train/lr", step=0, value=0.1)
    client = as_(cast.rosa)
    assert client.get(f"{HERE}runs/").json()["results"][0]["stage"] == "sft"
    metrics = client.get(f"{HERE}runs/{run.pk}/metrics/").json()
    assert metrics["ended"] is False
    assert metrics["metrics"]["train/loss"] == [[step, 5 - step] for step in range(5)]
    only = client.get(f"{HERE}runs/{run.pk}/metrics/", {"name": "train/lr"}).json()
    assert list(only["metrics"]) == ["train/lr"]
    client.post(f"{HERE}runs/{run.pk}/cancel/")
    run.refresh_from_db()
    assert run.cancel_requested
    assert as_(cast.ada).post(f"{HERE}runs/{run.pk}/cancel/").status_code == 403
    assert as_(cast.otto).get(f"{HERE}runs/{run.pk}/").status_code == 404
