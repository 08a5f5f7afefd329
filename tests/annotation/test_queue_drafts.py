"""Drafts: what is kept, and what is not."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from annotation.feedback.demonstrations import demonstration_submit
from annotation.queue.draft_revisions import draft_revision
from annotation.queue.drafts import DraftOvertakenError, draft_save
from tests.annotation.work import claim, demonstration_task

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def test_draft_save(cast):
    demonstration_task(cast.project)
    lease = claim(cast.lena, cast.project)
    assert draft_save(assignment=lease, draft={"text": "A start"}).draft == {"text": "A start"}
    drafts: list[Any] = [[], {"text": "\0"}, {"text": "x" * 1_000_001}]
    for bad in drafts:
        with pytest.raises(ValidationError):
            draft_save(assignment=lease, draft=bad)
    demonstration_submit(assignment=lease, text="Whole.")
    with pytest.raises(ValidationError, match="handed in"):
        draft_save(assignment=lease, draft={"text": "later"})


@pytest.fixture
def lease(cast):
    demonstration_task(cast.project)
    return claim(cast.lena, cast.project)


def saved(lease, text, **fields):
    return draft_save(assignment=lease, draft={"text": text}, **fields).draft["text"]


def test_each_save_from_a_base_is_a_revision(lease):
    for number in (1, 2, 3):
        fresh = draft_save(assignment=lease, draft={"revision": 99}, base=number - 1, writer="a")
        assert draft_revision(fresh) == number
        assert fresh.draft == {"revision": number, "writer": "a"}


def test_a_writer_goes_on_from_its_old_base(lease):
    assert saved(lease, "One", base=0, writer="a") == "One"
    assert saved(lease, "Two", base=0, writer="a") == "Two"


def test_another_writer_with_an_older_base_is_refused(lease):
    saved(lease, "Of the first", base=0, writer="a")
    with pytest.raises(DraftOvertakenError, match="another tab"):
        saved(lease, "Of the second", base=0, writer="b")
    lease.refresh_from_db()
    assert lease.draft["text"] == "Of the first"
    assert saved(lease, "Read, then written", base=1, writer="b") == "Read, then written"
    with pytest.raises(DraftOvertakenError):
        saved(lease, "Of the first again", base=0, writer="a")


def test_who_gives_no_name_is_never_taken_for_the_same_writer(lease):
    saved(lease, "One", base=0)
    with pytest.raises(DraftOvertakenError):
        saved(lease, "Two", base=0)


def test_without_a_base_the_draft_is_kept(lease):
    saved(lease, "One", base=0, writer="a")
    assert saved(lease, "Two") == "Two"


def test_a_writers_name_is_short_text(lease):
    for bad in ("x" * 65, "\0", 3):
        with pytest.raises(ValidationError):
            saved(lease, "One", base=0, writer=bad)
