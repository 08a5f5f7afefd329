from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from inference.jobs import claims
from inference.jobs.claims import (
    job_beat,
    job_cancel_request,
    job_cancelled,
    job_claim,
    job_fail,
    job_lost,
    job_queue,
    job_requeue,
    job_succeed,
    jobs_queued,
)
from inference.jobs.models import MAX_LOSSES
from inference.jobs.signals import job_ended
from inference.jobs.supervisor import jobs_reconcile
from inference.models import SamplingJob

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.service,
    pytest.mark.usefixtures("scripted"),
]


def claim(job):
    return job_claim(kind="scripted", job_id=job.pk, worker="w")


def state(job):
    job.refresh_from_db()
    return job.state


def silence(job, seconds=1000):
    """As if the job's worker had died."""
    beaten = timezone.now() - timedelta(seconds=seconds)
    type(job).objects.filter(pk=job.pk).update(heartbeat_at=beaten)


@pytest.fixture
def ended():
    states = []

    def listen(job, **_):
        states.append(job.state)

    job_ended.connect(listen)
    yield states
    job_ended.disconnect(listen)


def test_a_message_goes_out_on_commit(cast, job_of, sent):
    with transaction.atomic():
        job = job_of(cast)
        job_queue(job=job)
        assert sent == []
    assert sent == [job.pk]


def test_a_broker_that_is_away_fails_no_request(cast, job_of, monkeypatch):
    def refuse(*args, **kwargs):
        raise ConnectionError("no broker")

    monkeypatch.setattr("inference.jobs.messages.current_app.send_task", refuse)
    job = job_of(cast)
    job_queue(job=job)
    assert state(job) == "queued"


def test_a_claim_starts_an_attempt(cast, job_of):
    job = claim(job_of(cast))
    assert (job.state, job.attempt, job.worker) == ("running", 1, "w")
    assert job.heartbeat_at is not None


def test_a_job_is_claimed_once(cast, job_of):
    job = job_of(cast)
    assert claim(job)
    assert claim(job) is None


def test_of_many_claims_at_once_one_succeeds(cast, job_of):
    job = job_of(cast)

    def one(_):
        try:
            return claim(job)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        claimed = [each for each in pool.map(one, range(8)) if each]
    assert len(claimed) == 1
    job.refresh_from_db()
    assert job.attempt == 1


def test_a_job_that_is_gone_is_not_claimed(db):
    assert job_claim(kind="scripted", job_id=999, worker="w") is None


def test_an_earlier_attempt_is_fenced(cast, job_of, sent):
    first = claim(job_of(cast))
    silence(first)
    jobs_reconcile()
    second = claim(first)
    assert second.attempt == 2
    assert not job_beat(job=first)
    assert not job_fail(job=first, cause="late")
    assert not job_requeue(job=first)
    with transaction.atomic():
        assert not job_succeed(job=first)
    assert job_beat(job=second)
    assert state(second) == "running"


def test_a_beat_carries_progress(cast, job_of):
    job = claim(job_of(cast))
    job.phase, job.done, job.total = "rollout", 3, 8
    assert job_beat(job=job)
    job.refresh_from_db()
    assert (job.phase, job.done, job.total) == ("rollout", 3, 8)


def test_the_end_is_told_once_after_commit(cast, job_of, ended):
    job = claim(job_of(cast))
    with transaction.atomic():
        assert job_succeed(job=job)
        assert ended == []
    assert not job_fail(job=job, cause="too late")
    assert ended == ["succeeded"]
    assert state(job) == "succeeded"
    assert job.finished_at is not None


def test_a_rolled_back_success_is_none(cast, job_of, ended):
    job = claim(job_of(cast))
    with transaction.atomic():
        assert job_succeed(job=job)
        transaction.set_rollback(True)
    assert state(job) == "running"
    assert ended == []


def test_a_queued_job_is_cancelled_at_once(cast, job_of, ended):
    job = job_of(cast)
    assert job_cancel_request(job=job)
    assert state(job) == "cancelled"
    assert ended == ["cancelled"]
    assert claim(job) is None
    assert not job_cancel_request(job=job)


def test_a_running_job_is_asked_to_stop(cast, job_of):
    queued = job_of(cast)
    job = claim(queued)
    assert job_cancel_request(job=queued)
    assert state(queued) == "running"
    assert claims.job_cancel_requested(job=job)
    assert job_cancelled(job=job)
    assert state(job) == "cancelled"


def test_a_lost_job_is_queued_again_and_resent(cast, job_of, sent):
    job = claim(job_of(cast))
    silence(job)
    jobs_reconcile()
    assert state(job) == "queued"
    assert set(sent) == {job.pk}


def test_a_job_that_beats_is_left_alone(cast, job_of, sent):
    job = claim(job_of(cast))
    jobs_reconcile()
    assert state(job) == "running"
    assert sent == []


def test_the_last_attempt_fails_in_plain_words(cast, job_of, sent, ended):
    job = job_of(cast)
    for _ in range(MAX_LOSSES):
        assert claim(job)
        silence(job)
        jobs_reconcile()
    assert state(job) == "failed"
    assert job.error_cause == ("Its worker stopped without a word. This happened 3 times.")
    assert "log.txt" in job.error_advice
    assert ended == ["failed"]


def test_an_attempt_that_was_given_back_is_no_loss(cast, job_of, sent):
    job = job_of(cast)
    for _ in range(MAX_LOSSES + 2):
        assert job_requeue(job=claim(job))
    silence(claim(job))
    jobs_reconcile()
    assert (state(job), job.losses) == ("queued", 1)
    assert job.attempt == MAX_LOSSES + 3


def test_a_lost_job_that_cannot_be_told_keeps_no_other_waiting(cast, job_of, sent, monkeypatch):
    jobs = [claim(job_of(cast)) for _ in range(3)]
    for job in jobs:
        silence(job)
    told = claims.job_lost

    def stumble(*, job, cause):
        if job.pk == jobs[1].pk:
            raise RuntimeError("a bug")
        return told(job=job, cause=cause)

    monkeypatch.setattr(claims, "job_lost", stumble)
    jobs_reconcile()
    assert [state(job) for job in jobs] == ["queued", "running", "queued"]


def test_a_lost_job_that_was_to_be_cancelled_is(cast, job_of, sent):
    job = claim(job_of(cast))
    job_cancel_request(job=job)
    assert job_lost(job=job, cause="x")
    assert state(job) == "cancelled"


def test_queued_jobs_are_resent_while_a_device_is_free(cast, job_of, sent, settings):
    settings.DEVICES = ["cuda:0", "cuda:1"]
    jobs = [job_of(cast) for _ in range(3)]
    assert jobs_queued() == [("scripted", job.pk) for job in jobs]
    jobs_reconcile()
    assert sent == [jobs[0].pk, jobs[1].pk]


def test_the_queued_jobs_of_one_project(cast, job_of):
    job_of(cast)
    theirs = SamplingJob.objects.create(project=cast.other, k=4)
    assert jobs_queued(cast.other) == [("scripted", theirs.pk)]
    assert len(jobs_queued()) == 2


def test_nothing_is_resent_while_messages_wait(cast, job_of, sent, monkeypatch):
    monkeypatch.setattr("inference.jobs.messages._messages_waiting", lambda: True)
    job_of(cast)
    jobs_reconcile()
    assert sent == []
