"""No contributor fills a project."""

import pytest

from annotation.feedback.asking import prompts_undemonstrated
from annotation.models import Prompt, PromptFinding
from annotation.pool.caps import over_cap
from annotation.prompts.models import Prompt as PromptModel
from tests.annotation.pool import found, scanned
from tests.annotation.work import prompt_make
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def test_what_comes_past_the_cap_is_marked_and_asked_of_nobody(cast: Cast) -> None:
    theirs = [prompt_make(cast.project, contributor="acme", split="train") for _ in range(4)]
    prompt_make(cast.project, contributor="else")
    own = [prompt_make(cast.project, contributor="lena", source="labeler") for _ in range(3)]
    scanned(cast.project, contributor_cap=2, near_percent=0)
    assert found(cast.project) == [(theirs[2].pk, "cap", ""), (theirs[3].pk, "cap", "")]
    asked = set(prompts_undemonstrated(cast.project).values_list("pk", flat=True))
    assert asked & {prompt.pk for prompt in theirs} == {theirs[0].pk, theirs[1].pk}
    assert not Prompt.objects.filter(pk__in=[prompt.pk for prompt in own], over_cap=True).exists()
    # What is withdrawn makes room, a higher cap makes more, none at all is no cap.
    PromptModel.objects.filter(pk=theirs[0].pk).update(state="withdrawn")
    scanned(cast.project)
    assert found(cast.project) == [(theirs[3].pk, "cap", "")]
    PromptFinding.objects.update(state="kept")
    scanned(cast.project)
    assert not Prompt.objects.filter(over_cap=True).exists()
    assert over_cap(cast.project, 0) == set()


def test_an_unscanned_project_counts_as_well(cast: Cast) -> None:
    first, second = (prompt_make(cast.project, contributor="acme") for _ in range(2))
    assert over_cap(cast.project, 1) == {second.pk}
    assert over_cap(cast.project, 2) == set()
    assert first.pk != second.pk
