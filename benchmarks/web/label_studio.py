"""Label Studio: a release of its own virtual environment, as its documentation deploys it.

PostgreSQL is its database and gunicorn its server in place of uWSGI. What would reach for the
network (telemetry, crash reports, the look for a newer version) is off, and so is its log below
errors: both only make it faster.
"""

import os
import secrets
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.web.databases import SSLMODE
from benchmarks.web.keeper import ROOT
from benchmarks.web.servers import Serving
from benchmarks.web.systems import System

NAME = "label-studio"
RELEASE = "1.23.2"
HOME = (ROOT / "var" / "label-studio").resolve()
PYTHON = HOME / "bin" / "python"


def label_studio_refusal() -> str | None:
    """Install it where it is not yet (1 GB). Returns why it cannot be had; None where it can."""
    marker = HOME / f"installed-{RELEASE}"
    if marker.exists():
        return None
    print(f"Installing Label Studio {RELEASE} into {HOME}: a few minutes.", flush=True)
    pins = ["gunicorn", f"label-studio=={RELEASE}", "--constraint", str(pin_write())]
    for command in (
        [sys.executable, "-m", "venv", str(HOME)],
        [str(PYTHON), "-m", "pip", "install", "--quiet", *pins],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return f"Label Studio cannot be installed: {done.stderr.strip()[-500:]}"
    marker.touch()
    return None


def pin_write() -> Path:
    """A constraints file with our own gunicorn's release: both are served by the same one."""
    HOME.parent.mkdir(parents=True, exist_ok=True)
    path = HOME.with_name("label-studio-constraints.txt")
    ours = (ROOT / "constraints.txt").read_text().splitlines()
    path.write_text("\n".join(line for line in ours if line.startswith("gunicorn==")))
    return path


def label_studio_serving(folder: Path, address: str) -> Serving:
    place = urlsplit(address)
    package = next(HOME.glob("lib/python*/site-packages/label_studio"))
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "core.settings.label_studio",
        "PYTHONPATH": str(package),
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder),
        # Without one each of its processes may make its own, and no session would hold.
        "SECRET_KEY": secrets.token_hex(32),
        "DJANGO_DB": "default",
        "POSTGRE_HOST": place.hostname or "",
        "POSTGRE_PORT": str(place.port or 5432),
        "POSTGRE_USER": place.username or "",
        "POSTGRE_PASSWORD": place.password or "",
        "POSTGRE_NAME": place.path.lstrip("/"),
        "PGSSLMODE": SSLMODE,
        "COLLECT_ANALYTICS": "0",
        "LATEST_VERSION_CHECK": "0",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "LOG_LEVEL": "ERROR",
        "DEBUG": "0",
    }
    return Serving(PYTHON, "core.wsgi", package, environment, "/health")


LABEL_STUDIO = System(NAME, PYTHON, "label_studio_duties", label_studio_serving, (NAME,))
