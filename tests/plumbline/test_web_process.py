"""Web and worker processes stay light: what trains and samples is only imported by its own."""

import json
import subprocess
import sys

import pytest

HEAVY = ["torch", "transformers", "trl", "peft", "accelerate", "datasets", "pyarrow", "numpy"]

LOADED = """
import json, sys, django
django.setup()
{start}
print(json.dumps(sorted(set({heavy}) & set(sys.modules))))
"""

WEB = """
from django.test import Client
from django.urls import get_resolver
import plumbline.wsgi
get_resolver().url_patterns
assert Client(SERVER_NAME="localhost").get("/sign-in/").status_code == 200
"""

WORKER = """
from plumbline.celery import app
app.loader.import_default_modules()
assert any("job" in name for name in app.tasks), sorted(app.tasks)
"""


@pytest.mark.parametrize("start", [WEB, WORKER], ids=["web", "worker"])
def test_nothing_heavy_is_imported(start: str) -> None:
    code = LOADED.format(start=start, heavy=HEAVY)
    environment = {"DJANGO_SETTINGS_MODULE": "plumbline.settings", "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []
