from pathlib import Path
from typing import Any

import pytest
from celery import current_app

from tests.cast import Cast
from tests.training.by_hand import base_make, demonstrations_make, prompts_make


@pytest.fixture(autouse=True)
def messages_sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """Messages stay here: no broker is needed, and none of a running demo's gets any."""
    sent: list[tuple[str, dict[str, Any]]] = []

    def keep(name: str, kwargs: dict[str, Any], **_: Any) -> None:
        sent.append((name, kwargs))

    monkeypatch.setattr(current_app, "send_task", keep)
    return sent


@pytest.fixture
def ready(cast: Cast, storage_in_tmp: Path) -> Cast:
    """A project that may start a round: a base, 24 prompts, five demonstrations."""
    base_make(storage_in_tmp)
    demonstrations_make(prompts_make(cast.project)[:5])
    return cast
