"""axe-core: which rules of WCAG 2.2 AA, and which good practices, a page breaks, as far as a
program can tell."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).with_name("vendor") / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHOWN = 5


def violations(page: Page, *rules: str) -> list[str]:
    """What axe finds on the page as it stands, a line for each fault: of these rules, or of all."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())  # not a script tag: the page's policy would refuse it
    found = page.evaluate(
        """(runOnly) =>
            axe.run(document, { runOnly, resultTypes: ["violations"], preload: false })
            .then((results) => results.violations)""",
        list(rules) or TAGS,
    )
    return [
        f"{rule['id']}: {rule['help']}: {told(node)}"
        for rule in found
        for node in rule["nodes"][:SHOWN]
    ]


def told(node: dict[str, Any]) -> str:
    checks = node["any"] + node["all"] + node["none"]
    return f"{' '.join(map(str, node['target']))} ({'; '.join(c['message'] for c in checks)})"
