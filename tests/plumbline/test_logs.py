"""A refusal is one line in the log; a fault keeps its traceback."""

import logging
import sys

import pytest

from plumbline.logs import RefusalsShort


@pytest.mark.parametrize(("status", "told"), [(403, False), (404, False), (500, True)])
def test_only_faults_keep_their_traceback(status: int, told: bool) -> None:
    try:
        raise PermissionError("no")
    except PermissionError:
        record = logging.LogRecord("django.request", 30, "", 1, "Forbidden", (), sys.exc_info())
    record.status_code = status
    assert RefusalsShort().filter(record)
    assert ("Traceback" in logging.Formatter().format(record)) == told
