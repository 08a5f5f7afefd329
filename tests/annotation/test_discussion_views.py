"""The channel's pages, those about tasks, and the setting of e-mails."""

import re

import pytest
from django.test import Client

from annotation.discussion.showing import PER_PAGE
from annotation.models import Digest, Message, ReadMark, User
from tests.annotation.discussion import about, channel_of, own, say
from tests.annotation.review_work import rank
from tests.annotation.work import Enter, claimed, ranking_task
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]
CHANNEL = "/p/everyday/channel/"


def seen(client: Client, path: str = CHANNEL) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_member_writes_and_everybody_reads(cast: Cast, enter: Enter) -> None:
    answer = enter(cast.lena).post(CHANNEL, {"text": "Hello @ada, **look**"})
    message = Message.objects.get()
    assert answer.headers["Location"] == f"{CHANNEL}#message-{message.pk}"
    page = seen(enter(cast.ada))
    assert '<span class="mention">@ada</span>, <strong>look</strong>' in page


def test_the_header_counts_what_is_unread_until_it_is_seen(cast: Cast, enter: Enter) -> None:
    say(channel_of(cast.luis), "One")
    say(channel_of(cast.luis), "Two")
    client = enter(cast.lena)
    assert '<span class="unread">2<' in seen(client, "/p/everyday/work/")
    seen(client)
    assert ReadMark.objects.get().last == Message.objects.latest("pk").pk
    assert "unread" not in seen(client, "/p/everyday/work/")


def test_what_is_refused_stays_in_the_field(cast: Cast, enter: Enter) -> None:
    for _ in range(10):
        say(channel_of(cast.lena), "Again")
    answer = enter(cast.lena).post(CHANNEL, {"text": "Not <lost>"})
    page = answer.content.decode()
    assert "in a minute" in page
    assert "Not &lt;lost&gt;</textarea>" in page


def test_an_answer_says_what_it_answers(cast: Cast, enter: Enter) -> None:
    asked = say(channel_of(cast.luis), "When is the\nmeeting?")
    client = enter(cast.lena)
    page = seen(client, f"{CHANNEL}?answer={asked.pk}")
    assert "Your answer to luis:</span>" in page or "Your answer to luis:" in page
    client.post(CHANNEL, {"text": "At two.", "reply_to": asked.pk})
    assert Message.objects.latest("pk").reply_to == asked
    assert "To luis:" in seen(client)
    refused = client.post(CHANNEL, {"text": "Kept.", "reply_to": asked.pk + 99})
    assert "there no more" in refused.content.decode()
    assert "Kept.</textarea>" in refused.content.decode()


def test_older_ones_are_paged(cast: Cast, enter: Enter) -> None:
    rows = [
        Message(project=cast.project, author=cast.luis, text=f"Number {number}.")
        for number in range(PER_PAGE + 2)
    ]
    Message.objects.bulk_create(rows)
    client = enter(cast.lena)
    page = seen(client)
    assert "Number 51." in page
    assert "Number 1." not in page
    found = re.search(r'href="\?before=(\d+)"', page)
    assert found is not None
    older = seen(client, f"{CHANNEL}?before={found[1]}")
    assert "Number 0." in older
    assert "Number 1." in older
    assert "Number 2." not in older


def test_a_page_that_is_up_to_date_is_sent_nothing(cast: Cast, enter: Enter) -> None:
    say(channel_of(cast.luis), "One")
    client = enter(cast.lena)
    found = re.search(r"version=([\d.-]+)", seen(client))
    assert found is not None
    assert client.get(f"{CHANNEL}?version={found[1]}").status_code == 204
    say(channel_of(cast.luis), "Two")
    assert client.get(f"{CHANNEL}?version={found[1]}").status_code == 200


def test_a_message_is_changed_and_removed(cast: Cast, enter: Enter) -> None:
    message = say(channel_of(cast.lena), "Hello")
    path = f"{CHANNEL}messages/{message.pk}/"
    client = enter(cast.lena)
    assert "Change it" in seen(client, path)
    assert client.post(path, {"text": ""}).status_code == 200
    client.post(path, {"text": "Hello all"})
    assert "Hello all" in seen(client)
    client.post(f"{path}remove/")
    page = seen(client)
    assert "Removed by who wrote it." in page
    assert "Hello all" not in page


def test_an_admin_is_offered_removal_only(cast: Cast, enter: Enter) -> None:
    message = say(channel_of(cast.lena), "Rude")
    path = f"{CHANNEL}messages/{message.pk}/"
    page = seen(enter(cast.ada), path)
    assert "Remove it" in page
    assert "Change it" not in page
    page = seen(enter(cast.luis), path)
    assert "Remove it" not in page
    assert enter(cast.luis).post(f"{path}remove/", follow=True).status_code == 200
    message.refresh_from_db()
    assert message.text == "Rude"


def test_a_labeler_asks_from_the_desk_and_is_told_of_the_answer(cast: Cast, enter: Enter) -> None:
    task = ranking_task(cast.project)
    lease = claimed(cast.lena, cast.project)
    path = f"/p/everyday/work/{lease.public_id}/discussion/"
    say(about(cast.ada, task), "B is the best.")
    client = enter(cast.lena)
    assert path in seen(client, f"/p/everyday/work/{lease.public_id}/")
    assert "when you have handed it in" in seen(client, path)
    client.post(path, {"text": "What is meant?"})
    asked = Message.objects.latest("pk")
    staff = f"/p/everyday/tasks/{task.pk}/discussion/"
    enter(cast.ada).post(staff, {"text": "The river.", "reply_to": asked.pk})
    client = enter(cast.lena)
    assert f'href="{path}#message-' in seen(client)
    page = seen(client, path)
    assert "The river." in page
    assert "B is the best." not in page
    assert "For you" not in seen(client)
    rank(cast.lena, cast.project, [1, 2, 3, 4])
    assert "B is the best." in seen(client, path)
    assert path in seen(client, f"/p/everyday/work/{lease.public_id}/")


def test_labelers_are_offered_reviewers_names_only(cast: Cast, enter: Enter) -> None:
    ranking_task(cast.project, overlap=2)
    rank(cast.luis, cast.project, [1, 2, 3, 4])
    lease = rank(cast.lena, cast.project, [1, 2, 3, 4])
    page = seen(enter(cast.lena), f"/p/everyday/work/{lease.public_id}/discussion/")
    assert 'data-names="ada"' in page
    assert own(lease).whole
    assert 'data-names="hana lena luis rosa"' in seen(enter(cast.ada))


def test_researchers_do_not_come_to_tasks(cast: Cast, enter: Enter) -> None:
    task = ranking_task(cast.project)
    for person in (cast.rosa, cast.lena):
        path = f"/p/everyday/tasks/{task.pk}/discussion/"
        assert enter(person).get(path).status_code == 403


def test_e_mails_are_set_and_a_missing_address_is_told(cast: Cast, enter: Enter) -> None:
    client = enter(cast.lena)
    page = seen(client, f"{CHANNEL}emails/")
    assert "say where e-mails go" in page
    User.objects.filter(pk=cast.lena.pk).update(email="lena@example.org")
    client.post(f"{CHANNEL}emails/", {"every": "at_once"})
    assert Digest.objects.get().every == "at_once"
    page = seen(client, f"{CHANNEL}emails/")
    assert "say where e-mails go" not in page
    assert "E-mails go to members" in seen(enter(cast.sita), f"{CHANNEL}emails/")


def test_queries_do_not_grow_with_messages(
    cast: Cast, enter: Enter, django_assert_max_num_queries: object
) -> None:
    client = enter(cast.lena)
    for _ in range(3):
        say(channel_of(cast.ada), "Hello @luis and @hana")
    seen(client)
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        seen(client)
