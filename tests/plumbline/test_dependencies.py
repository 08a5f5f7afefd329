"""What the code imports is declared in pyproject.toml, pinned, and has its reason in the docs."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("annotation", "inference", "training", "simulation", "plumbline")


def plain(name: str) -> str:
    """A distribution's name as all its spellings have it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    optional = project["optional-dependencies"]
    extras = [line for name, lines in optional.items() if name != "dev" for line in lines]
    return {plain(re.split(r"[^\w.-]", line)[0]) for line in [*project["dependencies"], *extras]}


def imported() -> set[str]:
    """Distributions whose modules our code imports, wherever in a file it does."""
    modules: set[str] = set()
    for file in (file for package in PACKAGES for file in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                modules.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.split(".")[0])
    theirs = modules - set(PACKAGES) - sys.stdlib_module_names
    found = packages_distributions()
    return {plain(found[module][0] if module in found else module) for module in theirs}


def test_every_import_is_declared() -> None:
    assert imported() - declared() == set()


def test_what_is_needed_is_pinned_and_has_its_reason() -> None:
    pins = (ROOT / "constraints.txt").read_text()
    pinned = {plain(line.split("==")[0]) for line in pins.splitlines() if "==" in line}
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    needed = {plain(re.split(r"[^\w.-]", line)[0]) for line in dependencies}
    assert needed - pinned == set()
    section = (ROOT / "docs" / "architecture.md").read_text().split("each dependency is there\n")[1]
    reasons = [line.split("|")[1] for line in section.splitlines() if line.startswith("|")]
    assert needed - {plain(name.strip()) for row in reasons for name in row.split(",")} == set()
