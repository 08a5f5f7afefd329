"""In which language the site speaks to somebody: as the user chose; else as chosen in this browser
(a cookie, so that the sign-in page has it too); else as the browser asks."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import redirect
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme

from annotation.people.models import User


class LanguageMiddleware(LocaleMiddleware):
    """Stands after AuthenticationMiddleware, since the user's own choice comes first."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        language = getattr(request.user, "language", "")
        if language_known(language):
            translation.activate(language)
            request.LANGUAGE_CODE = language


def language_known(language: str) -> bool:
    return language in dict(settings.LANGUAGES)


def user_language_set(*, user: User, language: str) -> None:
    """Keep `user`'s choice; "" is none."""
    User.objects.filter(pk=user.pk).update(language=language)


def language_choose(request: HttpRequest) -> HttpResponseBase:
    """Posted to by the buttons on the sign-in page and in the user menu."""
    language = request.POST.get("language", "")
    if request.method == "POST" and language and not language_known(language):
        known = ", ".join(dict(settings.LANGUAGES))
        return HttpResponse(
            f"There is no language {language!r}; choose one of: {known}.",
            content_type="text/plain",
            status=400,
        )
    response = redirect(page_before(request))
    if request.method == "POST":
        if isinstance(request.user, User):
            user_language_set(user=request.user, language=language)
        cookie_set(response, language)
    return response


def page_before(request: HttpRequest) -> str:
    """As the browser tells: a page that is compressed must hold nothing of its own address."""
    address = request.headers.get("Referer", "")
    hosts = {request.get_host()}
    secure = request.is_secure()
    if url_has_allowed_host_and_scheme(address, allowed_hosts=hosts, require_https=secure):
        return address
    return "home"


def cookie_set(response: HttpResponseBase, language: str) -> None:
    if not language:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
        return
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
