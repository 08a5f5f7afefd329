"""Who is signed in: what each request asks first, by queries compiled once.

`SessionStore` is Django's of the database (SESSION_ENGINE names this module), and `Backend` its
backend for passwords (AUTHENTICATION_BACKENDS); only the way they read differs.
"""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import CharField, DateTimeField
from django.utils import timezone

from annotation.people.models import User
from annotation.prepared import Param, Prepared

SESSIONS = Prepared(
    lambda: Session.objects.filter(
        session_key=Param("key", CharField()), expire_date__gt=Param("now", DateTimeField())
    )
)
USERS = Prepared(lambda: User.objects.filter(pk=Param("pk")))


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        key = self.session_key or ""
        # A cookie holds whatever somebody wrote into it, and PostgreSQL takes no NUL.
        session = SESSIONS.first(key=key, now=timezone.now()) if key.isalnum() else None
        if session is None:
            self._session_key = None
        return session


class Backend(ModelBackend):
    def get_user(self, user_id: Any) -> User | None:
        user = USERS.first(pk=user_id)
        return user if user and self.user_can_authenticate(user) else None
