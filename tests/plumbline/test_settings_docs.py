"""docs/architecture.md names every setting that is read from the environment, and no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("annotation", "inference", "training", "simulation", "plumbline")
# dj_database_url reads its own; PATH is the system's.
ELSEWHERE, SYSTEMS = {"DATABASE_URL"}, {"PATH"}


def documented() -> set[str]:
    """The names in the first column of the table of settings."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    section = text.split("\n## Settings\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def read_in(tree: ast.AST) -> Iterator[str]:
    """Literal names read through plumbline.env, os.environ or os.getenv."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            read = re.search(r"\b(env_\w+|environ\.get|getenv)$", ast.unparse(node.func))
            name = node.args[0]
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            read = re.search(r"\benviron$", ast.unparse(node.value))
            name = node.slice
        else:
            continue
        if read and isinstance(name, ast.Constant):
            yield str(name.value)


def names_read() -> set[str]:
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    in_code = {name for file in files for name in read_in(ast.parse(file.read_text()))}
    in_procfile = set(re.findall(r"\$\{?([A-Z_]+)", (ROOT / "Procfile").read_text()))
    return (in_code | in_procfile | ELSEWHERE) - SYSTEMS


def test_names_are_found() -> None:
    code = "import os\nos.environ['A'], os.getenv('B'), env_str('C', ''), environ.get('D')"
    assert set(read_in(ast.parse(f"{code}\nos.environ['X'] = '1'"))) == {"A", "B", "C", "D"}
    assert {"VAR_DIR", "DEVICES", "PORT", "OMP_NUM_THREADS"} <= names_read()


def test_every_setting_is_documented() -> None:
    assert names_read() - documented() == set()


def test_what_is_documented_is_read() -> None:
    assert documented() - names_read() == set()
