"""Requests that htmx sends, and answers that it follows."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails


def by_htmx(request: HttpRequest) -> bool:
    """Whether a script of the page asks, which puts the answer into the page as it stands."""
    details: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # django-htmx's middleware
    return bool(details)


def go_to(request: HttpRequest, url: str) -> HttpResponseBase:
    """A redirect of the whole page, whoever asks."""
    return HttpResponseClientRedirect(url) if by_htmx(request) else redirect(url)
