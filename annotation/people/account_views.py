"""A person's own account: e-mail and password, and the way back to a forgotten one.

The password pages are Django's; each try at them counts as a try at signing in does.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from annotation.people.mails import origin_of
from annotation.people.models import User
from annotation.people.passwords import email_change, password_change, password_reset_ask
from annotation.people.throttle import (
    OWN_THROTTLES,
    RESET_THROTTLES,
    WINDOW,
    tries_allowed,
)


class ThrottledPost:
    """Mixed into one of Django's form views: too many tries are told so, and do nothing."""

    throttles: Any = OWN_THROTTLES

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if tries_allowed(self.throttles, request, self):
            answer: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc]
            return answer
        # Unbound: a bound form would try the password after all.
        form: Any = self.get_form_class()(**self.unbound())  # type: ignore[attr-defined]
        context = self.get_context_data(form=form, throttled=True)  # type: ignore[attr-defined]
        said: HttpResponse = self.render_to_response(  # type: ignore[attr-defined]
            context, status=429, headers={"Retry-After": WINDOW}
        )
        return said

    def unbound(self) -> dict[str, Any]:
        return {}


class PasswordResetView(ThrottledPost, auth.PasswordResetView):
    template_name = "annotation/password_reset.html"
    throttles = RESET_THROTTLES

    def form_valid(self, form: Any) -> HttpResponse:
        password_reset_ask(
            email=form.cleaned_data["email"],
            origin=origin_of(self.request),
            language=get_language() or "en",
        )
        return redirect("password-reset-asked")


class PasswordResetAskedView(auth.PasswordResetDoneView):
    template_name = "annotation/password_reset_asked.html"


class PasswordResetConfirmView(auth.PasswordResetConfirmView):
    template_name = "annotation/password_reset_confirm.html"
    success_url = reverse_lazy("sign-in")

    def form_valid(self, form: Any) -> HttpResponse:
        assert isinstance(self.user, User)  # the link was good
        password_change(form=form, user=self.user, verb="password_reset")
        del self.request.session[auth.INTERNAL_RESET_SESSION_TOKEN]
        messages.success(self.request, _("Your new password is set. Sign in with it."))
        return redirect("sign-in")


class PasswordChangeView(ThrottledPost, auth.PasswordChangeView):
    template_name = "annotation/password_change.html"

    def unbound(self) -> dict[str, Any]:
        return {"user": self.request.user}

    def form_valid(self, form: Any) -> HttpResponse:
        assert isinstance(form.user, User)
        password_change(form=form, user=form.user, verb="password_change")
        update_session_auth_hash(self.request, form.user)  # this session goes on
        messages.success(self.request, _("Your new password is set."))
        return redirect("account")


class EmailForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=gettext_lazy("A link for a new password goes here when you forget yours."),
    )
    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data, initial={"email": user.email})
        self.user = user

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if not self.user.check_password(password):
            raise ValidationError(_("That is not your password."))
        return password


@sensitive_post_parameters("password")
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Who one is here, and where mail goes."""
    assert isinstance(request.user, User)
    throttled = request.method == "POST" and not tries_allowed(OWN_THROTTLES, request)
    form = EmailForm(request.user, None if throttled else request.POST or None)
    if form.is_valid():
        try:
            email_change(user=request.user, email=form.cleaned_data["email"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("account")
    context = {"form": form, "throttled": throttled}
    return render(request, "annotation/account.html", context, status=429 if throttled else 200)
