"""An admin's page about prompts from outside: the notice, and the keys."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.people.access import Access, action_view, project_view
from annotation.people.models import MembershipRole
from annotation.people.project_views import form_errors_take
from annotation.pool.intake import key_create, key_revoke, notice_of, notice_publish
from annotation.pool.models import IntakeKey
from annotation.texts import newlines_plain

ADMIN = MembershipRole.Role.ADMIN


class NoticeForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Notice"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy(
            "What those who send prompts are told: that people read them and models learn from "
            "them. A change is a new version, to be accepted anew."
        ),
    )

    def clean_text(self) -> str:
        return newlines_plain(self.cleaned_data["text"])


class KeyForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    contributor = forms.ChoiceField(
        label=gettext_lazy("Contributor"),
        choices=IntakeKey.Contributor.choices,
        help_text=gettext_lazy("By whom prompts are capped and split."),
    )
    daily_cap = forms.IntegerField(
        label=gettext_lazy("Most a day"), min_value=1, max_value=1_000_000, initial=1_000
    )


def page(
    request: HttpRequest,
    access: Access,
    *,
    notice_form: NoticeForm | None = None,
    key_form: KeyForm | None = None,
    secret: str = "",
) -> HttpResponse:
    notice = notice_of(access.project)
    text = notice.text if notice else ""
    context = {
        "notice": notice,
        "notice_form": notice_form or NoticeForm(initial={"text": text}),
        "key_form": key_form or KeyForm(),
        "keys": access.project.intake_keys.order_by("revoked_at", "pk"),
        "secret": secret,
        "address": request.build_absolute_uri("/api/intake/"),
    }
    return render(request, "annotation/pool_intake.html", context)


@project_view(ADMIN)
def intake(request: HttpRequest, access: Access) -> HttpResponse:
    """The notice and the keys. A POST makes a key, whose secret this answer alone holds."""
    if request.method != "POST":
        return page(request, access)
    form = KeyForm(request.POST)
    if form.is_valid():
        try:
            _key, secret = key_create(
                actor=access.user, project=access.project, **form.cleaned_data
            )
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            return page(request, access, secret=secret)
    return page(request, access, key_form=form)


@action_view(ADMIN, page="prompt-intake")
def intake_notice(request: HttpRequest, access: Access) -> HttpResponse:
    form = NoticeForm(request.POST)
    if form.is_valid():
        try:
            notice_publish(
                actor=access.user, project=access.project, text=form.cleaned_data["text"]
            )
        except ValidationError as error:
            form_errors_take(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("prompt-intake", access.project.slug)
    return page(request, access, notice_form=form)


@action_view(ADMIN, page="prompt-intake")
def intake_revoke(request: HttpRequest, access: Access) -> HttpResponse:
    said = request.POST.get("key", "")
    number = int(said) if said.isdecimal() and len(said) < 19 else 0
    key = get_object_or_404(access.project.intake_keys, pk=number)
    key_revoke(actor=access.user, key=key)
    messages.success(request, _("The key is revoked."))
    return redirect("prompt-intake", access.project.slug)
