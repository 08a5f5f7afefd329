"""Who tells a round that it may move on: a skip does as a ranking does."""

import pytest
from django.core.exceptions import ValidationError

from annotation.models import Membership, Prompt, Task
from annotation.queue.claims import task_claim
from annotation.queue.leases import assignment_skip
from annotation.queue.tasks import task_create
from annotation.writing.content import WritingInput
from annotation.writing.writing import writing_create, writing_withdraw
from tests.training.by_hand import base_make, demonstrations_make, job_succeed, prompts_make, rank
from training.models import Round, RoundStage
from training.rounds import round_advance, round_start
from training.snapshots import snapshot_create

pytestmark = [pytest.mark.service, pytest.mark.django_db(transaction=True)]

TASKS = 12


@pytest.fixture
def waiting(cast, storage_in_tmp, messages_sent):
    """A round that waits for the rankings of TASKS tasks, which only Lena can give."""
    Membership.objects.filter(project=cast.project, user=cast.luis).update(state="suspended")
    base_make(storage_in_tmp)
    demonstrations_make(prompts_make(cast.project)[:5])
    round_ = round_start(actor=cast.rosa, project=cast.project, recipe="smoke")
    for name in ("sft", "sample"):
        round_advance(round_id=round_.pk)
        job_succeed(round_.stages.select_related("run", "sampling_job").get(name=name))
    round_advance(round_id=round_.pk)
    messages_sent.clear()
    return round_


def skip(labeler, project, kind="ranking"):
    assignment = task_claim(labeler=labeler, project=project, kind=kind)
    assert assignment is not None
    assignment_skip(assignment=assignment, reason="language")


def word(round_):
    return ("training.rounds.advance", {"round_id": round_.pk})


def test_the_skip_that_leaves_nothing_to_wait_for_sends_word(cast, waiting, messages_sent):
    assert rank(cast.project, cast.lena, count=TASKS - 2) == TASKS - 2
    skip(cast.lena, cast.project)
    assert messages_sent == []
    skip(cast.lena, cast.project)
    assert messages_sent == [word(waiting)]
    round_advance(round_id=waiting.pk)
    assert waiting.stages.get(name="rank").state == RoundStage.State.SUCCEEDED


def test_skipping_everything_sends_word_to_say_that_no_ranking_can_come(
    cast, waiting, messages_sent
):
    for _ in range(TASKS - 1):
        skip(cast.lena, cast.project)
    assert messages_sent == []
    skip(cast.lena, cast.project)
    assert messages_sent == [word(waiting)]
    round_advance(round_id=waiting.pk)
    waiting.refresh_from_db()
    assert waiting.state == Round.State.FAILED


def test_what_is_no_ranking_sends_no_word(cast, waiting, messages_sent):
    rank(cast.project, cast.lena, count=TASKS - 1)
    prompt = prompts_make(cast.project, train=1, valid=0)[0]
    task_create(project=cast.project, kind=Task.Kind.DEMONSTRATION, prompt=prompt)
    skip(cast.lena, cast.project, kind="demonstration")
    assert messages_sent == []


@pytest.mark.parametrize("kind", ["prompt", "demonstration"])
def test_what_a_snapshot_holds_cannot_be_withdrawn(cast, storage_in_tmp, kind):
    cast.project.prompts_wanted = 1
    cast.project.save()
    said = WritingInput(kind="plain", use_case="chat", text="Hi", answer="Hello")
    writing = writing_create(labeler=cast.lena, project=cast.project, said=said)
    snapshot_create(project=cast.project, kinds=[kind])
    with pytest.raises(ValidationError, match="in the training data"):
        writing_withdraw(labeler=cast.lena, writing=writing)
    assert Prompt.objects.exists()
