"""What the tests of annotation share."""

from collections.abc import Callable

import pytest
from django.test import Client

from annotation.exchange.tasks import import_batch_task
from annotation.models import User


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Ids of batches for which a worker was called; no broker is touched."""
    ids: list[int] = []
    monkeypatch.setattr(import_batch_task, "delay", lambda *, batch_id: ids.append(batch_id))
    return ids


@pytest.fixture
def enter(client: Client) -> Callable[[User], Client]:
    """Sign somebody in."""

    def enter(user: User) -> Client:
        client.force_login(user)
        return client

    return enter
