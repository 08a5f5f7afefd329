"""Static files as a web server that was just started serves them."""

import os
import re
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.templatetags.static import static
from django.test import Client
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from plumbline.static import STAMP, StaticStorage, static_collect

HASHED = r"\.[0-9a-f]{12}\."
KINDS = ("css", "js", "svg")


@pytest.fixture
def root(settings: Settings, tmp_path: Path) -> Path:
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "plumbline.static.StaticStorage"},
    }
    return tmp_path / "static"


@pytest.fixture
def sources(root: Path, settings: Settings, tmp_path: Path) -> Path:
    """A folder of static files beside the real ones."""
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "one.js").write_text('import { two } from "./two.js";\nexport const one = two + 1;\n')
    (folder / "two.js").write_text("export const two = 2;\n" * 20)
    settings.STATICFILES_DIRS = [folder]
    return folder


def got(path: str, **headers: str) -> tuple[bytes, Callable[[str], str | None]]:
    response = Client(headers=headers).get(path)
    assert response.status_code == 200, path
    return b"".join(response), response.get


def test_all_of_our_files_are_named_by_content_compressed_and_kept_for_good(root: Path) -> None:
    assert static_collect()
    ours = [path for path in (django_settings.BASE_DIR / "static").rglob("*") if path.is_file()]
    names = [str(path.relative_to(django_settings.BASE_DIR / "static")) for path in ours]
    named = {name: static(name) for name in names if name.endswith(KINDS)}
    assert len(named) > 30
    assert all(re.search(HASHED, url) for url in named.values())
    for name in ("js/ranking.js", "css/plumbline.css", "vendor/sortablejs/Sortable.min.js"):
        plain, header = got(named[name])
        small, packed = got(named[name], accept_encoding="gzip")
        assert packed("Content-Encoding") == "gzip"
        assert len(small) < len(plain) / 2
        assert "immutable" in (header("Cache-Control") or "")


def test_what_a_module_imports_is_named_by_content_too(root: Path) -> None:
    static_collect()
    for name in ("js/ranking.js", "js/compare.js", "js/differences.js"):
        text = got(static(name))[0].decode()
        imported = re.findall(r"""(?:from|import)\s*\(?["']([^"']+)["']""", text)
        assert imported
        for path in imported:
            assert re.search(HASHED, path)
            assert (root / name).parent.joinpath(path).resolve().is_file()


def test_files_are_collected_again_only_where_one_changed(root: Path, sources: Path) -> None:
    assert static_collect()
    before = static("one.js")
    assert not static_collect()
    (sources / "two.js").write_text("export const two = 2.0;\n" * 20)
    later = time.time() + 5  # collectstatic counts seconds
    os.utime(sources / "two.js", (later, later))
    assert static_collect()
    assert static("one.js") != before, "the module that imports the changed one has a new name"
    assert got(before)[0], "a page of before still finds what it names"
    (sources / "three.js").write_text("export {};\n")
    assert static_collect()
    assert re.search(HASHED, static("three.js"))
    assert not static_collect()


@pytest.mark.parametrize("left", [b"", b'{"paths": {"one.js": "on'])
def test_a_collection_that_was_killed_is_made_anew(root: Path, sources: Path, left: bytes) -> None:
    (root / STAMP).write_bytes(b"")
    (root / StaticStorage.manifest_name).write_bytes(left)
    assert static_collect()
    assert re.search(HASHED, static("one.js"))


def test_what_was_not_collected_is_served_by_its_plain_name(root: Path) -> None:
    assert static("js/ranking.js") == "/static/js/ranking.js"
    assert b"ranking_state" in got("/static/js/ranking.js")[0]


@pytest.mark.django_db
def test_pages_need_no_collected_files(root: Path) -> None:
    response = Client().get("/sign-in/")
    assert response.status_code == 200
    assert b'href="/static/css/plumbline.css"' in response.content


def test_the_page_of_a_fault_finds_its_stylesheet(root: Path) -> None:
    page = (django_settings.BASE_DIR / "templates" / "500.html").read_text()
    static_collect()
    for path in re.findall(r'"(/static/[^"]+)"', page):
        assert got(path)[0]


def test_a_live_server_of_the_tests_serves_the_sources(live_server: LiveServer) -> None:
    """pytest-django looks for the app by this name, and else serves what was collected once."""
    assert "django.contrib.staticfiles" in django_settings.INSTALLED_APPS
    source = django_settings.BASE_DIR / "static" / "js" / "ranking.js"
    with urllib.request.urlopen(f"{live_server.url}/static/js/ranking.js") as answer:  # noqa: S310
        assert answer.read() == source.read_bytes()
