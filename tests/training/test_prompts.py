"""Which prompts are asked: fresh ones first, then those ranked least often."""

import pytest
from django.core.exceptions import ValidationError

from annotation.models import Prompt, Task
from annotation.prompts.prompts import prompt_create
from tests.training.by_hand import job_fail, job_succeed, rank
from tests.training.turning import advance, stage, start, states, through
from training.models import Round
from training.prompts import prompts_askable, prompts_choose, prompts_unranked
from training.rounds import round_retry

pytestmark = [pytest.mark.service, pytest.mark.django_db]


def asked(round_, name):
    items = stage(round_, name).sampling_job.items
    return set(items.values_list("prompt", flat=True))


def test_askable_are_the_prompts_of_a_split_and_never_those_of_the_test(ready):
    prompt_create(project=ready.project, messages=[{"role": "user", "content": "T"}], split="test")
    assert prompts_askable(ready.project.pk).count() == 24
    assert prompts_askable(ready.project.pk, Prompt.Split.VALID).count() == 4
    assert not prompts_askable(ready.other.pk).exists()


def test_fresh_prompts_are_asked_first_and_include_validation(ready):
    round_ = start(ready, prompts_per_round=20)
    through(ready, round_)
    tasks = Task.objects.filter(kind="ranking")
    assert tasks.values("prompt").distinct().count() == 24
    assert set(tasks.values_list("prompt__split", flat=True)) == {"train", "valid"}
    assert not prompts_unranked(ready.project.pk).exists()


def test_the_same_seed_asks_the_same_prompts(ready):
    round_ = start(ready)
    chosen = prompts_choose(round_, 8, "sample")
    assert chosen == prompts_choose(round_, 8, "sample")
    round_.seed += 1
    assert chosen != prompts_choose(round_, 8, "sample")


def test_the_same_seed_asks_the_same_texts_whatever_their_ids(ready):
    round_ = start(ready)
    twin = Round(project=ready.other, number=round_.number, seed=round_.seed)
    for prompt in Prompt.objects.filter(project=ready.project).order_by("-pk"):
        prompt_create(project=ready.other, messages=prompt.messages, split=prompt.split)

    def texts(one):
        chosen = Prompt.objects.filter(pk__in=prompts_choose(one, 8, "sample"))
        return set(chosen.values_list("content_hash", flat=True))

    assert texts(round_) == texts(twin)


def test_a_project_whose_prompts_are_all_ranked_goes_on_turning(ready):
    first = start(ready, prompts_per_round=24)
    through(ready, first)
    assert first.state == Round.State.SUCCEEDED
    assert len(asked(first, "sample_policy")) == 4  # ranked ones, anew
    rank(ready.project, ready.lena)
    assert not prompts_unranked(ready.project.pk).exists()
    second = start(ready, prompts_per_round=8)
    through(ready, second)
    assert second.state == Round.State.SUCCEEDED
    # Those that were ranked twice have their turn only after the others.
    assert not asked(second, "sample") & asked(first, "sample_policy")


def test_what_waits_to_be_ranked_is_not_asked_again(ready):
    round_ = start(ready, prompts_per_round=20)
    through(ready, round_, "sample")
    chosen = prompts_choose(round_, 24, "again")
    assert len(chosen) == 4
    assert not asked(round_, "sample") & set(chosen)


def test_where_every_prompt_waits_a_round_says_what_to_do(ready):
    through(ready, start(ready, prompts_per_round=24, policy_sample_prompts=24))
    with pytest.raises(ValidationError, match="wait to be ranked already"):
        start(ready)


def test_a_stage_whose_prompts_came_to_wait_meanwhile_fails_in_plain_words(ready):
    round_ = start(ready)
    through(ready, round_, "reward")
    job_succeed(stage(round_, "ppo"))
    Task.objects.filter(kind="ranking").update(state=Task.State.OPEN)
    Prompt.objects.exclude(tasks__kind="ranking").update(split=Prompt.Split.TEST)
    advance(round_)
    assert states(round_)[-1] == "failed"
    assert "wait to be ranked already" in stage(round_, "sample_policy").error_cause


def test_refused_prompts_are_asked_last_and_a_retry_takes_others(ready):
    round_ = start(ready)
    through(ready, round_, "sft")
    job = stage(round_, "sample").sampling_job
    job.items.update(state="refused", reason="Too long.")
    refused = asked(round_, "sample")
    job_fail(stage(round_, "sample"))
    advance(round_)
    round_retry(actor=ready.rosa, round=round_)
    advance(round_)
    assert len(asked(round_, "sample")) == 8
    assert not asked(round_, "sample") & refused
    assert len(prompts_choose(round_, 24, "all")) == 24
