"""Invitations: who is invited, what is stored of a link, and who comes in by it."""

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.serializers import serialize
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from annotation.models import AuditEvent, Invitation, InvitationUse, Mail, Membership, User
from annotation.people import invitations
from annotation.people.invitations import (
    InvitationOverError,
    addresses_read,
    invitation_accept,
    invitation_find,
    invitation_link,
    invitation_register,
    invitation_resend,
    invitation_revoke,
    invitations_mail,
)
from annotation.people.mails import mail_send
from tests.cast import PASSWORD, Cast, member

pytestmark = [pytest.mark.django_db, pytest.mark.service]
FROM: dict[str, Any] = {"origin": "https://plumbline.example.org", "language": "en"}


def link(cast: Cast, **offer: Any) -> tuple[Invitation, str]:
    return invitation_link(actor=cast.ada, project=cast.project, **{"roles": ["labeler"], **offer})


def by_mail(cast: Cast, *emails: str, **offer: Any) -> list[Invitation]:
    return invitations_mail(
        actor=cast.ada,
        project=cast.project,
        emails=emails,
        **{"roles": ["labeler"], **FROM, **offer},
    )


def secret_sent(invitation: Invitation) -> str:
    """Send its last e-mail and return the secret in it."""
    mail_send(mail_id=invitation.mails.latest("pk").pk)
    found = re.search(
        r"https://plumbline.example.org/invitations/(\S+)/", str(mail.outbox[-1].body)
    )
    assert found
    return found[1]


def over(secret: str) -> str:
    with pytest.raises(InvitationOverError) as refused:
        invitation_find(secret=secret)
    return refused.value.messages[0]


def test_a_link_makes_a_member_of_what_it_offers(cast: Cast) -> None:
    made, secret = link(
        cast,
        roles=["reviewer", "labeler"],
        heldout=True,
        languages=["pt-BR"],
        skills=["Law"],
        state="onboarding",
    )
    membership = invitation_accept(secret=secret, user=cast.otto)
    assert (membership.state, membership.heldout) == ("onboarding", True)
    assert (membership.languages, membership.skills) == (["pt"], ["law"])
    assert {row.role for row in membership.roles.all()} == {"labeler", "reviewer"}
    assert InvitationUse.objects.get().user == cast.otto
    verbs = AuditEvent.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["invitation_create", "member_add", "invitation_accept"]
    made.refresh_from_db()
    assert (made.uses, made.standing) == (1, "used")


def test_nothing_that_is_stored_brings_anybody_in(cast: Cast) -> None:
    _, secret = link(cast)
    (mailed,) = by_mail(cast, "nora@example.org")
    sent = secret_sent(mailed)
    rows = [*Invitation.objects.all(), *Mail.objects.all(), *AuditEvent.objects.all()]
    stored = serialize("json", rows)
    for each in (secret, sent):
        assert each not in stored
        assert hashlib.sha256(each.encode()).hexdigest() in stored
        assert len(each) >= 43  # 256 bits


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"uses": 1}, "has been used"),
        ({"revoked_at": timezone.now()}, "taken back"),
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "has expired"),
    ],
)
def test_a_link_that_is_over_says_why(cast: Cast, change: dict[str, Any], words: str) -> None:
    made, secret = link(cast)
    Invitation.objects.filter(pk=made.pk).update(**change)
    assert words in over(secret)
    with pytest.raises(InvitationOverError, match=words):
        invitation_accept(secret=secret, user=cast.otto)
    with pytest.raises(InvitationOverError, match=words):
        invitation_register(secret=secret, username="nora", password=PASSWORD)
    assert not User.objects.filter(username="nora").exists()
    assert not Membership.objects.filter(project=cast.project, user=cast.otto).exists()


@pytest.mark.parametrize("secret", ["", "x", "\0", "é" * 50, "\ud800"])
def test_there_is_no_such_link(cast: Cast, secret: str) -> None:
    link(cast)
    by_mail(cast, "nora@example.org")  # has no hash yet
    assert "no such invitation" in over(secret)


def test_a_link_ends_with_the_standing_of_who_made_it(cast: Cast) -> None:
    member(cast.project, cast.otto, "admin")
    membership = Membership.objects.get(project=cast.project, user=cast.ada)
    _, secret = link(cast)
    membership.roles.all().delete()
    assert "taken back" in over(secret)
    membership.roles.create(role="admin")
    assert invitation_find(secret=secret)
    User.objects.filter(pk=cast.ada.pk).update(is_active=False)
    assert "taken back" in over(secret)


def test_a_link_brings_in_so_many_and_no_more(cast: Cast) -> None:
    _, secret = link(cast, most_uses=2)
    for name in ("nora", "nick"):
        invitation_register(secret=secret, username=name, password=PASSWORD)
    assert "has been used" in over(secret)
    assert cast.project.memberships.count() == 7


@pytest.mark.django_db(transaction=True)
def test_of_many_at_the_same_moment_one_gets_the_last_place(cast: Cast) -> None:
    _, secret = link(cast)
    people = [User.objects.create_user(username=f"person{n}") for n in range(6)]

    def come(person: User) -> bool:
        try:
            invitation_accept(secret=secret, user=person)
        except InvitationOverError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(6) as pool:
        came = list(pool.map(come, people))
    assert came.count(True) == 1
    assert InvitationUse.objects.count() == 1
    assert cast.project.memberships.count() == 6


def test_members_use_nothing_up(cast: Cast) -> None:
    made, secret = link(cast)
    with pytest.raises(ValidationError, match="member of this project already"):
        invitation_accept(secret=secret, user=cast.lena)
    made.refresh_from_db()
    assert made.uses == 0


def test_the_suspended_stay_suspended(cast: Cast) -> None:
    Membership.objects.filter(user=cast.lena).update(state="suspended")
    _, secret = link(cast, roles=["admin"])
    with pytest.raises(ValidationError, match="only an admin"):
        invitation_accept(secret=secret, user=cast.lena)
    lena = Membership.objects.get(user=cast.lena)
    assert (lena.state, [row.role for row in lena.roles.all()]) == ("suspended", ["labeler"])


def test_who_was_entered_as_invited_begins(cast: Cast) -> None:
    Membership.objects.filter(user=cast.hana).update(state="invited")
    _, secret = link(cast, roles=["reviewer"])
    hana = invitation_accept(secret=secret, user=cast.hana)
    assert (hana.state, hana.heldout) == ("active", True)  # held out for good
    assert {row.role for row in hana.roles.all()} == {"labeler", "reviewer"}


def test_a_new_account_has_the_address_that_was_written_to(cast: Cast) -> None:
    (made,) = by_mail(cast, "Nora@Example.org")
    secret = secret_sent(made)
    user, membership = invitation_register(
        secret=secret, username="nora", password=PASSWORD, email="other@example.org"
    )
    assert (user.email, membership.project) == ("Nora@example.org", cast.project)
    assert user.check_password(PASSWORD)


def test_a_bad_account_uses_nothing_up(cast: Cast) -> None:
    made, secret = link(cast)
    for name, password in (("lena", PASSWORD), ("nora", "12345"), ("", PASSWORD)):
        with pytest.raises(ValidationError):
            invitation_register(secret=secret, username=name, password=password)
    made.refresh_from_db()
    assert (made.uses, User.objects.count()) == (0, 7)


def test_the_e_mail_says_who_invites_to_what(cast: Cast) -> None:
    (made,) = by_mail(cast, "nora@example.org", roles=["labeler", "reviewer"])
    secret = secret_sent(made)
    (message,) = mail.outbox
    assert (message.subject, message.to) == ("An invitation to Everyday", ["nora@example.org"])
    assert "Ada invites you to “Everyday”" in message.body
    assert "Labeler, Reviewer" in message.body
    assert invitation_find(secret=secret) == made


def test_a_projects_name_writes_no_header(cast: Cast) -> None:
    cast.project.name = "Every\nBcc: all@example.org"
    cast.project.save()
    (made,) = by_mail(cast, "nora@example.org")
    secret_sent(made)
    assert mail.outbox[0].subject == "An invitation to Every Bcc: all@example.org"
    assert mail.outbox[0].recipients() == ["nora@example.org"]


def test_who_has_an_account_is_invited_like_anybody(cast: Cast) -> None:
    User.objects.filter(pk=cast.lena.pk).update(email="lena@example.org")
    made = by_mail(cast, "lena@example.org", "nobody@example.org")
    assert [(each.standing, each.mails.get().state) for each in made] == [("open", "queued")] * 2


def test_nobody_is_invited_twice(cast: Cast) -> None:
    assert len(by_mail(cast, "nora@example.org", "NORA@example.org", "n@example.org")) == 2
    assert by_mail(cast, "Nora@example.org") == []
    Invitation.objects.update(expires_at=timezone.now())
    assert len(by_mail(cast, "nora@example.org")) == 1


def test_sent_again_the_later_link_holds(cast: Cast) -> None:
    (made,) = by_mail(cast, "nora@example.org")
    first = secret_sent(made)
    with pytest.raises(ValidationError, match="within the last minute"):
        invitation_resend(actor=cast.ada, invitation=made, **FROM)
    Mail.objects.update(created_at=timezone.now() - timedelta(hours=1))
    Invitation.objects.update(expires_at=timezone.now())  # it has expired meanwhile
    invitation_resend(actor=cast.ada, invitation=made, **FROM)
    second = secret_sent(made)
    assert "a later e-mail took its place" in over(first)
    assert invitation_find(secret=second).expires_at > timezone.now() + timedelta(days=13)
    made.refresh_from_db()
    invitation_revoke(actor=cast.ada, invitation=made)
    with pytest.raises(ValidationError, match="that is open"):
        invitation_resend(actor=cast.ada, invitation=made, **FROM)
    with pytest.raises(ValidationError, match="over already"):
        invitation_revoke(actor=cast.ada, invitation=made)


def test_what_was_taken_back_is_not_sent(cast: Cast) -> None:
    (made,) = by_mail(cast, "nora@example.org")
    invitation_revoke(actor=cast.ada, invitation=made)
    row = made.mails.get()
    mail_send(mail_id=row.pk)
    row.refresh_from_db()
    assert (row.state, mail.outbox) == ("dropped", [])


def test_a_day_has_its_most(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invitations, "MOST_A_DAY", 2)
    with pytest.raises(ValidationError, match="Go on tomorrow"):
        by_mail(cast, "a@example.org", "b@example.org", "c@example.org")
    assert not Invitation.objects.exists()
    by_mail(cast, "a@example.org", "b@example.org")
    Mail.objects.update(created_at=timezone.now() - timedelta(days=1))
    by_mail(cast, "c@example.org")


@pytest.mark.parametrize(
    ("pasted", "found"),
    [
        ("a@b.org", ["a@b.org"]),
        ("a@b.org, c@d.org;e@f.org\r\n g@h.org", ["a@b.org", "c@d.org", "e@f.org", "g@h.org"]),
        ("Nora N. <n@b.org>\nOtto <o@b.org>,", ["n@b.org", "o@b.org"]),
        (["a@b.org", "A@B.org"], ["a@b.org"]),
    ],
)
def test_addresses_are_read_as_they_are_pasted(pasted: Any, found: list[str]) -> None:
    assert addresses_read(pasted) == found


@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("", "one address"),
        ("nora", "Not an e-mail address: nora"),
        ("a@b.org, @x, y@", "Not an e-mail address: @x, y@"),
        ("\n".join(f"p{n}@b.org" for n in range(201)), "At most 200"),
    ],
)
def test_bad_addresses_are_named(pasted: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words) as refused:
        addresses_read(pasted)
    assert set(refused.value.message_dict) == {"emails"}


@pytest.mark.parametrize(
    ("offer", "field"),
    [
        ({"roles": []}, "roles"),
        ({"roles": ["king"]}, "roles"),
        ({"days": 0}, "days"),
        ({"days": 91}, "days"),
        ({"state": "suspended"}, "state"),
        ({"languages": ["English"]}, "languages"),
        ({"most_uses": 0}, "most_uses"),
        ({"most_uses": 1_001}, "most_uses"),
    ],
)
def test_a_bad_offer_is_named(cast: Cast, offer: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        link(cast, **offer)
    assert set(refused.value.message_dict) == {field}
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    "change",
    [{"uses": 2}, {"most_uses": 0}, {"state": "suspended"}, {"token_hash": None}],
)
def test_the_database_keeps_a_link_in_order(cast: Cast, change: dict[str, Any]) -> None:
    made, _ = link(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.filter(pk=made.pk).update(**change)
