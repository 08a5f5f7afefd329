"""Gold is made of answers whose right order is known, and retired."""

import pytest
from django.core.exceptions import ValidationError

from annotation.gold.golds import consensus, gold_create, gold_retire
from annotation.models import AuditEvent, Task
from tests.annotation.work import claim, completions_make, prompt_make

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def make(cast, k=4, **fields):
    prompt = prompt_make(cast.project)
    given = {"ranks": list(range(1, k + 1)), **fields}
    return gold_create(
        actor=cast.ada,
        project=cast.project,
        prompt=prompt,
        completions=completions_make(prompt, k),
        **given,
    )


def test_gold_is_a_task_for_everybody(cast):
    gold = make(cast, ranks=[3, 1, 1, 4], flags=[["hallucination"], [], [], []])
    assert (gold.ranks, gold.flags[0], gold.task.purpose) == (
        [2, 1, 1, 3],
        ["hallucination"],
        "gold",
    )
    for person in (cast.lena, cast.luis):
        assert claim(person, cast.project).task == gold.task
    assert AuditEvent.objects.filter(verb="gold_create", actor=cast.ada).count() == 1


def test_gold_for_the_onboarding_is_not_in_the_queue(cast):
    make(cast, purpose="screening")
    make(cast, purpose="practice", kind="attention")
    assert claim(cast.lena, cast.project) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"ranks": [1, 2, 3]},
        {"ranks": [1, 1, 1, 1]},
        {"ranks": [1, 2, 3, 5]},
        {"ranks": [0, 1, 2, 3]},
        {"flags": [["hallucination"]]},
        {"flags": [["no_such_flag"], [], [], []]},
        {"kind": "silver"},
        {"purpose": "train"},
        {"explanation": "x" * 10_001},
    ],
)
def test_what_is_refused(cast, wrong):
    with pytest.raises(ValidationError):
        make(cast, **wrong)
    assert Task.objects.count() == 0


def test_retired_gold_is_given_to_nobody(cast):
    gold = make(cast)
    retired = gold_retire(actor=cast.ada, gold=gold)
    assert gold_retire(actor=cast.ada, gold=gold).retired_at == retired.retired_at
    assert claim(cast.lena, cast.project) is None
    assert AuditEvent.objects.filter(verb="gold_retire").count() == 1


def test_what_several_people_propose():
    assert consensus([[1, 2, 3], [1, 3, 2], [2, 1, 3]]) == [1, 2, 3]
    assert consensus([[1, 2], [2, 1]]) == [1, 1]
