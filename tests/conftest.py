"""What all tests share. No test reaches the network beyond loopback."""

import os
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
# Tests run side by side, their learners too: threads would only wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import hypothesis
import pytest
from django.db import connections
from django.utils import translation
from pytest_django.fixtures import Settings

from tests.cast import Cast, cast_create

# A crowded machine is slow at times: how long an example took says nothing about the code.
hypothesis.settings.register_profile(
    "crowded", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("crowded")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite in a file, as in production: in memory, threads would share one connection, and a
    live server's requests or concurrent labelers would meet locks that no real one has."""
    database = connections["default"].settings_dict
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture
def cast(db: None) -> Cast:
    return cast_create()


@pytest.fixture(autouse=True)
def storage_in_tmp(settings: Settings, tmp_path: Path) -> Path:
    """Each test gets a storage of its own, below its temporary folder; its pages name static files
    plainly, whatever a web server of this checkout has collected."""
    root = tmp_path / "storage"
    settings.STORAGE_ROOT = root
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(root)},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    return root


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A request in another language leaves its thread in it: the next test begins in English."""
    yield
    translation.activate("en")


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real files beside the checkout; tests that want them skip aloud where they are absent."""
    folder = Path(os.environ.get("SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("no ../shared/data beside this checkout: set SHARED_DATA to try the real files")
    return folder
