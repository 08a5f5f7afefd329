"""Every address below a project, pages and API alike: an outsider finds nothing there.

The addresses come from the URL resolver, so that a page added later is tried without a word here.
"""

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.authtoken.models import Token

PLACEHOLDER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
VALUES = {"slug": "everyday", "int": "1", "uuid": str(uuid.UUID(int=1)), "str": "x", "path": "x"}


def patterns(resolver: Any, before: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        elif isinstance(entry, URLPattern):
            yield route


OWN = "p/<slug:slug>/onboarding/"
"""What members in onboarding open, and nobody else (tests/annotation/test_onboarding_views.py)."""
ROUTES = sorted(route for route in set(patterns(get_resolver())) if "slug>" in route)


def address(route: str) -> str:
    return "/" + PLACEHOLDER.sub(lambda found: VALUES[found["kind"] or "str"], route)


def test_the_routes_are_found():
    assert "p/<slug:slug>/" in ROUTES
    assert "api/projects/<slug:slug>/tasks/claim/" in ROUTES
    assert len(ROUTES) > 40


@pytest.mark.django_db
@pytest.mark.parametrize("route", ROUTES)
def test_an_outsider_finds_nothing(cast, route):
    client = Client()
    client.force_login(cast.otto)
    token = Token.objects.create(user=cast.otto)
    for headers in ({}, {"Authorization": f"Token {token.key}"}):
        for method in (client.get, client.post):
            assert method(address(route), headers=headers).status_code in (403, 404, 405)
    if route.startswith("api/"):
        for method in (client.put, client.patch, client.delete):
            assert method(address(route)).status_code in (403, 404, 405)


@pytest.mark.django_db
@pytest.mark.parametrize("route", ROUTES)
def test_a_stranger_is_asked_to_sign_in(cast, route):
    for method in (Client().get, Client().post):
        response = method(address(route))
        if response.status_code == 302:
            assert response.headers["Location"].startswith("/sign-in")
        else:
            assert response.status_code in (401, 403, 404, 405)


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["invited", "onboarding"])
@pytest.mark.parametrize("route", [route for route in ROUTES if not route.startswith(OWN)])
def test_the_not_yet_active_hold_no_role(cast, route, state):
    for membership in cast.project.memberships.all():
        membership.roles.all().delete()
        for role in ("labeler", "reviewer", "researcher", "admin"):
            membership.roles.create(role=role)
    cast.project.memberships.update(state=state)
    client = Client()
    client.force_login(cast.ada)
    for method in (client.get, client.post):
        assert method(address(route)).status_code in (403, 405)


@pytest.mark.django_db
@pytest.mark.parametrize("route", ROUTES)
def test_the_suspended_find_nothing(cast, route):
    cast.project.memberships.update(state="suspended")
    client = Client()
    client.force_login(cast.lena)
    for method in (client.get, client.post):
        assert method(address(route)).status_code in (403, 404, 405)
