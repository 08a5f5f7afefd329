import os
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from inference.tiny.build import base_build
from inference.tiny.config import PretrainConfig


@pytest.fixture
def folder(tmp_path):
    tiny = PretrainConfig(steps=1, documents=2, layers=1, width=16, inner=16, heads=2)
    base_build(folder=tmp_path / "base", seed=0, config=tiny, vocabulary=400)
    return tmp_path / "base"


def test_a_base_from_elsewhere_is_kept_and_said_so(folder):
    told = StringIO()
    before = (folder / "build.json").read_text()
    call_command("build_base_model", out=folder, stderr=told)
    assert "--force" in told.getvalue()
    assert (folder / "build.json").read_text() == before


def test_a_base_that_copies_badly_is_said_to(folder):
    told = StringIO()
    call_command("build_base_model", out=folder, stderr=told)
    assert "below 90%" in told.getvalue()
    assert "--steps" in told.getvalue()


def test_a_base_that_stands_is_told_of_without_torch(folder):
    ask = (
        "import sys; from django.core.management import execute_from_command_line as run;"
        f"run(['manage.py', 'build_base_model', '--out', {str(folder)!r}]);"
        "sys.exit('torch' in sys.modules)"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "plumbline.settings"}
    subprocess.run([sys.executable, "-c", ask], env=environment, cwd=settings.BASE_DIR, check=True)


def test_a_folder_in_the_way_is_an_error(tmp_path):
    with pytest.raises(CommandError, match="no base model was built there"):
        call_command("build_base_model", out=tmp_path)


def test_nothing_to_train_is_an_error(tmp_path):
    with pytest.raises(CommandError, match="at least 1"):
        call_command("build_base_model", out=tmp_path / "base", steps=0)
