"""Prompts from outside: a site sends what its users ask, with a key of the project.

A prompt is taken only from who was shown the project's notice as it is now, and is asked of nobody
before it was scanned. A key is kept as its hash, and a contributor as a hash of the project's own,
so that neither can be read out of the database.
"""

import hashlib
import hmac
import secrets
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, F, Max, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from annotation.people.models import Project, User
from annotation.people.projects import audit
from annotation.people.secrets import secret_hash
from annotation.pool.models import IntakeKey, IntakeNotice
from annotation.prompts.marks import marks_read
from annotation.prompts.models import Prompt, UseCase
from annotation.prompts.prompts import prompt_create
from annotation.texts import text_validate

PREFIX = "pl_in_"
Contributor = IntakeKey.Contributor


class DailyCapError(ValidationError):
    """The key has sent as many prompts today as it may."""


def notice_of(project: Project) -> IntakeNotice | None:
    """The notice as it is now; without one nothing is taken."""
    return project.intake_notices.order_by("version").last()


def notice_publish(*, actor: User | None, project: Project, text: str) -> IntakeNotice:
    """Make a text the project's notice. The same one again is no new version."""
    text_validate(text, what=_("The notice"), limit=10_000)
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        present = notice_of(project)
        if present is not None and present.text == text:
            return present
        version = (project.intake_notices.aggregate(v=Max("version"))["v"] or 0) + 1
        notice = IntakeNotice.objects.create(
            project=project, version=version, text=text, created_by=actor
        )
        audit(
            project=project,
            actor=actor,
            verb="intake_notice",
            target=project.slug,
            version=version,
        )
    return notice


def key_create(
    *,
    actor: User | None,
    project: Project,
    name: str,
    contributor: str = Contributor.USER,
    daily_cap: int = 1_000,
) -> tuple[IntakeKey, str]:
    """Make a key. Returns it with the secret, which is told this once.

    Raises ValidationError by field; a project without a notice gives out none.
    """
    if notice_of(project) is None:
        raise ValidationError(_("Write the notice first: what those who send prompts are told."))
    secret = PREFIX + secrets.token_urlsafe(32)
    key = IntakeKey(
        project=project,
        name=name.strip(),
        hash=secret_hash(secret),
        beginning=secret[:12],
        contributor=contributor,
        daily_cap=daily_cap,
        created_by=actor,
    )
    said = {"name", "contributor", "daily_cap"}
    key.clean_fields(exclude={field.name for field in key._meta.fields} - said)
    with transaction.atomic():
        key.save()
        audit(project=project, actor=actor, verb="intake_key_create", target=key.name, key=key.pk)
    return key, secret


def key_revoke(*, actor: User | None, key: IntakeKey) -> None:
    """End a key. What it sent stays."""
    with transaction.atomic():
        rows = IntakeKey.objects.filter(pk=key.pk, revoked_at=None)
        if rows.update(revoked_at=timezone.now()):
            audit(
                project=key.project,
                actor=actor,
                verb="intake_key_revoke",
                target=key.name,
                key=key.pk,
            )


def key_find(secret: str) -> IntakeKey | None:
    """The key with this secret, unless it was revoked."""
    if not secret.startswith(PREFIX):
        return None
    keys = IntakeKey.objects.select_related("project")
    return keys.filter(hash=secret_hash(secret), revoked_at=None).first()


def prompt_take(
    *,
    key: IntakeKey,
    messages: Any,
    notice_version: int,
    contributor: str = "",
    use_case: str = UseCase.OTHER,
    language: str = "",
) -> Prompt:
    """Store a prompt from outside, not to be asked before it is scanned.

    The same text again counts, and adds nothing. Raises ValidationError, DailyCapError.
    """
    notice = notice_of(key.project)
    if notice is None or notice_version != notice.version:
        raise ValidationError(
            {"notice_version": _("Accept the notice as it is now; GET tells it and its version.")}
        )
    if key.contributor != Contributor.KEY and not contributor.strip():
        raise ValidationError({"contributor": _("Say whose prompt it is.")})
    text_validate(contributor, what=_("The contributor"), limit=400, blank=True)
    whose = contributor if key.contributor != Contributor.KEY else f"key:{key.pk}"
    with transaction.atomic():
        place_take(key)
        prompt, new = prompt_create(
            project=key.project,
            messages=messages,
            use_case=use_case,
            source=Prompt.Source.CUSTOMER,
            contributor=contributor_hash(key.project, whose),
            marks=marks_read(language=language),
        )
        if new:
            prompt.state = Prompt.State.UNREVIEWED
            prompt.notice_version = notice.version
            prompt.consent = f"Intake key {key.beginning}…, notice {notice.version}"
            prompt.save(update_fields=["state", "notice_version", "consent"])
    return prompt


def place_take(key: IntakeKey) -> None:
    """Count one more prompt of today, in the site's time zone. Raises DailyCapError."""
    today = timezone.localdate()
    room = ~Q(taken_on=today) | Q(taken_on=None) | Q(taken__lt=F("daily_cap"))
    counted = IntakeKey.objects.filter(room, pk=key.pk, revoked_at=None).update(
        taken=Case(When(taken_on=today, then=F("taken") + 1), default=Value(1)),
        taken_on=today,
        last_used_at=timezone.now(),
    )
    if not counted:
        raise DailyCapError(_("This key has sent as many prompts today as it may."))


def contributor_hash(project: Project, name: str) -> str:
    """Who it was, told apart within the project and by nobody named."""
    said = f"{project.pk}:{name.strip()}".encode(errors="replace")
    return "in:" + hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).hexdigest()[:32]
