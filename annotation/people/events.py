"""The audit as people read it: who did what, on what, and what it was before."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.people.forms import MemberForm, ProjectEditForm
from annotation.people.models import AuditEvent, Project, User

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

WORDS: "dict[str, str | _StrPromise]" = {
    "project_create": gettext_lazy("made the project"),
    "project_copy": gettext_lazy("made the project after another"),
    "project_update": gettext_lazy("changed the settings"),
    "member_add": gettext_lazy("added a member"),
    "member_update": gettext_lazy("changed a member"),
    "member_prefer": gettext_lazy("changed their own settings"),
    "user_create": gettext_lazy("made an account"),
    "invitation_create": gettext_lazy("invited"),
    "invitation_resend": gettext_lazy("invited once more"),
    "invitation_revoke": gettext_lazy("took back an invitation"),
    "invitation_accept": gettext_lazy("came by an invitation"),
    "user_update": gettext_lazy("changed an account"),
    "email_change": gettext_lazy("changed their e-mail address"),
    "password_change": gettext_lazy("changed their password"),
    "password_reset": gettext_lazy("set a new password by a link"),
}
PRIVATE = frozenset({"declined"})
"""What an event keeps and nobody is shown: how much a labeler declined is between them and us."""
MOST_SHOWN = 200


def events_name(words: "dict[str, str | _StrPromise]") -> None:
    """Say what verbs mean that apps above write; one without words shows as it is stored."""
    WORDS.update(words)


def verb_named(verb: str) -> str:
    return str(WORDS.get(verb, verb.replace("_", " ")))


@dataclass(frozen=True)
class Detail:
    """One thing an event says: what it became, or is; `before` is None where nothing changed."""

    name: str
    after: str
    before: str | None = None


def events_found(
    *,
    project: Project | None = None,
    actor: str = "",
    verb: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[AuditEvent]:
    """The latest first; of one project, or of the whole site."""
    wanted: dict[str, Any] = {
        "project": project,
        "actor__username": actor,
        "verb": verb,
        "created_at__gte": since,
        "created_at__lt": until,
    }
    narrowed = {name: value for name, value in wanted.items() if value not in (None, "")}
    return AuditEvent.objects.filter(**narrowed).select_related("actor", "project").order_by("-pk")


def verbs_within(events: QuerySet[AuditEvent]) -> list[str]:
    return list(events.order_by("verb").values_list("verb", flat=True).distinct())


def actors_within(events: QuerySet[AuditEvent]) -> list[str]:
    people = User.objects.filter(pk__in=events.order_by().values("actor"))
    return list(people.order_by("username").values_list("username", flat=True))


def data_told(event: AuditEvent) -> dict[str, Any]:
    """What the event keeps, without what is nobody's business."""
    return {name: value for name, value in event.data.items() if name not in PRIVATE}


def details_of(event: AuditEvent) -> list[Detail]:
    """The event's data in words; the names of changed fields stand in the changes themselves.

    By name: databases keep the order of keys or make one of their own.
    """
    data = data_told(event)
    changes = data.pop("changes", {})
    if changes:
        data.pop("fields", None)
    said = [Detail(named(name), shown(name, value)) for name, value in sorted(data.items())]
    changed = [
        Detail(named(name), shown(name, after), shown(name, before))
        for name, (before, after) in sorted(changes.items())
    ]
    return changed + said


def field_of(name: str) -> forms.Field | None:
    """The field by which an admin changes it."""
    for form in (ProjectEditForm, MemberForm):
        if name in form.base_fields:
            return form.base_fields[name]
    return None


def named(name: str) -> str:
    """A field as its form calls it."""
    if name == "instructions":  # its field is headed so, and labelled by what it takes
        return _("Instructions")
    field = field_of(name)
    return str(field.label) if field and field.label else name.replace("_", " ")


def shown(name: str, value: Any) -> str:
    """A value in a line: choices in words, lists with commas, texts cut."""
    choices = dict(getattr(field_of(name), "choices", ()))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in (None, "", [], {}):
        return "–"
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        value = ", ".join(str(choices.get(each, each)) for each in value)
    elif isinstance(value, str):
        value = str(choices.get(value, value))
    elif not isinstance(value, int | float):
        value = json.dumps(value, ensure_ascii=False)
    text = " ".join(str(value).split())
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
