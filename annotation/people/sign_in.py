"""The sign-in page."""

from typing import Any

from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse

from annotation.people.throttle import WINDOW, sign_in_allowed


class SignInView(LoginView):
    template_name = "annotation/sign_in.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if sign_in_allowed(request, self):
            return super().post(request, *args, **kwargs)
        # Unbound: a bound form would try the password after all.
        form = self.get_form_class()(request, initial={"username": request.POST.get("username")})
        context = self.get_context_data(form=form, throttled=True)
        return self.render_to_response(context, status=429, headers={"Retry-After": WINDOW})
