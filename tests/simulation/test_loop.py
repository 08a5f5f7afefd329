"""The headless loop, whole and small: real processes, a tiny model without any training."""

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from pytest_django.fixtures import Settings
from rich.console import Console

from annotation.models import Assignment, Membership, Ranking
from inference.models import ModelVersion
from simulation.loop import Sizes, loop_run
from tests.inference.tiny import tiny_causal_lm, tiny_tokenizer
from training.models import Round, Run
from training.recipes import RECIPES

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SIZES = Sizes(
    prompts=120,
    demonstrations_first=24,
    demonstrations_later=6,
    labelers=3,
    evaluation_prompts=8,
)


def test_a_round_ends_with_a_report(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr(current_app, "send_task", lambda *_, **__: None)
    settings.BASE_MODEL = str(tmp_path / "base")
    tiny_causal_lm().save_pretrained(settings.BASE_MODEL)
    tiny_tokenizer().save_pretrained(settings.BASE_MODEL)
    screen = StringIO()
    report = loop_run(
        rounds=1,
        seed=3,
        recipe=RECIPES["smoke"],
        out=tmp_path,
        console=Console(file=screen, width=120),
        sizes=SIZES,
    )
    assert json.loads((tmp_path / "report.json").read_text()) == report
    assert report["seed"] == 3
    assert [entry["round"] for entry in report["rounds"]] == [1]
    for entry in report["rounds"]:
        assert_entry_is_whole(entry)
    assert set(report["rounds"][0]["win_rates"]) == {"sft_vs_base", "policy_vs_sft"}
    assert 0 < report["rounds"][0]["counts"]["rankings"] <= Ranking.objects.count()
    assert re.search(r"PPO kl, start to end", screen.getvalue())
    assert_nothing_was_done_twice()


def assert_entry_is_whole(entry: dict[str, Any]) -> None:
    assert set(entry["counts"]) == {"demonstrations", "rankings", "comparisons"}
    assert entry["counts"]["comparisons"] > 0
    for name in ("train_accuracy", "validation_accuracy"):
        assert 0 <= entry["reward_model"][name] <= 1
    for end in ("start", "end"):
        assert set(entry["ppo"][end]) == {"reward", "kl", "entropy", "eos_rate"}
    for rate in entry["win_rates"].values():
        assert 0 <= rate["low"] <= rate["rate"] <= rate["high"] <= 1
    assert {"sft", "sample", "rank", "reward", "ppo", "sample_policy"} <= set(entry["seconds"])


def assert_nothing_was_done_twice() -> None:
    assert set(Round.objects.values_list("state", flat=True)) == {"succeeded"}
    runs = Run.objects.all()
    assert {run.attempt for run in runs} == {1}
    assert ModelVersion.objects.exclude(kind="base").count() == runs.count() == 3
    assert not Assignment.objects.filter(state="leased").exists()
    assert Membership.objects.filter(roles__role="labeler").count() == SIZES.labelers
