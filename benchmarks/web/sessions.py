"""Signed-in browsers, made as signing in makes them, without the second that a password takes."""

from typing import Any

from django.conf import settings
from django.test import Client


def session_make(user: Any, **facts: Any) -> dict[str, str]:
    """The cookies of a browser in which `user` is signed in; `facts` go into the session."""
    client = Client()
    client.force_login(user)
    session = client.session
    session.update(facts)
    session.save()
    return {settings.SESSION_COOKIE_NAME: str(session.session_key)}
