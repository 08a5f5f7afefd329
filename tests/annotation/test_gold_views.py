"""The pages about gold."""

import pytest
from django.urls import reverse
from django.utils import timezone

from annotation.feedback.rankings import ranking_submit
from annotation.models import Gold, GoldRules, GoldStanding, Membership
from tests.annotation.test_gold_golds import make
from tests.annotation.work import claimed, ranked, ranking_task

pytestmark = pytest.mark.django_db


def page(name, *more):
    return reverse(name, args=["everyday", *more])


@pytest.fixture
def task(cast):
    """Ranked by two, whose mean rank is the order of the slots but for a tie at its end."""
    task = ranking_task(cast.project, 4, overlap=2)
    for person, ranks in ((cast.lena, [1, 2, 3, 4]), (cast.luis, [1, 2, 4, 3])):
        mine = claimed(person, cast.project)
        ranking_submit(assignment=mine, judgments=ranked([ranks[slot] for slot in mine.order]))
    return task


def form(**more):
    ranks = {f"rank-{index}": rank for index, rank in enumerate([1, 2, 3, 3])}
    return {**ranks, "purpose": "gold", "kind": "gold", "explanation": "So.", **more}


def test_gold_is_made_of_what_was_ranked(cast, client, task):
    client.force_login(cast.ada)
    assert page("gold-new", task.pk) in client.get(page("gold-choose")).content.decode()
    shown = client.get(page("gold-new", task.pk))
    assert [answer["rank"].initial for answer in shown.context["answers"]] == [1, 2, 3, 3]
    said = client.post(
        page("gold-new", task.pk), form(**{"graded": "on", "flags-0": ["hallucination"]})
    )
    assert said.status_code == 302
    gold = Gold.objects.get()
    assert (gold.ranks, gold.flags) == ([1, 2, 3, 3], [["hallucination"], [], [], []])
    assert gold.task != task
    assert "So." not in client.get(page("gold")).content.decode()
    assert client.post(page("gold-retire"), {"gold": gold.pk}).status_code == 302
    assert Gold.objects.get().retired_at is not None


def test_what_cannot_be_gold_is_told_beside_the_form(cast, client, task):
    client.force_login(cast.ada)
    same = {f"rank-{index}": 1 for index in range(4)}
    said = client.post(page("gold-new", task.pk), form(**same))
    assert "tell nobody from another" in said.content.decode()
    assert not Gold.objects.exists()


def test_tasks_are_found_by_their_words(cast, client, task):
    client.force_login(cast.ada)
    words = task.prompt.messages[0]["content"][-12:]
    found = client.get(page("gold-choose"), {"words": words}).context["page"].object_list
    assert list(found) == [task]
    assert not client.get(page("gold-choose"), {"words": "zebra"}).context["page"].object_list


def test_the_rules_are_changed(cast, client):
    client.force_login(cast.ada)
    wanted = {"window": 20, "least": 5, "warn_below": 70, "pause_below": 75}
    refused = client.post(page("gold-rules"), wanted)
    assert "comes after the warning" in refused.content.decode()
    assert client.post(page("gold-rules"), {**wanted, "pause_below": 0}).status_code == 302
    assert GoldRules.objects.get().window == 20


def test_a_paused_labeler_is_told_and_let_go_on(cast, client):
    member = Membership.objects.get(user=cast.lena)
    Membership.objects.filter(pk=member.pk).update(paused_at=timezone.now())
    GoldStanding.objects.create(membership=member, state="paused", grades=6, agreement=0.4)
    client.force_login(cast.lena)
    told = client.get(page("work")).content.decode()
    assert "paused" in told
    assert "40%" in told
    client.force_login(cast.ada)
    assert client.post(page("gold-resume"), {"member": member.pk}).status_code == 302
    client.force_login(cast.lena)
    assert "paused" not in client.get(page("work")).content.decode()


@pytest.mark.parametrize("said", ["", "x", "-1", "9" * 30, "²"])
def test_what_no_form_of_ours_sends_finds_nothing(cast, client, said):
    make(cast)
    client.force_login(cast.ada)
    assert client.post(page("gold-retire"), {"gold": said}).status_code == 404
    assert client.post(page("gold-resume"), {"member": said}).status_code == 404


def test_labelers_see_no_gold_and_reviewers_change_none(cast, client):
    make(cast)
    client.force_login(cast.lena)
    assert client.get(page("gold")).status_code == 403
    Membership.objects.get(user=cast.luis).roles.create(role="reviewer")
    client.force_login(cast.luis)
    assert client.get(page("gold")).status_code == 200
    assert client.get(page("gold-choose")).status_code == 403
    assert client.post(page("gold-retire"), {"gold": Gold.objects.get().pk}).status_code == 403
