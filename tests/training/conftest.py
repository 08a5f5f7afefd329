from typing import Any

import pytest
from celery import current_app


@pytest.fixture(autouse=True)
def messages_sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """Messages stay here: no broker is needed, and none of a running demo's gets any."""
    sent: list[tuple[str, dict[str, Any]]] = []

    def keep(name: str, kwargs: dict[str, Any], **_: Any) -> None:
        sent.append((name, kwargs))

    monkeypatch.setattr(current_app, "send_task", keep)
    return sent
