"""The mix of use cases, counted by hand."""

import pytest

from annotation.models import Prompt
from annotation.pool.mix import missing, mix_of
from annotation.pool.rules import rules_update
from tests.annotation.work import prompt_make
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def test_missing_by_hand() -> None:
    assert missing(10, 100, 50) == 80  # 90 of 180
    assert missing(50, 100, 50) == 0
    assert missing(60, 100, 50) == 0
    assert missing(0, 3, 25) == 1  # 1 of 4
    assert missing(0, 0, 25) == 0
    assert missing(1, 100, 100) == 0  # no number of prompts would do


def test_a_projects_prompts_are_counted_by_what_they_are(cast: Cast) -> None:
    rules_update(actor=cast.ada, project=cast.project, mix={"chat": 75, "rewrite": 25})
    for number in range(6):
        prompt_make(
            cast.project,
            use_case="chat" if number < 2 else "rewrite",
            source="customer" if number == 0 else "import",
            split="valid" if number == 5 else "train",
        )
    gone = prompt_make(cast.project, use_case="chat")
    Prompt.objects.filter(pk=gone.pk).update(state="withdrawn")
    prompt_make(cast.other, use_case="chat")
    mix = mix_of(cast.project)
    chat, rewrite = mix.rows[:2]
    assert (chat.use_case, chat.count, chat.wanted) == ("chat", 2, 75)
    assert chat.share == pytest.approx(100 / 3)
    assert chat.missing == 10  # 12 of 16
    assert (rewrite.count, rewrite.missing) == (4, 0)
    assert chat.sources == {"customer": 1, "import": 1}
    assert rewrite.splits == {"train": 3, "valid": 1}
    assert (mix.total, mix.states) == (6, {"active": 6, "withdrawn": 1})
    assert mix.splits == {"train": 5, "valid": 1}


def test_an_empty_project_has_a_mix(cast: Cast) -> None:
    mix = mix_of(cast.project)
    assert mix.total == 0
    assert len(mix.rows) == 10
    assert {row.share for row in mix.rows} == {0.0}
    assert sum(row.wanted for row in mix.rows) == pytest.approx(99.9)
