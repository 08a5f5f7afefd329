"""The site admin's pages: all accounts, all projects with their sizes, and who changed what."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.models import User
from annotation.people.access import site_view
from annotation.people.accounts import CHANGEABLE, account_update, accounts_found
from annotation.people.event_views import events_context
from annotation.people.project_views import form_errors_take
from annotation.people.projects import user_create
from annotation.site import project_sizes, site_size

PER_PAGE = 50


class AccountsForm(forms.Form):
    """What a site admin looks for; what is left empty narrows nothing."""

    words = forms.CharField(label=gettext_lazy("Name or address"), required=False, max_length=150)
    standing = forms.ChoiceField(
        label=gettext_lazy("Standing"),
        required=False,
        choices=[
            ("", gettext_lazy("Any")),
            ("admin", gettext_lazy("Site admins")),
            ("suspended", gettext_lazy("Suspended")),
        ],
    )

    @property
    def narrows(self) -> bool:
        return any(self.data.get(name) for name in self.fields)


class AccountForm(forms.Form):
    first_name = forms.CharField(label=gettext_lazy("First name"), required=False, max_length=150)
    last_name = forms.CharField(label=gettext_lazy("Last name"), required=False, max_length=150)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False, max_length=254)
    is_active = forms.BooleanField(
        label=gettext_lazy("May sign in"),
        required=False,
        help_text=gettext_lazy(
            "Without it the account is suspended: signed out everywhere, its token revoked. What "
            "the person said stays."
        ),
    )
    is_superuser = forms.BooleanField(
        label=gettext_lazy("Site admin"),
        required=False,
        help_text=gettext_lazy("Enters every project with every role, and these pages."),
    )


class AccountNewForm(forms.Form):
    username = forms.CharField(
        label=gettext_lazy("Username"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False, max_length=254)
    password = forms.CharField(
        label=gettext_lazy("First password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


@site_view
def site_people(request: HttpRequest, _admin: User) -> HttpResponse:
    form = AccountsForm(request.GET)
    found = accounts_found(**form.cleaned_data) if form.is_valid() else accounts_found()
    rows = found.prefetch_related("memberships__project")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "annotation/site_people.html", {"form": form, "page": page})


@site_view
def site_person_new(request: HttpRequest, admin: User) -> HttpResponse:
    form = AccountNewForm(request.POST or None)
    if form.is_valid():
        try:
            made = user_create(actor=admin, **form.cleaned_data)
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            messages.success(request, _("%(user)s has an account now.") % {"user": made})
            return redirect("site-person", made.pk)
    return render(request, "annotation/site_person.html", {"form": form, "person": None})


@site_view
def site_person(request: HttpRequest, admin: User, user_id: int) -> HttpResponse:
    person = get_object_or_404(User, pk=user_id)
    initial = {name: getattr(person, name) for name in CHANGEABLE}
    form = AccountForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            account_update(actor=admin, user=person, **form.cleaned_data)
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            messages.success(request, _("%(user)s: saved.") % {"user": person})
            return redirect("site-people")
    memberships = person.memberships.select_related("project").prefetch_related("roles")
    context: dict[str, Any] = {"form": form, "person": person, "memberships": memberships}
    return render(request, "annotation/site_person.html", context)


@site_view
def site_projects(request: HttpRequest, _admin: User) -> HttpResponse:
    context = {"sizes": project_sizes(), "site": site_size()}
    return render(request, "annotation/site_projects.html", context)


@site_view
def site_history(request: HttpRequest, _admin: User) -> HttpResponse:
    return render(request, "annotation/history.html", events_context(request, None))
