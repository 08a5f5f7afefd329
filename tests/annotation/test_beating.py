"""A worker's hold on a row."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from annotation.beating import Claim, ClaimLostError, alive
from annotation.models import PromptJob
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def test_who_was_taken_for_dead_can_write_nothing(cast: Cast) -> None:
    job = PromptJob.objects.create(project=cast.project, kind="scan")
    asleep = Claim(PromptJob.objects.get())
    asleep.beat(state="running")
    other = Claim(PromptJob.objects.get())
    other.beat(done=7)
    with pytest.raises(ClaimLostError):
        asleep.beat(done=1)
    job.refresh_from_db()
    assert (job.state, job.done) == ("running", 7)
    other.beat(done=8)


def test_a_heart_that_stopped_is_not_alive(cast: Cast) -> None:
    job = PromptJob.objects.create(project=cast.project, kind="scan")
    assert not alive(job)
    job.heartbeat_at = timezone.now()
    assert alive(job)
    job.heartbeat_at -= timedelta(minutes=5)
    assert not alive(job)


def test_a_step_beats_when_it_is_time(cast: Cast, settings: Any) -> None:
    PromptJob.objects.create(project=cast.project, kind="scan")
    claim = Claim(PromptJob.objects.get())
    claim.beat(state="running")
    first = claim.row.heartbeat_at
    claim.step()
    assert PromptJob.objects.get().heartbeat_at == first
    settings.HEARTBEAT_EVERY = 0
    claim.step()
    assert PromptJob.objects.get().heartbeat_at == claim.row.heartbeat_at > first
