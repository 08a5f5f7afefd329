"""Clients of the API, one for each of the cast, with tokens."""

from collections.abc import Callable

import pytest
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from annotation.models import User

Client = Callable[[User], APIClient]


@pytest.fixture
def as_() -> Client:
    def client(person: User) -> APIClient:
        made = APIClient()
        token, _ = Token.objects.get_or_create(user=person)
        made.credentials(HTTP_AUTHORIZATION=f"Token {token.key}")
        return made

    return client
