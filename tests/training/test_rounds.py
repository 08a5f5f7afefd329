"""The round's state machine, its work done by hand."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from annotation.models import AuditEvent, Demonstration, Task
from annotation.queue.tasks import task_close
from inference.jobs.models import Job
from inference.models import ModelVersion, SamplingJob
from tests.training.by_hand import (
    job_fail,
    job_succeed,
    rank,
)
from tests.training.turning import ORDER, advance, stage, start, states, through
from training.models import Round, RoundStage, Run, Snapshot
from training.recipes import RECIPES
from training.rounds import (
    round_advance,
    round_cancel,
    round_retry,
    round_start,
    round_status,
    rounds_reconcile,
)
from training.runs import run_create
from training.snapshots import snapshot_create
from training.stage_claims import stage_claim
from training.stages import stage_model

pytestmark = [pytest.mark.service, pytest.mark.django_db]

State = RoundStage.State


def test_a_whole_round_in_order(ready):
    round_ = start(ready)
    assert states(round_) == [State.PENDING] * 6
    for number, name in enumerate(ORDER):
        advance(round_)
        expected = [State.SUCCEEDED] * number + [State.RUNNING] + [State.PENDING] * (5 - number)
        assert states(round_) == expected
        if name == "rank":
            assert rank(ready.project, ready.lena) == 8
        else:
            job_succeed(stage(round_, name))
    advance(round_)
    assert states(round_) == [State.SUCCEEDED] * 6
    assert round_.state == Round.State.SUCCEEDED
    assert round_.finished_at is not None


def test_each_run_names_what_it_is_made_of(ready):
    round_ = start(ready)
    through(ready, round_)
    runs = {
        name: {one.role: one.model or one.snapshot for one in stage(round_, name).run.inputs.all()}
        for name in ("sft", "reward", "ppo")
    }
    sft, reward = (stage_model(round_, name) for name in ("sft", "reward"))
    assert runs["sft"]["start"].kind == "base"
    assert runs["sft"]["data"].counts == {"demonstrations": 5, "rankings": 0}
    assert runs["reward"]["start"] == sft
    assert runs["reward"]["data"].counts == {"rankings": 8, "demonstrations": 5}
    assert runs["ppo"]["start"] == runs["ppo"]["reference"] == sft
    assert runs["ppo"]["reward"] == reward
    assert runs["ppo"]["data"].counts == {"prompts": 24}
    assert stage(round_, "ppo").run.config["updates"] == RECIPES["smoke"].ppo.updates
    policy = stage(round_, "sample_policy").sampling_job.models.get()
    assert policy.model == stage_model(round_, "ppo")


def test_advancing_again_and_again_begins_nothing_twice(ready):
    round_ = start(ready)
    for _ in range(3):
        advance(round_)
    assert Run.objects.count() == Snapshot.objects.count() == 1
    job_succeed(stage(round_, "sft"))
    for _ in range(3):
        advance(round_)
    assert SamplingJob.objects.count() == 1


def test_a_caller_that_dies_beginning_a_stage_leaves_it_as_it_was(ready, monkeypatch, settings):
    round_ = start(ready)

    def dying(**arguments):
        run_create(**arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr("training.stages.run_create", dying)
    with pytest.raises(KeyboardInterrupt):
        round_advance(round_id=round_.pk)
    assert states(round_) == [State.PENDING] * 6
    assert not Run.objects.exists()
    monkeypatch.setattr("training.stages.run_create", run_create)
    rounds_reconcile()  # it might be at it still
    assert states(round_)[0] == State.PENDING
    settings.HEARTBEAT_LOST = 0
    rounds_reconcile()
    assert states(round_)[0] == State.RUNNING
    assert Run.objects.count() == 1


def test_the_ranking_stage_waits_for_the_rankings_of_its_tasks(ready):
    round_ = start(ready)
    through(ready, round_, "sample")
    assert rank(ready.project, ready.lena, count=7) == 7
    advance(round_)
    waiting = round_status(round_)["stages"][2]
    assert (waiting["state"], waiting["done"], waiting["total"]) == ("running", 7, 8)
    assert waiting["figures"] == ["7 of 8 rankings"]
    assert "1 more ranking" in round_status(round_)["needs"]
    rank(ready.project, ready.lena)
    advance(round_)
    assert states(round_)[2:4] == [State.SUCCEEDED, State.RUNNING]


def test_every_task_is_wanted_as_often_as_its_overlap(ready):
    ready.project.overlap = 2
    ready.project.save()
    round_ = start(ready)
    through(ready, round_, "sample")
    rank(ready.project, ready.lena)
    advance(round_)
    assert round_status(round_)["stages"][2]["figures"] == ["8 of 16 rankings"]
    rank(ready.project, ready.luis)
    advance(round_)
    assert states(round_)[2] == State.SUCCEEDED


@pytest.mark.parametrize("fields", [{"rankings_share": 0.5}, {"rankings_wanted": 4}])
def test_a_recipe_may_want_fewer(ready, fields):
    round_ = start(ready, **fields)
    through(ready, round_, "sample")
    rank(ready.project, ready.lena, count=4)
    advance(round_)
    assert states(round_)[2] == State.SUCCEEDED


def test_a_withdrawn_task_is_not_waited_for(ready):
    round_ = start(ready)
    through(ready, round_, "sample")
    for task in Task.objects.filter(kind="ranking")[:3]:
        task_close(task=task)
    rank(ready.project, ready.lena)
    advance(round_)
    assert states(round_)[2] == State.SUCCEEDED
    assert stage(round_, "rank").wanted == 5


def test_the_second_round_mixes_in_the_policy_and_counts_what_it_left(ready):
    first = start(ready)
    through(ready, first)
    assert Task.objects.filter(state="open").count() == 4  # smoke's policy samples
    second = start(ready)
    assert second.number == 2
    through(ready, second, "sft")
    job = stage(second, "sample").sampling_job
    assert job.items.count() == 4  # eight a round, less the four that wait
    mix = {one.model_id: one.weight for one in job.models.all()}
    assert mix == {stage_model(first, "ppo").pk: 0.5, stage_model(second, "sft").pk: 0.5}
    base = stage(second, "sft").run.inputs.get(role="start").model
    assert base == stage(first, "sft").run.inputs.get(role="start").model
    job_succeed(stage(second, "sample"))
    advance(second)
    assert round_status(second)["stages"][2]["figures"] == ["0 of 8 rankings"]
    rank(ready.project, ready.lena)
    advance(second)
    data = stage(second, "reward").run.inputs.get(role="data").snapshot
    assert data.counts["rankings"] == 16  # of both rounds


def test_a_failed_stage_fails_the_round_with_its_cause_and_can_be_tried_again(ready):
    round_ = start(ready)
    through(ready, round_, "sample")
    rank(ready.project, ready.lena)
    advance(round_)
    failed = stage(round_, "reward").run
    job_fail(stage(round_, "reward"))
    advance(round_)
    assert round_.state == Round.State.FAILED
    told = round_status(round_)
    assert told["stages"][3]["error_cause"] == "The barn burnt."
    assert told["needs"] == "Reward model failed. Build of stone."

    round_retry(actor=ready.rosa, round=round_)
    advance(round_)
    assert states(round_)[2:4] == [State.SUCCEEDED, State.RUNNING]
    assert stage(round_, "reward").run.pk != failed.pk
    job_succeed(stage(round_, "reward"))
    advance(round_)
    assert states(round_)[4] == State.RUNNING
    with pytest.raises(ValidationError, match="Only a round that failed"):
        round_retry(actor=ready.rosa, round=round_)


def test_a_failed_round_waits_for_the_one_under_way(ready):
    failed = start(ready)
    advance(failed)
    job_fail(stage(failed, "sft"))
    advance(failed)
    start(ready)
    with pytest.raises(ValidationError, match="one at a time"):
        round_retry(actor=ready.rosa, round=failed)


def test_cancelling_stops_the_job_and_withdraws_what_is_unranked(ready):
    round_ = start(ready)
    through(ready, round_, "sample")
    rank(ready.project, ready.lena, count=3)
    round_cancel(actor=ready.rosa, round=round_)
    assert round_.state == Round.State.CANCELLED
    assert states(round_) == [State.SUCCEEDED] * 2 + [State.CANCELLED] * 4
    tasks = Task.objects.filter(kind="ranking").values_list("state", flat=True)
    assert sorted(tasks) == ["closed"] * 5 + ["done"] * 3
    advance(round_)
    assert Run.objects.count() == 1
    with pytest.raises(ValidationError, match="ended already"):
        round_cancel(actor=ready.rosa, round=round_)


def test_cancelling_a_queued_run(ready):
    round_ = start(ready)
    advance(round_)
    round_cancel(actor=ready.rosa, round=round_)
    assert stage(round_, "sft").run.state == Job.State.CANCELLED
    assert AuditEvent.objects.filter(verb="round_cancel", actor=ready.rosa).exists()


def test_tasks_that_come_after_the_cancellation_are_withdrawn_too(ready):
    round_ = start(ready)
    through(ready, round_, "sft")
    job = stage(round_, "sample").sampling_job
    round_cancel(actor=ready.rosa, round=round_)
    job_succeed(stage(round_, "sample"))  # it was being kept just then
    assert Task.objects.filter(state="open").exists()
    rounds_reconcile()
    assert not Task.objects.filter(state="open").exists()
    assert job.items.filter(state="done").count() == 8


def test_a_run_that_somebody_cancels_cancels_the_round(ready):
    round_ = start(ready)
    advance(round_)
    Run.objects.update(state=Job.State.CANCELLED)
    advance(round_)
    assert round_.state == Round.State.CANCELLED


def test_one_round_at_a_time(ready):
    start(ready)
    with pytest.raises(ValidationError, match="one at a time"):
        start(ready)
    assert Round.objects.count() == 1


def test_what_is_missing_is_said_all_at_once(cast):
    with pytest.raises(ValidationError) as raised:
        start(cast)
    said = " ".join(raised.value.messages)
    assert "build_base_model" in said
    assert "no demonstrations" in said
    assert "Import prompts" in said
    assert not Round.objects.exists()


def test_demonstrations_for_validation_only_are_not_enough(ready):
    Demonstration.objects.update(trains=False)
    with pytest.raises(ValidationError, match="no demonstrations"):
        start(ready)


def test_another_projects_labels_do_not_count(ready):
    with pytest.raises(ValidationError, match="no demonstrations"):
        round_start(actor=ready.otto, project=ready.other, recipe="smoke")


def test_the_recipe_fits_the_project_or_is_refused(ready):
    with pytest.raises(ValidationError, match=r"ppo\.updates"):
        start(ready, ppo={"updates": 0})
    ready.project.k_min = 5
    ready.project.save()
    with pytest.raises(ValidationError, match="4 answers at once; this project 5 to 9"):
        start(ready)


def test_the_status_is_json_at_every_stage(ready):
    round_ = start(ready)
    seen = []
    for name in ORDER:
        advance(round_)
        json.dumps(round_status(round_))
        seen.append(round_status(round_)["stages"][ORDER.index(name)]["phase"])
        if name == "rank":
            rank(ready.project, ready.lena)
        else:
            job_succeed(stage(round_, name))
    advance(round_)
    assert seen[0] == "waiting for a worker"
    assert seen[2] == "waiting for people"
    told = round_status(round_)
    assert told["needs"] == ""
    figures = {one["name"]: one["figures"] for one in told["stages"]}
    assert figures["sft"] == ["3 demonstrations"]
    assert figures["sample"] == ["8 prompts × 4 answers"]
    assert figures["ppo"] == ["reward 1.50", "KL 2.2 nats from SFT"]
    ModelVersion.objects.filter(kind="policy").update(metrics={"end/kl": -0.04})
    assert round_status(round_)["stages"][4]["figures"] == ["KL 0.0 nats from SFT"]


def test_a_stage_that_another_began_meanwhile_leaves_one_snapshot(
    ready, monkeypatch, storage_in_tmp
):
    """The first caller is slow beyond its claim; the second is done before it."""
    round_ = start(ready)
    depth: list[int] = []

    def slow(**arguments):
        made = snapshot_create(**arguments)
        if not depth:
            depth.append(1)
            RoundStage.objects.filter(round=round_).update(started_at=None)  # the claim lapsed
            round_advance(round_id=round_.pk)
        return made

    monkeypatch.setattr("training.stages.snapshot_create", slow)
    round_advance(round_id=round_.pk)
    assert states(round_)[0] == State.RUNNING
    assert Run.objects.count() == 1
    kept = Snapshot.objects.get()
    assert stage(round_, "sft").run.inputs.get(role="data").snapshot == kept
    assert len(list((storage_in_tmp / "snapshots").iterdir())) == 1


def test_a_claim_lives_while_its_caller_beats(ready, settings):
    pending = start(ready).stages.get(name="sft")
    claim = stage_claim(pending)
    assert claim is not None
    assert stage_claim(pending) is None
    taken_at = claim.beaten_at
    claim.beat()
    pending.refresh_from_db()
    assert pending.started_at == claim.beaten_at > taken_at
    settings.HEARTBEAT_LOST = 0
    other = stage_claim(pending)
    assert other is not None
    claim.beat()  # changes nothing: the stage is another's
    pending.refresh_from_db()
    assert pending.started_at == other.beaten_at


def test_one_round_that_raises_keeps_no_other_waiting(ready, monkeypatch):
    mine = start(ready)
    theirs = Round.objects.create(project=ready.other, number=1, recipe=mine.recipe)
    moved = []

    def stumble(*, round_id):
        if round_id == mine.pk:
            raise RuntimeError("a bug")
        moved.append(round_id)

    monkeypatch.setattr("training.rounds.round_advance", stumble)
    rounds_reconcile()
    assert moved == [theirs.pk]


@pytest.mark.parametrize("at", ["sft", "rank"])
def test_a_recipe_that_can_no_longer_be_read_fails_its_round_in_plain_words(ready, at):
    round_ = start(ready)
    if at == "rank":
        through(ready, round_, "sample")
    Round.objects.update(recipe={"name": "old", "removed": 1})
    round_.refresh_from_db()
    assert round_status(round_)["recipe"] == "old"
    advance(round_)
    assert round_.state == Round.State.FAILED
    failed = stage(round_, at)
    assert "recipe that this round was started with can no longer be read" in failed.error_cause
    assert "new round" in failed.error_advice
    Round.objects.update(recipe=[])
    round_.refresh_from_db()
    assert round_status(round_)["recipe"] == ""


def test_another_constraint_is_not_told_as_a_round_under_way(ready, monkeypatch):
    def refuse(**_):
        raise IntegrityError("CHECK constraint failed")

    monkeypatch.setattr("training.rounds.audit", refuse)
    with pytest.raises(IntegrityError):
        start(ready)


def test_without_policy_samples_the_round_ends_with_ppo(ready):
    round_ = start(ready, policy_sample_prompts=0)
    through(ready, round_, "ppo")
    assert states(round_) == [State.SUCCEEDED] * 5
    assert round_.state == Round.State.SUCCEEDED
