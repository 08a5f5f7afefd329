"""Rounds with real processes, and rounds pushed by several hands at once."""

import json
import os
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from annotation.models import Completion, Ranking, Task
from inference.jobs.models import Job
from inference.jobs.supervisor import jobs_drain
from inference.models import Generation, ModelVersion, SamplingJob
from tests.inference.tiny import tiny_causal_lm, tiny_tokenizer
from tests.training.by_hand import base_make, demonstrations_make, job_succeed, prompts_make, rank
from training.models import Metric, Round, RoundStage, Run, Snapshot
from training.rounds import round_advance, round_start, round_status
from training.runs import run_cancel

pytestmark = [pytest.mark.service, pytest.mark.django_db(transaction=True)]


def base_save(storage):
    folder = storage / "models" / "base"
    tiny_causal_lm().save_pretrained(folder)
    tiny_tokenizer().save_pretrained(folder)


@pytest.fixture
def one_thread(monkeypatch):
    monkeypatch.setitem(os.environ, "OMP_NUM_THREADS", "1")


@pytest.mark.slow
def test_a_smoke_round_with_real_learners_and_engines(cast, storage_in_tmp, one_thread):
    base_save(storage_in_tmp)
    demonstrations_make(prompts_make(cast.project)[:22])
    round_ = round_start(actor=cast.rosa, project=cast.project, recipe="smoke", seed=1)
    for _ in range(4):
        round_advance(round_id=round_.pk)
        jobs_drain()  # a job that ends sets the next stage going
        rank(cast.project, cast.lena)
        round_.refresh_from_db()
        if round_.state != Round.State.RUNNING:
            break
    told = round_status(round_)
    assert round_.state == Round.State.SUCCEEDED, json.dumps(told, indent=1)
    assert list(ModelVersion.objects.order_by("pk").values_list("kind", flat=True)) == [
        "base",
        "sft",
        "reward",
        "policy",
    ]
    assert set(Run.objects.values_list("attempt", flat=True)) == {1}
    # 12 of the round and 4 of the policy, which were ranked as well.
    assert Task.objects.filter(kind="ranking").count() == Ranking.objects.count() == 16
    policy = ModelVersion.objects.get(kind="policy")
    by_policy = Generation.objects.filter(model=policy).values("completion__prompt")
    assert by_policy.distinct().count() == 4
    assert Generation.objects.count() >= Completion.objects.count() == 16 * 4
    assert Metric.objects.filter(name="ppo/kl").exists()
    assert all(stage["figures"] for stage in told["stages"])
    hashes = set(ModelVersion.objects.exclude(kind="base").values_list("template_hash", flat=True))
    assert len(hashes) == 1


def at_once(count, work):
    """Run `work` in threads with a connection each; what they raise is raised here."""
    gate, errors = threading.Barrier(count), []

    def one():
        try:
            gate.wait()
            work()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_advanced_by_several_at_once_every_stage_begins_once(cast, storage_in_tmp):
    base_make(storage_in_tmp)
    demonstrations_make(prompts_make(cast.project)[:5])
    round_ = round_start(actor=cast.rosa, project=cast.project, recipe="smoke")
    for _ in range(6):
        at_once(4, lambda: round_advance(round_id=round_.pk))
        stage = RoundStage.objects.select_related("run", "sampling_job").get(
            round=round_, state=RoundStage.State.RUNNING
        )
        if stage.name == RoundStage.Name.RANK:
            rank(cast.project, cast.lena)
        else:
            job_succeed(stage)
    at_once(4, lambda: round_advance(round_id=round_.pk))
    round_.refresh_from_db()
    assert round_.state == Round.State.SUCCEEDED
    assert sorted(Run.objects.values_list("stage", flat=True)) == ["ppo", "reward", "sft"]
    assert SamplingJob.objects.count() == 2
    assert Snapshot.objects.count() == 3


def test_started_by_several_at_once_there_is_one_round(cast, storage_in_tmp):
    base_make(storage_in_tmp)
    demonstrations_make(prompts_make(cast.project)[:5])
    refused = []

    def start():
        try:
            round_start(actor=cast.rosa, project=cast.project, recipe="smoke")
        except ValidationError as error:
            refused.append(error)

    at_once(4, start)
    assert Round.objects.count() == 1
    assert len(refused) == 3
    assert all("one at a time" in error.messages[0] for error in refused)


def test_the_last_ranking_sends_word_and_the_others_do_not(cast, storage_in_tmp, messages_sent):
    base_make(storage_in_tmp)
    demonstrations_make(prompts_make(cast.project)[:5])
    round_ = round_start(actor=cast.rosa, project=cast.project, recipe="smoke")
    word = ("training.rounds.advance", {"round_id": round_.pk})
    assert messages_sent == [word]
    round_advance(round_id=round_.pk)
    for name in ("sft", "sample"):
        job_succeed(round_.stages.select_related("run", "sampling_job").get(name=name))
        round_advance(round_id=round_.pk)
    messages_sent.clear()
    assert rank(cast.project, cast.lena, count=11) == 11
    assert messages_sent == []
    rank(cast.project, cast.lena)
    assert messages_sent == [word]


def test_a_cancelled_run_takes_its_round_along(cast, storage_in_tmp):
    base_make(storage_in_tmp)
    demonstrations_make(prompts_make(cast.project)[:5])
    round_ = round_start(actor=cast.rosa, project=cast.project, recipe="smoke")
    round_advance(round_id=round_.pk)
    run_cancel(actor=cast.rosa, run=Run.objects.get())
    round_.refresh_from_db()
    assert Run.objects.get().state == Job.State.CANCELLED
    assert round_.state == Round.State.CANCELLED
