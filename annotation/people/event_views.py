"""The page that tells an admin who changed what."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.people.access import Access, project_view
from annotation.people.events import (
    actors_within,
    details_of,
    events_found,
    verb_named,
    verbs_within,
)
from annotation.people.models import AuditEvent, MembershipRole, Project

PER_PAGE = 50


class EventsForm(forms.Form):
    """What an admin looks for; what is left empty, or cannot be read, narrows nothing."""

    actor = forms.ChoiceField(label=gettext_lazy("Who"), required=False)
    verb = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, project: Project | None, said: Any) -> None:
        super().__init__(said)
        self.project = project
        every = events_found(project=project)
        anybody, anything = ("", _("Anybody")), ("", _("Anything"))
        choices: dict[str, list[tuple[str, str]]] = {
            "actor": [anybody, *((name, name) for name in actors_within(every))],
            "verb": [anything, *((verb, verb_named(verb)) for verb in verbs_within(every))],
        }
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = offered

    def found(self) -> QuerySet[AuditEvent]:
        self.is_valid()
        said = self.cleaned_data
        return events_found(
            project=self.project,
            actor=said.get("actor", ""),
            verb=said.get("verb", ""),
            since=midnight(said.get("since")),
            until=midnight(said.get("until"), days=1),
        )

    @property
    def narrows(self) -> bool:
        return any(self.data.get(name) for name in self.fields)


def midnight(day: date | None, *, days: int = 0) -> datetime | None:
    """When a day begins in the site's time zone, or so many days later."""
    if day is None:
        return None
    try:
        return timezone.make_aware(datetime.combine(day + timedelta(days=days), time.min))
    except (OverflowError, ValueError):  # the last day there is, or one that no zone can tell
        return None


def events_context(request: HttpRequest, project: Project | None) -> dict[str, Any]:
    form = EventsForm(project, request.GET)
    page = Paginator(form.found(), PER_PAGE).get_page(request.GET.get("page"))
    items = [
        {"event": event, "words": verb_named(event.verb), "details": details_of(event)}
        for event in page.object_list
    ]
    return {"form": form, "page": page, "items": items, "project": project}


@project_view(MembershipRole.Role.ADMIN)
def history(request: HttpRequest, access: Access) -> HttpResponse:
    return render(request, "annotation/history.html", events_context(request, access.project))
