"""The researcher's pages."""

import json

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from inference.jobs.models import Job
from inference.registry import model_register
from tests.annotation.test_people_project_views import check_access, sign_in
from tests.cast import Cast
from tests.training.by_hand import (
    job_fail,
    job_succeed,
    rank,
)
from training.models import Metric, Round, Run, RunEvent
from training.recipes import RECIPES
from training.rounds import round_advance, round_cancel, round_start

HOSTILE = "<script>alert(1)</script> **bold**"


@pytest.fixture
def round_(ready: Cast) -> Round:
    """A round whose SFT run has begun and said something."""
    recipe = RECIPES["smoke"].model_dump() | {"prompts_per_round": 8}
    round_ = round_start(actor=ready.rosa, project=ready.project, recipe=recipe, seed=7)
    round_advance(round_id=round_.pk)
    run = Run.objects.get()
    Run.objects.update(state=Job.State.RUNNING, attempt=1, done=3, total=9, phase="train")
    for step, value in enumerate([3.0, 2.0, 1.5]):
        Metric.objects.create(run=run, name="train/loss", step=step, value=value)
    for offset, (kind, data) in enumerate(
        [
            ("sample", {"prompt": HOSTILE, "completion": HOSTILE, "reward": None, "kl": None}),
            ("sample", {"prompt": "Second?", "completion": "Other.", "reward": 0.5, "kl": 1.2}),
            ("message", {"level": "warning", "text": "Left out: <i>three</i>."}),
        ]
    ):
        RunEvent.objects.create(
            run=run,
            attempt=1,
            offset=offset,
            type=kind,
            step=0,
            data=data,
            created_at=timezone.now(),
        )
    return round_


def page_of(client: Client, url: str, **headers: str) -> str:
    answer = client.get(url, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_rounds_it_works(client: Client, round_: Round, ready: Cast) -> None:
    page = page_of(sign_in(client, ready.rosa), "/p/everyday/rounds/")
    assert "Round 1" in page
    assert "smoke" in page
    assert "one at a time" in page


def test_rounds_in_german(client: Client, round_: Round, ready: Cast) -> None:
    page = page_of(sign_in(client, ready.rosa), "/p/everyday/rounds/", accept_language="de")
    assert '<html lang="de">' in page
    assert "Runde 1" in page
    assert "Läuft" in page


def test_rounds_while_there_is_none(client: Client, cast: Cast) -> None:
    page = page_of(sign_in(client, cast.rosa), "/p/everyday/rounds/")
    assert "Start the first round" in page
    page = page_of(sign_in(client, cast.ada), "/p/everyday/rounds/")
    assert "Start the first round" not in page  # an admin who is no researcher only looks


def test_rounds_it_checks_access(client: Client, cast: Cast) -> None:
    check_access(client, cast, "/p/everyday/rounds/")


def test_round_new_it_works(client: Client, ready: Cast) -> None:
    sign_in(client, ready.rosa)
    page = page_of(client, "/p/everyday/rounds/new/?recipe=smoke&seed=5")
    assert 'value="smoke" checked' in page
    assert 'value="5"' in page
    assert "24 prompts that nobody has ranked" in page
    answer = client.post("/p/everyday/rounds/new/", {"recipe": "smoke", "seed": "5"})
    round_ = Round.objects.get()
    assert answer["Location"] == "/p/everyday/rounds/1/"
    assert (round_.recipe["name"], round_.seed, round_.created_by) == ("smoke", 5, ready.rosa)


def test_round_new_says_what_is_missing(client: Client, cast: Cast) -> None:
    sign_in(client, cast.rosa)
    answer = client.post("/p/everyday/rounds/new/", {"recipe": "smoke", "seed": "0"})
    page = answer.content.decode()
    assert "There are no demonstrations to train on" in page
    assert "build_base_model" in page
    assert not Round.objects.exists()


def test_round_new_it_checks_access(client: Client, ready: Cast) -> None:
    url = "/p/everyday/rounds/new/"
    check_access(client, ready, url)
    for refused in (ready.lena, ready.ada):
        answer = sign_in(client, refused).post(url, {"recipe": "smoke", "seed": "0"})
        assert answer.status_code == 403
    assert not Round.objects.exists()


def test_round_it_works(client: Client, round_: Round, ready: Cast) -> None:
    page = page_of(sign_in(client, ready.rosa), "/p/everyday/rounds/1/")
    for label in ("SFT", "Sample", "Rankings", "Reward model", "PPO", "Sample the policy"):
        assert label in page
    assert '<progress value="3" max="9"' in page
    assert "1.50 <span" in page
    assert "training, from 3.00" in page
    assert 'data-curves="train/loss"' in page


def test_round_tells_what_its_runs_warn_of(client: Client, round_: Round, ready: Cast) -> None:
    warning = "Left out: &lt;i&gt;three&lt;/i&gt;."
    page = page_of(sign_in(client, ready.rosa), "/p/everyday/rounds/1/")
    assert f'<div class="note warn"><b>SFT:</b> {warning}</div>' in page
    assert f'<div class="note warn"><b>Warning.</b> {warning}</div>' in page_of(client, run_url())


def test_round_shows_what_models_say_as_text(client: Client, round_: Round, ready: Cast) -> None:
    page = page_of(sign_in(client, ready.rosa), "/p/everyday/rounds/1/")
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 2  # the prompt and the answer
    assert "<strong>bold</strong>" in page
    assert "Other." not in page
    assert "Other." in page_of(client, "/p/everyday/rounds/1/?prompt=1")
    for odd in ("9", "-1", "x", "99999999999999999999", "²"):
        assert "Other." not in page_of(client, f"/p/everyday/rounds/1/?prompt={odd}")


def test_round_is_polled_until_it_ends(client: Client, round_: Round, ready: Cast) -> None:
    sign_in(client, ready.rosa)
    part = page_of(client, "/p/everyday/rounds/1/?prompt=1", hx_request="true")
    assert "<html" not in part
    assert 'hx-get="/p/everyday/rounds/1/?prompt=1" hx-trigger="every 2s"' in part
    round_cancel(actor=ready.rosa, round=round_)
    assert 'hx-trigger="every' not in page_of(client, "/p/everyday/rounds/1/", hx_request="true")


def test_round_tells_why_it_failed_and_can_go_on(
    client: Client, round_: Round, ready: Cast
) -> None:
    job_fail(round_.stages.get(name="sft"))
    round_advance(round_id=round_.pk)
    page = page_of(sign_in(client, ready.rosa), "/p/everyday/rounds/1/")
    assert "The barn burnt." in page
    assert "Build of stone." in page
    assert client.post("/p/everyday/rounds/1/retry/").status_code == 302
    round_.refresh_from_db()
    assert round_.state == Round.State.RUNNING
    assert "The barn burnt." not in page_of(client, "/p/everyday/rounds/1/")


def test_round_it_checks_access(client: Client, round_: Round, ready: Cast) -> None:
    check_access(client, ready, "/p/everyday/rounds/1/")
    assert sign_in(client, ready.otto).get("/p/elsewhere/rounds/1/").status_code == 404
    page = page_of(sign_in(client, ready.ada), "/p/everyday/rounds/1/")
    assert "Cancel the round" not in page


def test_round_cancel_it_works(client: Client, round_: Round, ready: Cast) -> None:
    sign_in(client, ready.rosa)
    assert client.post("/p/everyday/rounds/1/cancel/")["Location"] == "/p/everyday/rounds/1/"
    round_.refresh_from_db()
    assert round_.state == Round.State.CANCELLED
    answer = client.post("/p/everyday/rounds/1/cancel/", follow=True)
    assert "This round has ended already" in answer.content.decode()


def test_round_go_on_it_works(client: Client, round_: Round, ready: Cast) -> None:
    button = "Go on with the 1 ranking there is"
    sign_in(client, ready.rosa)
    assert button not in page_of(client, "/p/everyday/rounds/1/")
    for name in ("sft", "sample"):
        round_advance(round_id=round_.pk)
        job_succeed(round_.stages.select_related("run", "sampling_job").get(name=name))
    round_advance(round_id=round_.pk)
    answer = client.post("/p/everyday/rounds/1/go-on/", follow=True)
    assert "There is no ranking yet" in answer.content.decode()
    rank(ready.project, ready.lena, count=1)
    assert button in page_of(client, "/p/everyday/rounds/1/")
    assert client.post("/p/everyday/rounds/1/go-on/")["Location"] == "/p/everyday/rounds/1/"
    assert round_.stages.get(name="rank").state == "succeeded"


@pytest.mark.parametrize("verb", ["cancel", "go-on", "retry"])
def test_round_verbs_check_access(client: Client, round_: Round, ready: Cast, verb: str) -> None:
    url = f"/p/everyday/rounds/1/{verb}/"
    assert client.post(url).status_code == 302
    for refused, status in ((ready.lena, 403), (ready.ada, 403), (ready.otto, 404)):
        assert sign_in(client, refused).post(url).status_code == status
    assert sign_in(client, ready.rosa).get(url)["Location"] == "/p/everyday/rounds/1/"
    round_.refresh_from_db()
    assert round_.state == Round.State.RUNNING


def run_url() -> str:
    return f"/p/everyday/runs/{Run.objects.get().pk}/"


def test_run_it_works(client: Client, round_: Round, ready: Cast) -> None:
    run = Run.objects.get()
    log = "x" * 20_000 + "\nstep 3 <b>loss</b> 1.5\n"
    default_storage.save(f"{run.attempt_folder}/log.txt", ContentFile(log.encode()))
    page = page_of(sign_in(client, ready.rosa), run_url())
    assert "step 3 &lt;b&gt;loss&lt;/b&gt; 1.5" in page
    assert "xxxx" not in page  # only the end, from a whole line on
    assert "Left out: &lt;i&gt;three&lt;/i&gt;." in page
    assert "models/base" in page
    assert "learning_rate" in page
    assert "Loss, training" in page
    assert "snapshot" in page


def test_run_in_german(client: Client, round_: Round, ready: Cast) -> None:
    page = page_of(sign_in(client, ready.rosa), run_url(), accept_language="de")
    assert "trainiert · 3 von 9" in page
    assert "1,50" in page  # the loss
    assert "<dd>0.001</dd>" in page  # a config is written as recipes are
    assert '<span lang="en">Left out: &lt;i&gt;three&lt;/i&gt;.</span>' in page


def test_run_before_it_has_begun(client: Client, round_: Round, ready: Cast) -> None:
    Run.objects.update(state=Job.State.QUEUED, attempt=0, config={})
    Metric.objects.all().delete()
    page = page_of(sign_in(client, ready.rosa), run_url())
    assert "No log yet." in page
    assert "All defaults." in page


def test_run_that_ended_shows_what_it_made(client: Client, round_: Round, ready: Cast) -> None:
    run = Run.objects.get()
    model_register(
        project=ready.project,
        name="sft of round 1",
        kind="sft",
        folder="runs/1/attempt-1/model",
        made_by=f"run:{run.pk}",
        metrics={"valid/loss": 1.25},
    )
    Run.objects.update(state=Job.State.SUCCEEDED, finished_at=timezone.now())
    page = page_of(sign_in(client, ready.rosa), run_url())
    assert "sft of round 1" in page
    assert "hx-trigger" not in page
    page = page_of(client, "/p/everyday/models/")
    assert f'href="{run_url()}"' in page
    assert "Loss, validation" in page


def test_run_it_checks_access(client: Client, round_: Round, ready: Cast) -> None:
    check_access(client, ready, run_url())
    sign_in(client, ready.otto)
    assert client.get(run_url().replace("everyday", "elsewhere")).status_code == 404


def test_run_cancel_it_works(client: Client, round_: Round, ready: Cast) -> None:
    answer = sign_in(client, ready.rosa).post(f"{run_url()}cancel/", follow=True)
    assert Run.objects.get().cancel_requested
    assert "stopping" in answer.content.decode()


def test_run_cancel_it_checks_access(client: Client, round_: Round, ready: Cast) -> None:
    for refused, status in ((ready.lena, 403), (ready.ada, 403), (ready.otto, 404)):
        assert sign_in(client, refused).post(f"{run_url()}cancel/").status_code == status
    assert not Run.objects.get().cancel_requested


def test_run_metrics_it_works(client: Client, round_: Round, ready: Cast) -> None:
    answer = json.loads(page_of(sign_in(client, ready.rosa), f"{run_url()}metrics.json"))
    last = Metric.objects.latest("pk").pk
    points = {"train/loss": [[0, 1, 2], [3.0, 2.0, 1.5]]}
    assert answer == {"ended": False, "whole": True, "last": last, "metrics": points}


@pytest.mark.parametrize("after", ["", "-1", "x", "9" * 30])
def test_run_metrics_after_no_point_are_all(
    client: Client, round_: Round, ready: Cast, after: str
) -> None:
    url = f"{run_url()}metrics.json?after={after}"
    answer = json.loads(page_of(sign_in(client, ready.rosa), url))
    assert answer["whole"]
    assert answer["metrics"]["train/loss"][0] == [0, 1, 2]


def test_run_metrics_after_a_point_are_the_new_ones(
    client: Client, round_: Round, ready: Cast
) -> None:
    sign_in(client, ready.rosa)
    url = f"{run_url()}metrics.json"
    last = json.loads(page_of(client, url))["last"]
    nothing = {"ended": False, "whole": False, "last": last, "metrics": {}}
    assert json.loads(page_of(client, f"{url}?after={last}")) == nothing
    run = Run.objects.get()
    Metric.objects.create(run=run, name="train/loss", step=3, value=1.25)
    newest = Metric.objects.create(run=run, name="valid/loss", step=0, value=4.0).pk
    assert json.loads(page_of(client, f"{url}?after={last}")) == {
        "ended": False,
        "whole": False,
        "last": newest,
        "metrics": {"train/loss": [[3], [1.25]], "valid/loss": [[0], [4.0]]},
    }
    Metric.objects.filter(run=run).delete()  # as the next attempt does
    nothing = {"ended": False, "whole": True, "last": 0, "metrics": {}}
    assert json.loads(page_of(client, f"{url}?after={newest}")) == nothing


def test_run_metrics_are_thinned(client: Client, round_: Round, ready: Cast) -> None:
    run = Run.objects.get()
    Metric.objects.bulk_create(
        Metric(run=run, name="ppo/kl", step=step, value=step / 10) for step in range(2000)
    )
    answer = json.loads(page_of(sign_in(client, ready.rosa), f"{run_url()}metrics.json"))
    steps, values = answer["metrics"]["ppo/kl"]
    assert (len(steps), steps[0], steps[-1]) == (300, 0, 1999)
    assert values == [step / 10 for step in steps]


def test_run_metrics_it_checks_access(client: Client, round_: Round, ready: Cast) -> None:
    check_access(client, ready, f"{run_url()}metrics.json")


def test_models_it_works(client: Client, round_: Round, ready: Cast) -> None:
    page = page_of(sign_in(client, ready.rosa), "/p/everyday/models/")
    assert "models/base" in page


def test_models_it_checks_access(client: Client, cast: Cast) -> None:
    check_access(client, cast, "/p/everyday/models/")
    page = page_of(sign_in(client, cast.ada), "/p/everyday/models/")
    assert "No model yet" in page
