"""A researcher starts a round and sees it end; the learners and engines are the real ones."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotation.models import User
from inference.jobs.supervisor import jobs_drain
from tests.cast import Cast
from tests.inference.tiny import tiny_causal_lm, tiny_tokenizer
from tests.training.by_hand import (
    demonstrations_make,
    job_fail,
    job_succeed,
    prompts_make,
    rank,
)
from training.models import Metric, Round
from training.rounds import round_advance

SignIn = Callable[[User], Page]
LABELS = ["SFT", "Sample", "Rankings", "Reward model", "PPO", "Sample the policy"]


@pytest.fixture
def ready(cast: Cast, storage_in_tmp: Path) -> Cast:
    """A random base of a few thousand parameters, prompts, and demonstrations."""
    folder = storage_in_tmp / "models" / "base"
    tiny_causal_lm().save_pretrained(folder)
    tiny_tokenizer().save_pretrained(folder)
    demonstrations_make(prompts_make(cast.project, train=30, valid=6))
    return cast


def start(page: Page, live_server: LiveServer) -> Round:
    page.goto(f"{live_server.url}/p/everyday/rounds/")
    page.get_by_role("link", name="Start the first round").click()
    page.get_by_role("radio", name="smoke").check()
    page.get_by_label("Seed").fill("3")
    page.get_by_role("button", name="Start the round").click()
    expect(page.get_by_role("heading", name="Round 1")).to_be_visible()
    return Round.objects.get()


def stage(page: Page, label: str) -> Locator:
    return page.locator(".stage").nth(LABELS.index(label))


def expect_done(page: Page, *labels: str) -> None:
    for label in labels:
        expect(stage(page, label)).to_have_class("stage done")


@pytest.mark.slow
def test_researcher_starts_a_round_and_sees_it_end(
    ready: Cast, sign_in: SignIn, live_server: LiveServer
) -> None:
    page = sign_in(ready.rosa)
    round_ = start(page, live_server)
    page.evaluate("window.stayed = true")
    round_advance(round_id=round_.pk)
    expect(stage(page, "SFT")).to_have_attribute("aria-current", "step")
    jobs_drain()
    expect_done(page, "SFT", "Sample")
    expect(stage(page, "Rankings")).to_have_attribute("aria-current", "step")
    expect(page.get_by_text("needed before the reward model can start")).to_be_visible()
    rank(ready.project, ready.lena)
    round_advance(round_id=round_.pk)
    expect_done(page, "Rankings")
    jobs_drain()
    expect_done(page, "Reward model", "PPO", "Sample the policy")
    expect(page.get_by_role("status")).to_have_text("Succeeded")
    assert page.evaluate("window.stayed")  # seen live, without loading the page again
    round_.refresh_from_db()
    assert round_.state == Round.State.SUCCEEDED
    check_curves(page)


def check_curves(page: Page) -> None:
    """The reward curve is drawn, and its table holds what the database holds."""
    figure = page.locator('[data-curves^="ppo/reward"]')
    expect(figure.locator("canvas")).to_be_visible()
    figure.get_by_text("Table").click()
    cells = figure.locator("tbody tr").first.locator("td")
    points = Metric.objects.filter(name__in=["ppo/reward", "valid/reward"])
    first = points.order_by("step").values_list("step", flat=True).first()
    expect(cells.first).to_have_text(str(first))
    page.emulate_media(color_scheme="dark")  # drawn anew in the other colours
    expect(figure.locator("canvas")).to_have_count(1)
    assert figure.locator("tbody tr").count() == points.values("step").distinct().count()


def test_round_that_fails_says_why_and_is_tried_again(
    ready: Cast, sign_in: SignIn, live_server: LiveServer
) -> None:
    page = sign_in(ready.rosa)
    round_ = start(page, live_server)
    round_advance(round_id=round_.pk)
    expect(stage(page, "SFT")).to_have_attribute("aria-current", "step")
    job_fail(round_.stages.get(name="sft"))
    round_advance(round_id=round_.pk)
    expect(page.get_by_role("alert")).to_contain_text("The barn burnt.")
    expect(page.get_by_role("alert")).to_contain_text("Build of stone.")
    page.get_by_role("button", name="Try the failed stage again").click()
    round_advance(round_id=round_.pk)
    expect(stage(page, "SFT")).to_have_attribute("aria-current", "step")
    job_succeed(round_.stages.select_related("run").get(name="sft"))
    round_advance(round_id=round_.pk)
    expect(stage(page, "SFT")).to_have_class("stage done")


def test_round_is_cancelled_after_a_question(
    ready: Cast, sign_in: SignIn, live_server: LiveServer
) -> None:
    page = sign_in(ready.rosa)
    round_ = start(page, live_server)
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_role("button", name="Let it go on").click()
    round_.refresh_from_db()
    assert round_.state == Round.State.RUNNING
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_role("button", name="Cancel the round").click()
    expect(page.get_by_role("status")).to_have_text("Cancelled")
    round_.refresh_from_db()
    assert round_.state == Round.State.CANCELLED
