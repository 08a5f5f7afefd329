"""Which rankings a round waits for, and what becomes of it where they cannot come."""

import pytest
from django.core.exceptions import ValidationError

from annotation.feedback.checks import JudgmentInput
from annotation.feedback.rankings import ranking_submit
from annotation.models import AuditEvent, Membership, Project, Prompt, Task, User
from annotation.prompts.marks import Marks
from annotation.queue.claims import task_claim
from annotation.queue.leases import assignment_skip, shown_slots
from annotation.queue.marking import prompt_mark
from annotation.queue.tasks import task_close
from tests.cast import member, user
from tests.training.by_hand import (
    base_make,
    demonstrations_make,
    job_succeed,
    prompts_make,
    rank,
)
from training.models import Round, RoundStage
from training.notices import round_notice
from training.rankings import Rankings
from training.recipes import RECIPES
from training.rounds import round_advance, round_go_on, round_start, round_status
from training.stages import rankings_awaited

pytestmark = [pytest.mark.service, pytest.mark.django_db]

State = RoundStage.State


@pytest.fixture
def ready(cast, storage_in_tmp):
    base_make(storage_in_tmp)
    demonstrations_make(prompts_make(cast.project)[:5])
    return cast


def start(cast, overlap=1, **changes):
    cast.project.overlap = overlap
    cast.project.save()
    recipe = RECIPES["smoke"].model_dump() | {"prompts_per_round": 8} | changes
    return round_start(actor=cast.rosa, project=cast.project, recipe=recipe, seed=7)


def waiting(cast, overlap=1, **changes):
    """A round that waits for eight tasks' rankings."""
    round_ = start(cast, overlap, **changes)
    for name in ("sft", "sample"):
        round_advance(round_id=round_.pk)
        job_succeed(round_.stages.select_related("run", "sampling_job").get(name=name))
    round_advance(round_id=round_.pk)
    return round_


def settled(round_):
    """How the rank stage stands after everybody has looked."""
    round_advance(round_id=round_.pk)
    round_.refresh_from_db()
    return round_.stages.get(name="rank")


def suspend(cast, *people):
    Membership.objects.filter(project=cast.project, user__in=people).update(state="suspended")


def skip(cast, labeler):
    assignment = task_claim(labeler=labeler, project=cast.project)
    assert assignment is not None
    assignment_skip(assignment=assignment, reason="language")


def refuse_all(cast, labeler):
    """Find none of the answers acceptable."""
    assignment = task_claim(labeler=labeler, project=cast.project)
    assert assignment is not None
    judgments = [JudgmentInput(rank=None) for _ in shown_slots(assignment)]
    ranking_submit(assignment=assignment, judgments=judgments, outcome="none_acceptable")


def rank_heldout(cast, count):
    """Rank what Luis claimed before he was held out: he keeps his place, and nothing trains."""
    mine = Membership.objects.filter(project=cast.project, user=cast.luis)
    for _ in range(count):
        mine.update(heldout=False)
        lease = task_claim(labeler=cast.luis, project=cast.project)
        assert lease is not None
        mine.update(heldout=True)
        judgments = [JudgmentInput(number + 1) for number in range(lease.task.k)]
        ranking_submit(assignment=lease, judgments=judgments)


def test_no_more_is_waited_for_than_there_are_people(ready):
    round_ = waiting(ready, overlap=2)
    suspend(ready, ready.luis)  # the held-out Hana can give none that trains
    assert rankings_awaited(round_) == Rankings(asked=16, done=0, possible=8)
    notice = round_notice(round_)
    assert notice is not None
    assert "8 of the 16 rankings asked for" in notice.text
    assert rank(ready.project, ready.lena) == 8
    assert settled(round_).state == State.SUCCEEDED


def test_more_overlap_than_labelers_is_refused_at_the_start(ready):
    with pytest.raises(ValidationError, match="asks for 3 rankings, and only 2"):
        start(ready, overlap=3)
    assert not Round.objects.exists()


def test_what_the_only_labeler_skips_is_not_waited_for(ready):
    suspend(ready, ready.luis)
    round_ = waiting(ready)
    for _ in range(3):
        skip(ready, ready.lena)
    assert rankings_awaited(round_) == Rankings(asked=8, done=0, possible=5)
    assert rank(ready.project, ready.lena, count=4) == 4
    assert settled(round_).state == State.RUNNING
    assert "1 more ranking needed" in round_status(round_)["needs"]
    assert rank(ready.project, ready.lena) == 1
    assert (settled(round_).state, settled(round_).wanted) == (State.SUCCEEDED, 5)


def test_what_one_skips_another_may_rank(ready):
    round_ = waiting(ready)
    skip(ready, ready.lena)
    assert rankings_awaited(round_) == Rankings(asked=8, done=0, possible=8)


def test_while_nobody_can_rank_somebody_is_waited_for(ready):
    round_ = waiting(ready)
    suspend(ready, ready.lena, ready.luis)
    assert settled(round_).state == State.RUNNING
    assert rankings_awaited(round_).possible == 8
    notice = round_notice(round_)
    assert notice is not None
    assert notice.title == "Nobody can rank."


def test_what_does_not_train_counts_for_nothing_and_uses_its_task_up(ready):
    round_ = waiting(ready)
    rank_heldout(ready, count=3)
    refuse_all(ready, ready.lena)
    assert rankings_awaited(round_) == Rankings(asked=8, done=0, possible=4)
    assert settled(round_).state == State.RUNNING
    assert rank(ready.project, ready.lena) == 4
    assert (settled(round_).state, settled(round_).wanted) == (State.SUCCEEDED, 4)


def test_a_round_without_one_ranking_that_trains_fails_with_the_cause(ready):
    round_ = waiting(ready)
    rank_heldout(ready, count=8)
    failed = settled(round_)
    assert (failed.state, round_.state) == (State.FAILED, Round.State.FAILED)
    assert "No ranking of this round can train" in failed.error_cause
    assert "held out" in failed.error_cause


def test_a_round_whose_tasks_are_all_withdrawn_fails_with_the_cause(ready):
    round_ = waiting(ready)
    for task in Task.objects.filter(kind="ranking"):
        task_close(task=task)
    failed = settled(round_)
    assert failed.state == State.FAILED
    assert "withdrawn" in failed.error_cause


def test_a_task_counts_for_its_overlap_only(ready):
    round_ = waiting(ready, overlap=2)
    rank(ready.project, ready.lena)
    Task.objects.update(overlap=1)
    rank(ready.project, ready.luis)
    assert rankings_awaited(round_) == Rankings(asked=8, done=8, possible=8)


def test_a_researcher_goes_on_with_the_rankings_there_are(ready, messages_sent):
    round_ = waiting(ready)
    with pytest.raises(ValidationError, match="no ranking yet"):
        round_go_on(actor=ready.rosa, round=round_)
    rank(ready.project, ready.lena, count=3)
    round_go_on(actor=ready.rosa, round=round_)
    stage = settled(round_)
    assert (stage.state, stage.wanted) == (State.SUCCEEDED, 3)
    assert round_status(round_)["stages"][2]["figures"] == ["3 of 3 rankings"]
    reward = round_.stages.get(name="reward")
    assert reward.state == State.RUNNING
    assert reward.run.inputs.get(role="data").snapshot.counts["rankings"] == 3
    assert AuditEvent.objects.get(verb="round_go_on").data == {"done": 3}
    with pytest.raises(ValidationError, match="does not wait"):
        round_go_on(actor=ready.rosa, round=round_)


def test_a_round_that_ranks_nothing_yet_cannot_go_on(ready):
    with pytest.raises(ValidationError, match="does not wait"):
        round_go_on(actor=ready.rosa, round=start(ready))


def test_a_task_that_disagreement_raised_is_waited_for_while_somebody_is_left(ready):
    """What it asks for more can come from Mira alone; nobody waits for it once she skips it."""
    member(ready.project, user("Mira"), "labeler")
    round_ = waiting(ready, overlap=2)
    ready.project.agreement_wanted, ready.project.overlap_most = 100, 5
    ready.project.save()
    opposed(ready, ready.lena, ready.luis)
    assert rankings_awaited(round_) == Rankings(asked=17, done=2, possible=17)
    rank(ready.project, ready.lena)
    Project.objects.update(agreement_wanted=0)
    rank(ready.project, ready.luis)
    assert settled(round_).state == State.RUNNING
    assert rankings_awaited(round_) == Rankings(asked=17, done=16, possible=17)
    skip(ready, User.objects.get(username="mira"))
    assert rankings_awaited(round_) == Rankings(asked=17, done=16, possible=16)
    assert settled(round_).state == State.SUCCEEDED


def test_what_nobody_has_the_language_for_is_not_waited_for(ready):
    round_ = waiting(ready)
    for prompt in Prompt.objects.filter(tasks__kind="ranking").order_by("tasks")[:3]:
        prompt_mark(actor=None, prompt=prompt, marks=Marks("de"))
    assert rankings_awaited(round_) == Rankings(asked=8, done=0, possible=5)
    Membership.objects.filter(user=ready.luis).update(languages=["de"])
    assert rankings_awaited(round_) == Rankings(asked=8, done=0, possible=8)
    assert rank(ready.project, ready.lena) == 5
    assert settled(round_).state == State.RUNNING
    skip(ready, ready.luis)
    assert rankings_awaited(round_) == Rankings(asked=8, done=5, possible=7)
    assert rank(ready.project, ready.luis) == 2
    assert settled(round_).state == State.SUCCEEDED


def opposed(cast, *people):
    """Let them rank the next task, each against the one before."""
    for number, labeler in enumerate(people):
        assignment = task_claim(labeler=labeler, project=cast.project)
        assert assignment is not None
        order = sorted(range(assignment.task.k), reverse=bool(number))
        ranks = [order[slot] + 1 for slot in assignment.order]
        ranking_submit(assignment=assignment, judgments=[JudgmentInput(rank) for rank in ranks])
