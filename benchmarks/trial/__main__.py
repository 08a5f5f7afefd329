"""Real tasks ranked in a real browser by scripts, and the database compared with what they did.

    make trial                            200 tasks of ../shared/data, 10 labelers
    make trial TASKS=20 LABELERS=4 SEED=3
    python -m benchmarks.trial --help     the settings

A fresh database and a web server of its own. Each script ranks by its own dice: ties, scores,
flags, notes, none acceptable, skips, by keyboard or mouse; and now and then it reloads, closes the
tab, loses the network or its lease in the middle. Any difference, and any fault, is told and the
exit code is 1.
"""

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.ending import end_through_all
from benchmarks.trial.diary import Crew
from benchmarks.trial.texts import own_tasks
from benchmarks.web.plumbline import plumbline_serving
from benchmarks.web.servers import server_run

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("SHARED_DATA", ROOT.parent / "shared" / "data"))
FILE = DATA / "self_instruct_k6.jsonl"
SHOWN = 20


def options_read() -> argparse.Namespace:
    parser = argparse.ArgumentParser("benchmarks.trial", description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("var/trial"), help="for trial.json")
    parser.add_argument("--file", type=Path, help=f"K-wise lines to import ({FILE.name})")
    parser.add_argument("--own", action="store_true", help="the few tasks that come with it")
    parser.add_argument("--tasks", type=int, default=200, help="the file's first lines")
    parser.add_argument("--labelers", type=int, default=10)
    parser.add_argument("--overlap", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--interruptions", type=float, default=0.25, help="share of the tasks")
    return parser.parse_args()


def lines_read(options: argparse.Namespace) -> list[dict[str, Any]]:
    if options.own:
        return own_tasks()[: options.tasks]
    path = options.file or FILE
    if not path.is_file():
        sys.exit(f"There is no {path}: set SHARED_DATA, or give --file or --own.")
    with path.open() as file:
        return [json.loads(line) for line, _ in zip(file, range(options.tasks), strict=False)]


def chromium_find() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    sys.exit("No Chromium found: install the Debian package chromium.")


async def labelers_work(url: str, cookies: dict[str, str], options: argparse.Namespace) -> Crew:
    """All labelers at once in one Chromium, each in a context of their own."""
    from playwright.async_api import async_playwright  # noqa: PLC0415  after Django's set-up

    from benchmarks.trial.labeler import Labeler  # noqa: PLC0415
    from benchmarks.trial.site import lease_end  # noqa: PLC0415

    async def end(public_id: str) -> None:
        await asyncio.to_thread(lease_end, public_id)

    crew = Crew()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_find(),
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        )
        labelers = []
        for name, cookie in cookies.items():
            context = await browser.new_context(
                base_url=url, viewport={"width": 1280, "height": 800}
            )
            context.set_default_timeout(60_000)
            await context.add_cookies([{"name": "sessionid", "value": cookie, "url": url}])
            dice = {"seed": options.seed, "interruptions": options.interruptions}
            labelers.append(Labeler(name, context, crew, lease_end=end, **dice))
        crew.working.update(cookies)
        await asyncio.gather(*(labeler.work() for labeler in labelers))
        await browser.close()
    return crew


def trial_run(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Make the site, let the labelers work, compare. Returns what trial.json holds."""
    serving = plumbline_serving(folder, f"sqlite:///{folder / 'trial.sqlite3'}")
    os.environ.update(serving.environment)
    import django  # noqa: PLC0415  the database's address has to stand in the environment first

    django.setup()
    from benchmarks.trial import check, site  # noqa: PLC0415

    lines = lines_read(options)
    cookies = site.site_make(
        lines, folder=folder, labelers=options.labelers, overlap=options.overlap
    )
    with server_run(serving, folder / "web.log") as server:
        url = f"http://127.0.0.1:{server.port}"
        crew = asyncio.run(labelers_work(url, cookies, options))
    outcomes = [entry.outcome for entry in crew.entries]
    return {
        "lines": len(lines),
        "tasks": site.tasks_count(),
        "labelers": options.labelers,
        "overlap": options.overlap,
        "seed": options.seed,
        "submissions": len(outcomes) - outcomes.count("skipped"),
        "none_acceptable": outcomes.count("none_acceptable"),
        "skipped": outcomes.count("skipped"),
        "interruptions": dict(sorted(crew.interruptions.items())),
        "median_seconds_per_task": round(median(crew.seconds), 2) if crew.seconds else None,
        "differences": check.differences(crew.entries),
        "faults": [*crew.faults, *check.overlap_faults(), *check.integrity_faults()],
    }


def report_print(report: dict[str, Any], console: Console) -> None:
    table = Table(title="Trial")
    table.add_column("what")
    table.add_column("", justify="right")
    for name, value in report.items():
        shown = len(value) if isinstance(value, list) else value
        if isinstance(value, dict):
            shown = ", ".join(f"{each} {count}" for each, count in value.items())
        table.add_row(name.replace("_", " "), str(shown))
    console.print(table)
    for line in [*report["differences"], *report["faults"]][:SHOWN]:
        console.print(line, highlight=False, markup=False)


def main() -> int:
    options = options_read()
    end_through_all()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="plumbline-trial-") as folder:
        report = trial_run(options, Path(folder))
    path = options.out / "trial.json"
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    report_print(report, Console())
    print(path)
    return 1 if report["differences"] or report["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
