"""Collect what the sources say into the catalogs in locale/, and compile them: `make messages`.

A django.po becomes the .mo that Django reads, a djangojs.po the script that pages load before ours.
Both are committed, so that only who collects needs gettext.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS = ("tests", "benchmarks", "tools", "static/vendor", "static/js/catalogs", "var", ".venv")


def collect(root: Path) -> None:
    """Bring every catalog below `root` up to what the sources there say. Needs gettext."""
    command = [sys.executable, "manage.py", "makemessages", "--all", "--no-obsolete", "--no-wrap"]
    ignored = [flag for folder in NOT_OURS for flag in ("--ignore", f"{folder}/*")]
    for domain in ("django", "djangojs"):
        how = ["--add-location", "file", "--domain", domain, *ignored]
        subprocess.run([*command, *how], cwd=root, check=True)


def compiled(root: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file that is made of a catalog, and what it holds."""
    for path in sorted(root.glob("locale/*/LC_MESSAGES/*.po")):
        catalog = polib.pofile(str(path))
        if path.stem == "djangojs":
            language = path.parts[-3]
            yield root / f"static/js/catalogs/{language}.js", script_of(catalog).encode()
        else:
            yield path.with_suffix(".mo"), catalog.to_binary()


def script_of(catalog: polib.POFile) -> str:
    """What static/js/i18n.js reads: a text, or the texts of a plural's forms."""
    messages = {
        entry.msgid: list(entry.msgstr_plural.values()) if entry.msgid_plural else entry.msgstr
        for entry in catalog.translated_entries()
    }
    # "nplurals=2; plural=(n != 1);": C's expression is JavaScript's too.
    rule = catalog.metadata["Plural-Forms"].rpartition("plural=")[2].rstrip("; \n")
    texts = json.dumps(messages, ensure_ascii=False, indent=1, sort_keys=True)
    return (
        f"globalThis.plumblineCatalog = {{ plural: (n) => Number({rule}), messages: {texts} }};\n"
    )


if __name__ == "__main__":
    collect(ROOT)
    for path, content in compiled(ROOT):
        path.write_bytes(content)
