"""What the tests of annotation share."""

import pytest

from annotation.exchange.tasks import import_batch_task


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Ids of batches for which a worker was called; no broker is touched."""
    ids: list[int] = []
    monkeypatch.setattr(import_batch_task, "delay", lambda *, batch_id: ids.append(batch_id))
    return ids
