"""Drafts: what is kept, and what is not."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from annotation.feedback.demonstrations import demonstration_submit
from annotation.queue.drafts import draft_save
from tests.annotation.work import (
    claim,
    demonstration_task,
)

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
