"""Prompts from outside: the notice, the keys, and what a key may send."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from annotation.feedback.asking import prompts_undemonstrated
from annotation.models import AuditEvent, IntakeKey, Prompt
from annotation.pool.intake import (
    DailyCapError,
    key_create,
    key_find,
    key_revoke,
    notice_of,
    notice_publish,
    prompt_take,
)
from tests.annotation.pool import fresh, scanned
from tests.annotation.work import Enter
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]
HERE = "/p/everyday/prompts/intake/"


def said(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


@pytest.fixture
def key(cast: Cast) -> IntakeKey:
    notice_publish(actor=cast.ada, project=cast.project, text="People read this.")
    return key_create(actor=cast.ada, project=cast.project, name="Playground", daily_cap=3)[0]


def test_a_changed_notice_is_a_new_version(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="Write the notice first"):
        key_create(actor=cast.ada, project=cast.project, name="Playground")
    for text, version in (("One.", 1), ("One.", 1), ("Two.", 2)):
        notice = notice_publish(actor=cast.ada, project=cast.project, text=text)
        assert (notice.version, notice_of(cast.project)) == (version, notice)
    with pytest.raises(ValidationError, match="empty"):
        notice_publish(actor=cast.ada, project=cast.project, text=" ")


def test_a_key_is_known_by_its_hash_until_it_is_revoked(cast: Cast) -> None:
    notice_publish(actor=cast.ada, project=cast.project, text="People read this.")
    key, secret = key_create(actor=cast.ada, project=cast.project, name="Playground")
    assert key_find(secret) == key
    assert secret not in str(vars(key))
    for wrong in ("", "pl_in_", secret[:-1], key.hash, "\udcff"):
        assert key_find(wrong) is None
    key_revoke(actor=cast.ada, key=key)
    key_revoke(actor=cast.ada, key=key)
    assert key_find(secret) is None
    assert AuditEvent.objects.filter(verb="intake_key_revoke").count() == 1


def test_a_prompt_waits_for_its_scan(cast: Cast, key: IntakeKey) -> None:
    clean = prompt_take(key=key, messages=said("Name a lake."), notice_version=1, contributor="u1")
    private = prompt_take(
        key=key, messages=said("I am a@mail.org."), notice_version=1, contributor="u1"
    )
    assert (clean.source, clean.state, clean.notice_version) == ("customer", "unreviewed", 1)
    assert clean.contributor == private.contributor
    assert clean.split == private.split
    assert "u1" not in clean.contributor
    assert not prompts_undemonstrated(cast.project).exists()
    scanned(cast.project)
    assert (fresh(clean).state, fresh(private).state) == ("active", "unreviewed")


def test_what_is_there_already_stays_as_it_is(cast: Cast, key: IntakeKey) -> None:
    first = prompt_take(key=key, messages=said("Name a lake."), notice_version=1, contributor="u1")
    Prompt.objects.update(state="active")
    again = prompt_take(key=key, messages=said("Name a lake."), notice_version=1, contributor="u2")
    assert (again.pk, fresh(first).state) == (first.pk, "active")


def test_only_who_accepts_the_present_notice_and_says_who_it_is(cast: Cast, key: IntakeKey) -> None:
    notice_publish(actor=cast.ada, project=cast.project, text="Another.")
    with pytest.raises(ValidationError, match="as it is now"):
        prompt_take(key=key, messages=said("A."), notice_version=1, contributor="u")
    with pytest.raises(ValidationError, match="whose prompt"):
        prompt_take(key=key, messages=said("A."), notice_version=2)
    with pytest.raises(ValidationError, match="at least one message"):
        prompt_take(key=key, messages=[], notice_version=2, contributor="u")
    key.refresh_from_db()
    assert key.taken == 0  # what is refused takes no place


def test_a_days_most_is_kept_and_begins_anew(cast: Cast, key: IntakeKey) -> None:
    for number in range(3):
        prompt_take(key=key, messages=said(f"{number}?"), notice_version=1, contributor="u")
    with pytest.raises(DailyCapError):
        prompt_take(key=key, messages=said("More?"), notice_version=1, contributor="u")
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    IntakeKey.objects.update(taken_on=yesterday)
    prompt_take(key=key, messages=said("More?"), notice_version=1, contributor="u")
    key.refresh_from_db()
    assert (key.taken, key.taken_on) == (1, timezone.localdate())


def test_the_page_tells_a_key_once(cast: Cast, enter: Enter) -> None:
    client = enter(cast.ada)
    assert "Make a key" not in client.get(HERE).content.decode()
    client.post(f"{HERE}notice/", {"text": "People read this."})
    made = client.post(HERE, {"name": "Web", "contributor": "organisation", "daily_cap": 5})
    key = IntakeKey.objects.get()
    secret = made.content.decode().partition("pl_in_")[2].partition("<")[0]
    assert key_find(f"pl_in_{secret}") == key
    page = client.get(HERE).content.decode()
    assert secret not in page
    assert key.beginning in page
    client.post(f"{HERE}revoke/", {"key": key.pk})
    assert "Revoked" in client.get(HERE).content.decode()
    refused = client.post(HERE, {"name": "", "contributor": "x", "daily_cap": 0})
    assert refused.content.decode().count("errorlist") == 3
    assert enter(cast.rosa).get(HERE).status_code == 403
