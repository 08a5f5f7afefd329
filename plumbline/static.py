"""Scripts and styles as browsers get them: compressed, and named by what is in them, so that a
browser keeps them for good.

They are collected when the web starts. What was not goes by its plain name and uncompressed: no
page fails for want of it.
"""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.files import locks
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

STAMP = ".collected"  # what the collected files were made of
# What no labeler's page uses, and is served as it lies: the API's documentation, REST framework's
# pages, and htmx's extensions, some of which name modules that are not there.
LEFT_OUT = ["drf_spectacular_sidecar", "rest_framework", "ext"]


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    support_js_module_import_aggregation = True  # what a module imports is named so, too

    def stored_name(self, name: str) -> str:
        return str(self.hashed_files.get(self.clean_name(name), name))


def static_collect() -> bool:
    """Collect the files anew where any changed since. Returns whether that was so."""
    root = Path(settings.STATIC_ROOT)
    with (root / STAMP).open("a+") as stamp:
        locks.lock(stamp, locks.LOCK_EX)  # a web server's processes may start side by side
        stamp.seek(0)
        found = sources_digest()
        if stamp.read() == found:
            return False
        stamp.truncate(0)
        (root / StaticStorage.manifest_name).unlink(missing_ok=True)  # it may be half written
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=LEFT_OUT)
        stamp.write(found)
    return True


def sources_digest() -> str:
    """Changes with each file that there is to collect."""
    found = (
        (path, Path(storage.path(path)))
        for finder in get_finders()
        for path, storage in finder.list(LEFT_OUT)
    )
    seen = sorted(
        (path, str(file), file.stat().st_size, file.stat().st_mtime_ns) for path, file in found
    )
    return hashlib.sha256(repr(seen).encode()).hexdigest()
