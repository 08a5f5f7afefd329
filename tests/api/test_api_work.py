"""The labeler's side of the API."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.models import Completion, CompletionOrigin, ImportBatch, Judgment, Ranking, Task
from annotation.prompts.marks import Marks
from annotation.queue.claims import leases_expire
from annotation.queue.tasks import task_create
from tests.annotation.work import (
    claimed,
    demonstration_task,
    lease_age,
    prompt_make,
    ranking_task,
)

pytestmark = [pytest.mark.django_db, pytest.mark.service]

HERE = "/api/projects/everyday/"


def claim(client, **body):
    return client.post(f"{HERE}tasks/claim/", body, format="json")


def end(client, work, name, body=None, method="post"):
    path = f"{HERE}assignments/{work['id']}/{name}/"
    return getattr(client, method)(path, body or {}, format="json")


def test_claim_a_ranking_and_hand_it_in(cast, as_):
    ranking_task(cast.project, 5)
    client = as_(cast.lena)
    work = claim(client).json()
    assert claim(client).json()["id"] == work["id"]
    assert [answer["index"] for answer in work["answers"]] == list(range(5))
    judgments = [{"rank": rank, "likert": 7, "flags": ["harmful"]} for rank in (2, 1, 2, 5, 4)]
    said = end(
        client,
        work,
        "submit",
        {
            "judgments": judgments,
            "strength": 1,
            "note": "ok",
            "annotations": ["sensitive", "ambiguous", "sensitive"],
        },
    )
    ranking = Ranking.objects.get()
    assert (ranking.strength, ranking.annotations) == (1, ["ambiguous", "sensitive"])
    assert (said.status_code, said.json()["state"], said.json()["extra"]) == (
        200,
        "submitted",
        False,
    )
    held = dict(Judgment.objects.values_list("completion__text", "rank"))
    texts = [answer["text"] for answer in work["answers"]]
    assert held == dict(zip(texts, (2, 1, 2, 4, 3), strict=True))
    assert claim(client).status_code == 204


def test_a_hand_in_may_claim_the_next_task_in_the_same_call(cast, as_):
    ranking_task(cast.project, 4)
    demonstration_task(cast.project)
    client = as_(cast.lena)
    work = claim(client).json()
    ranks = {"judgments": [{"rank": rank} for rank in (1, 2, 3, 4)], "claim": True}
    said = end(client, work, "submit", ranks).json()
    assert (said["id"], said["state"]) == (work["id"], "submitted")
    assert said["next"]["kind"] == "demonstration"
    assert said["next"] == claim(client).json() | {
        name: said["next"][name] for name in ("expires_at",)
    }
    again = end(client, work, "submit", ranks).json()
    assert again["next"]["id"] == said["next"]["id"]
    last = end(client, said["next"], "submit", {"text": "Because.", "claim": True}).json()
    assert (last["state"], last["next"]) == ("submitted", None)
    assert "next" not in end(client, said["next"], "submit", {"text": "Because."}).json()


def test_who_is_suspended_meanwhile_hands_in_and_gets_no_next_task(cast, as_, monkeypatch):
    ranking_task(cast.project, 4)
    demonstration_task(cast.project)
    client = as_(cast.lena)
    work = claim(client).json()

    def refused(**_):
        raise PermissionDenied

    monkeypatch.setattr("annotation.queue.claims.task_claim", refused)
    ranks = {"judgments": [{"rank": 1}] * 4, "claim": True}
    said = end(client, work, "submit", ranks)
    assert (said.status_code, said.json()["state"], said.json()["next"]) == (200, "submitted", None)


def test_work_says_what_its_content_is_marked_as(cast, as_):
    demonstration_task(cast.project, marks=Marks(sensitive=("violence",)))
    client = as_(cast.lena)
    assert claim(client).json()["sensitive"] == ["Violence"]
    assert claim(client).json()["sensitive"] == ["Violence"]


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    ranks=st.integers(4, 9).flatmap(lambda k: st.lists(st.integers(1, k), min_size=k, max_size=k))
)
def test_ranks_reach_the_texts_that_were_shown(cast, as_, ranks):
    task = ranking_task(cast.project, len(ranks), priority=Task.objects.count())
    client = as_(cast.lena)
    work = claim(client).json()
    said = end(client, work, "submit", {"judgments": [{"rank": rank} for rank in ranks]})
    assert said.status_code == 200
    ranking = Ranking.objects.get(task=task)
    held = dict(ranking.judgments.values_list("completion__text", "rank"))
    levels = sorted(set(ranks))
    for answer, rank in zip(work["answers"], ranks, strict=True):
        assert held[answer["text"]] == 1 + levels.index(rank)


def test_hand_in_a_demonstration(cast, as_):
    task = demonstration_task(cast.project)
    client = as_(cast.lena)
    work = claim(client, kind="demonstration").json()
    assert (work["messages"], work["answers"]) == (task.messages, [])
    assert end(client, work, "draft", {"draft": {"text": "Half"}}, "put").status_code == 200
    again = client.get(f"{HERE}assignments/{work['id']}/").json()
    assert again["draft"] == {"text": "Half"}
    for text, counts in ((" Whole.\n", True), ("Other.", False), (" Whole.\r\n", True)):
        said = end(client, work, "submit", {"text": text})
        assert (said.status_code, said.json()["counts"]) == (200, counts)
        assert task.demonstrations.get().text == " Whole.\n"
    refused = end(client, work, "draft", {"draft": {}}, "put")
    assert refused.status_code == 400


def test_a_draft_that_another_writer_overtook_is_refused(cast, as_):
    demonstration_task(cast.project)
    client = as_(cast.lena)
    work = claim(client).json()
    first, second = (
        {"draft": {"text": writer}, "base": 0, "writer": writer} for writer in ("a", "b")
    )
    assert end(client, work, "draft", first, "put").status_code == 200
    refused = end(client, work, "draft", second, "put")
    assert refused.status_code == 412
    assert "another tab" in refused.json()["non_field_errors"][0]
    draft = client.get(f"{HERE}assignments/{work['id']}/").json()["draft"]
    assert draft == {"text": "a", "writer": "a", "revision": 1}
    assert end(client, work, "draft", {**second, "base": 1}, "put").status_code == 200


def test_beat_skip_release(cast, as_):
    demonstration_task(cast.project)
    client = as_(cast.lena)
    work = claim(client).json()
    assert end(client, work, "heartbeat", {"active_seconds": 5}).json()["state"] == "leased"
    assert end(client, work, "release").json()["state"] == "released"
    assert claim(client).json()["id"] == work["id"]
    assert end(client, work, "skip", {"reason": "bored"}).json() == {
        "reason": ['"bored" is not a valid choice.']
    }
    assert end(client, work, "skip", {"reason": "unclear"}).json()["state"] == "skipped"
    assert claim(client).status_code == 204
    listed = client.get(f"{HERE}assignments/").json()
    assert [row["state"] for row in listed["results"]] == ["skipped"]


@pytest.mark.parametrize("kind", ["demonstration", "ranking"])
def test_a_submission_names_the_versions_it_was_made_under(cast, as_, kind):
    {"demonstration": demonstration_task, "ranking": ranking_task}[kind](cast.project)
    client = as_(cast.lena)
    work = claim(client).json()
    said = {
        "demonstration": {"text": "Whole."},
        "ranking": {"judgments": [{"rank": 1}] * 4, "rubric_version": work["rubric_version"]},
    }[kind]
    outdated = {**said, "instructions_version": work["instructions_version"] + 1}
    refused = end(client, work, "submit", outdated)
    assert refused.status_code == 400
    assert "instructions have changed" in refused.json()["non_field_errors"][0]
    said["instructions_version"] = work["instructions_version"]
    assert end(client, work, "submit", said).status_code == 200


def test_fetch_the_next_task_ahead(cast, as_):
    for _ in range(2):
        demonstration_task(cast.project)
    client = as_(cast.lena)
    first = claim(client).json()
    second = claim(client, besides=first["id"]).json()
    assert second["id"] != first["id"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "judgments"),
        ({"judgments": []}, "non_field_errors"),
        ({"judgments": [{"rank": 1}] * 3}, "non_field_errors"),
        ({"judgments": [{}] * 4}, "non_field_errors"),
        ({"judgments": [{"rank": 0}] * 4}, "judgments"),
        ({"judgments": [{"rank": rank} for rank in (1, 2, 3, 5)]}, "non_field_errors"),
        ({"judgments": [{"rank": 1}] * 4, "aim": "bogus"}, "aim"),
        ({"judgments": [{"rank": 1, "likert": 8}] * 4}, "judgments"),
        ({"judgments": [{"rank": 1, "flags": ["ugly"]}] * 4}, "non_field_errors"),
        ({"judgments": [{"rank": 1, "score": 3}] * 4}, "judgments"),
        ({"judgments": [{"rank": 1}] * 4, "strength": 9}, "strength"),
        ({"judgments": [{"rank": n} for n in (1, 1, 3, 4)], "strength": 1}, "strength"),
        ({"judgments": [{"rank": 1}] * 4, "annotations": ["odd"]}, "non_field_errors"),
        ({"judgments": [{"rank": 1}] * 4, "outcome": "fine"}, "outcome"),
        ({"judgments": [{"rank": 1}] * 4, "text": "?"}, "text"),
    ],
)
def test_bad_rankings_are_400_and_change_nothing(cast, as_, body, field):
    ranking_task(cast.project, 4)
    client = as_(cast.lena)
    work = claim(client).json()
    said = end(client, work, "submit", body)
    assert (said.status_code, list(said.json())) == (400, [field])
    assert not Ranking.objects.exists()


@pytest.mark.parametrize(
    ("again", "counts"),
    [
        ({"judgments": [{"rank": rank} for rank in (1, 2, 3, 4)]}, True),
        ({"judgments": [{"rank": rank} for rank in (2, 4, 6, 8)]}, True),
        ({"judgments": [{"rank": rank} for rank in (4, 3, 2, 1)]}, False),
        ({"judgments": [{"rank": rank} for rank in (1, 2, 3, 4)], "note": "So."}, False),
        ({"judgments": [{"rank": 1, "flags": ["ugly"]}] * 3}, False),
    ],
)
def test_of_two_rankings_the_first_counts_and_the_second_is_told_so(cast, as_, again, counts):
    ranking_task(cast.project, 4)
    client = as_(cast.lena)
    work = claim(client).json()
    first = {"judgments": [{"rank": rank} for rank in (1, 2, 3, 4)]}
    assert end(client, work, "submit", first).json()["counts"] is True
    said = end(client, work, "submit", again)
    assert (said.status_code, said.json()["counts"]) == (200, counts)
    assert Ranking.objects.get().note == ""


def test_anothers_assignment_is_404(cast, as_):
    demonstration_task(cast.project)
    work = claim(as_(cast.lena)).json()
    luis = as_(cast.luis)
    for name, method in (("heartbeat", "post"), ("draft", "put"), ("skip", "post")):
        assert end(luis, work, name, {}, method).status_code == 404
    assert end(luis, work, "submit", {"text": "Mine."}).status_code == 404
    assert luis.get(f"{HERE}assignments/{work['id']}/").status_code == 404


def test_only_active_labelers_claim(cast, as_):
    demonstration_task(cast.project)
    assert claim(as_(cast.ada)).status_code == 403
    assert claim(as_(cast.otto)).status_code == 404
    cast.project.memberships.filter(user=cast.lena).update(state="onboarding")
    assert claim(as_(cast.lena)).status_code == 403


def keys_and_values(value):
    """Everything that stands anywhere in a JSON value."""
    if isinstance(value, dict):
        for key, held in value.items():
            yield key
            yield from keys_and_values(held)
    elif isinstance(value, list):
        for held in value:
            yield from keys_and_values(held)
    else:
        yield value


def test_labelers_learn_neither_makers_nor_ids(cast, as_):
    """No response holds a model's name, or the id of a completion, a prompt or a task."""
    batch = ImportBatch.objects.create(project=cast.project, filename="f", state="visible")
    prompt = prompt_make(cast.project, "Which?")
    Completion.objects.bulk_create(
        Completion(
            pk=910_000 + index,
            project=cast.project,
            prompt=prompt,
            text=f"Answer {index}.",
            text_hash=str(index),
        )
        for index in range(5)
    )
    for completion in prompt.completions.all():
        CompletionOrigin.objects.create(
            completion=completion, batch=batch, line=1, author="secret-model"
        )
    task = task_create(
        project=cast.project,
        kind="ranking",
        prompt=prompt,
        completions=list(prompt.completions.all()),
    )
    Task.objects.filter(pk=task.pk).update(priority=1)
    client = as_(cast.lena)
    work = claim(client)
    responses = [
        work,
        client.get("/api/projects/"),
        client.get(HERE),
        client.get(f"{HERE}assignments/"),
        client.get(f"{HERE}assignments/{work.json()['id']}/"),
        end(client, work.json(), "heartbeat"),
        end(client, work.json(), "draft", {"draft": {"pool": [1]}}, "put"),
        end(client, work.json(), "submit", {"judgments": [{"rank": 1}] * 5}),
    ]
    for response in responses:
        assert response.status_code == 200
        assert "secret-model" not in response.content.decode()
        said = set(map(str, keys_and_values(json.loads(response.content))))
        assert not said & {str(910_000 + index) for index in range(5)}
        assert not said & {"completion", "completion_id", "model", "author", "task", "prompt"}


def test_ranks_with_the_worst_first_are_turned_round(cast, as_):
    cast.project.ranking_aim, cast.project.severity_asked = "worst", "worst"
    cast.project.save()
    ranking_task(cast.project, 4)
    client = as_(cast.lena)
    work = claim(client).json()
    assert (work["ranking_aim"], work["severity_asked"]) == ("worst", "worst")
    judgments = [{"rank": rank} for rank in (1, 3, 2, 2)]
    judgments[0]["severity"] = 4
    refused = end(client, work, "submit", {"judgments": judgments})  # here rank 3 is the worst
    assert refused.status_code == 400
    said = end(client, work, "submit", {"judgments": judgments, "aim": "worst"})
    assert said.status_code == 200
    held = dict(Judgment.objects.values_list("completion__text", "rank"))
    assert [held[answer["text"]] for answer in work["answers"]] == [3, 1, 2, 2]
    assert Judgment.objects.get(rank=3).severity == 4
    assert Ranking.objects.get().aim == "worst"


def test_what_was_begun_and_let_go_is_listed_discarded_and_brought_back(cast, as_):
    demonstration_task(cast.project)
    lease = claimed(cast.lena, cast.project)
    lena = as_(cast.lena)
    own = f"/api/projects/everyday/assignments/{lease.public_id}/"
    lena.put(f"{own}draft/", {"draft": {"text": "Some"}}, format="json")
    assert lena.post(f"{own}discard/").status_code == 400  # it is at hand
    lease_age(lease, hours=1)
    leases_expire(now=timezone.now())

    def listed():
        rows = lena.get("/api/projects/everyday/assignments/unfinished/").json()
        assert all(row["state"] == "expired" and row["draft_saved_at"] for row in rows)
        return [row["id"] for row in rows]

    assert listed() == [str(lease.public_id)]
    assert lena.post(f"{own}discard/").status_code == 200
    assert listed() == []
    assert lena.post(f"{own}recover/").status_code == 200
    assert listed() == [str(lease.public_id)]
    assert lena.get(own).json()["draft"]["text"] == "Some"
