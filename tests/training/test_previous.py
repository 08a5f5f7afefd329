"""Which earlier round a round builds on."""

import pytest

from annotation.models import Task
from tests.training.by_hand import job_fail, rank
from tests.training.turning import advance, stage, start, through
from training.models import Round
from training.previous import round_previous
from training.rounds import round_cancel
from training.stages import stage_model, tasks_carried

pytestmark = [pytest.mark.service, pytest.mark.django_db]


def good(cast):
    round_ = start(cast)
    through(cast, round_)
    assert round_.state == Round.State.SUCCEEDED
    rank(cast.project, cast.lena)
    return round_


def failed(cast, at):
    round_ = start(cast)
    last = {"reward": "rank", "sample_policy": "ppo"}[at]
    through(cast, round_, last)
    job_fail(stage(round_, at))
    advance(round_)
    assert round_.state == Round.State.FAILED
    return round_


def cancelled(cast, after):
    round_ = start(cast)
    through(cast, round_, after)
    round_cancel(actor=cast.rosa, round=round_)
    return round_


def test_rounds_that_made_no_policy_that_counts_are_passed_over(ready):
    first = good(ready)
    failed(ready, at="reward")
    cancelled(ready, after="sft")
    cancelled(ready, after="ppo")
    last = good(ready)
    assert round_previous(first) is None
    assert round_previous(last) == first
    mix = stage(last, "sample").sampling_job.models
    assert mix.filter(model=stage_model(first, "ppo")).exists()
    assert round_previous(Round(project=ready.project, number=6)) == last


def test_a_round_that_failed_after_its_policy_was_trained_is_built_on(ready):
    good(ready)
    late = failed(ready, at="sample_policy")
    third = start(ready)
    assert round_previous(third) == late
    assert not tasks_carried(third).exists()
    through(ready, third, "rank")
    mix = stage(third, "sample").sampling_job.models
    assert mix.filter(model=stage_model(late, "ppo")).exists()
    assert not Task.objects.filter(kind="ranking", state="open").exists()


def test_another_projects_rounds_do_not_count(ready):
    good(ready)
    assert round_previous(Round(project=ready.other, number=2)) is None
