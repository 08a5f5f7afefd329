"""Plumbline: this checkout, in the Python that runs the benchmark."""

import os
import sys
from pathlib import Path

from benchmarks.web.databases import SSLMODE
from benchmarks.web.keeper import ROOT
from benchmarks.web.measures import OURS, WAYS
from benchmarks.web.servers import Serving
from benchmarks.web.systems import System

PYTHON = Path(sys.executable)


def plumbline_serving(folder: Path, address: str) -> Serving:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "plumbline.settings",
        "DATABASE_URL": address,
        "PGSSLMODE": SSLMODE,
        "VAR_DIR": str(folder),
        "STORAGE_ROOT": str(folder),
        "CELERY_BROKER_URL": "filesystem://",
        "CELERY_BROKER_FOLDER": str(folder / "broker"),
        "LOG_LEVEL": "WARNING",
    }
    return Serving(PYTHON, "plumbline.wsgi", ROOT, environment, "/sign-in/")


PLUMBLINE = System(OURS, PYTHON, "plumbline_duties", plumbline_serving, WAYS)
