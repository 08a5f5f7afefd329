"""/api/projects/<slug>/channel/, messages/, unread/, digest/, and what is said about tasks."""

import pytest

from annotation.review.rules import rules_update
from tests.annotation.discussion import about, channel_of, own, say
from tests.annotation.review_work import rank
from tests.annotation.work import claimed, ranking_task

pytestmark = [pytest.mark.django_db, pytest.mark.service]
HERE = "/api/projects/everyday/"


def test_members_talk_in_the_channel(cast, as_):
    said = as_(cast.lena).post(f"{HERE}channel/", {"text": "Hello @ada"}, format="json")
    assert said.status_code == 201
    number = said.json()["id"]
    answer = {"text": "Hello", "reply_to": number}
    assert as_(cast.ada).post(f"{HERE}channel/", answer, format="json").status_code == 201
    rows = as_(cast.rosa).get(f"{HERE}channel/").json()["results"]
    assert [(row["author"], row["text"], row["staff"]) for row in rows] == [
        ("ada", "Hello", True),
        ("lena", "Hello @ada", False),
    ]
    assert rows[1]["mentions"] == ["ada"]
    assert rows[0]["reply_to"] == number
    for wrong in ({"text": ""}, {"text": "a", "loud": True}, {"text": "a", "reply_to": 0}):
        refused = as_(cast.lena).post(f"{HERE}channel/", wrong, format="json")
        assert refused.status_code == 400


def test_a_message_is_changed_removed_and_read(cast, as_):
    message = say(channel_of(cast.lena), "Hello @ada")
    path = f"{HERE}messages/{message.pk}/"
    assert (
        as_(cast.lena).patch(path, {"text": "Hi @ada"}, format="json").json()["text"] == "Hi @ada"
    )
    assert as_(cast.ada).patch(path, {"text": "Bye"}, format="json").status_code == 400
    assert as_(cast.ada).get(f"{HERE}unread/").json() == {
        "channel": 1,
        "mentions": 1,
        "about_tasks": 0,
    }
    assert as_(cast.ada).post(f"{path}read/").status_code == 204
    assert as_(cast.ada).get(f"{HERE}unread/").json()["channel"] == 0
    assert as_(cast.luis).delete(path).status_code == 400
    assert as_(cast.ada).delete(path).status_code == 204
    said = as_(cast.lena).get(path).json()
    assert (said["removed"], said["text"], said["mentions"]) == (True, "", [])


def test_a_labeler_at_work_reads_answers_alone(cast, as_):
    task = ranking_task(cast.project)
    lease = claimed(cast.lena, cast.project)
    labeler, staff = (
        f"{HERE}assignments/{lease.public_id}/discussion/",
        f"{HERE}tasks/{task.pk}/discussion/",
    )
    hidden = say(about(cast.ada, task), "B is the best.")
    asked = as_(cast.lena).post(labeler, {"text": "What is meant?"}, format="json").json()["id"]
    as_(cast.ada).post(staff, {"text": "The river.", "reply_to": asked}, format="json")
    rows = as_(cast.lena).get(labeler).json()["results"]
    assert [row["text"] for row in rows] == ["The river.", "What is meant?"]
    assert as_(cast.lena).get(f"{HERE}messages/{hidden.pk}/").status_code == 404
    assert as_(cast.lena).post(f"{HERE}messages/{hidden.pk}/read/").status_code == 404
    assert as_(cast.luis).get(labeler).status_code == 404
    for refused in (cast.lena, cast.rosa):
        assert as_(refused).get(staff).status_code == 403
    rank(cast.lena, cast.project, [1, 2, 3, 4])
    assert len(as_(cast.lena).get(labeler).json()["results"]) == 3


def test_labelers_are_not_named_where_reviewers_are_not_to_know(cast, as_):
    task = ranking_task(cast.project)
    asked = say(own(claimed(cast.lena, cast.project)), "Why?")
    say(about(cast.ada, task), "So.", asked)
    rules_update(actor=cast.ada, project=cast.project, names_hidden=True)
    said = as_(cast.ada).get(f"{HERE}tasks/{task.pk}/discussion/")
    assert "lena" not in said.content.decode()
    assert [row["author"] for row in said.json()["results"]] == ["ada", "A labeler"]


def test_e_mails_are_set(cast, as_):
    client = as_(cast.lena)
    assert client.get(f"{HERE}digest/").json() == {"every": "daily"}
    assert client.patch(f"{HERE}digest/", {"every": "off"}, format="json").status_code == 200
    assert client.get(f"{HERE}digest/").json() == {"every": "off"}
    assert client.patch(f"{HERE}digest/", {"every": "often"}, format="json").status_code == 400
    assert as_(cast.sita).get(f"{HERE}digest/").status_code == 403
