"""Labelers at the web server, ours and Label Studio's side by side.

    make bench-web                       all of it, in some ten minutes
    make bench-web LABEL_STUDIO=no       without Label Studio
    python -m benchmarks.web --help      the settings

Every labeler is signed in as a user of their own, asks for a task, hands in a ranking of all its
answers and gets the next, without a pause, over real HTTP on loopback: by the API at both, which
is what the ratios compare; by Plumbline's API with a call for each of the two (plumbline-apart),
as Label Studio has it, which is how the wait for the next task is compared; and by Plumbline's
pages (plumbline-pages). All settings stand at the same time and are measured in turn, again and
again; first with the fewest tasks. Memory and processor times want Linux.
Both reach a PostgreSQL on loopback without encryption.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from benchmarks.ending import end_through_all
from benchmarks.web.client import LONGER, Diaries, Order
from benchmarks.web.connection import LONGEST
from benchmarks.web.databases import postgres_refusal
from benchmarks.web.keeper import ROOT
from benchmarks.web.label_studio import LABEL_STUDIO, label_studio_refusal
from benchmarks.web.measures import Place, Run, percentile
from benchmarks.web.plumbline import PLUMBLINE
from benchmarks.web.report import report_make, report_print, report_write
from benchmarks.web.systems import Setting, Standing, setting_stand

DATABASES = ("sqlite", "postgresql")


def options_read(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("benchmarks.web", description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("var/bench-web"), help="for web.json")
    parser.add_argument("--labelers", type=int, nargs="+", default=[1, 8, 32, 100])
    parser.add_argument("--tasks", type=int, nargs="+", default=[2_000, 200_000])
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=list(DATABASES))
    parser.add_argument("--seconds", type=float, default=4.0, help="of one measurement")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--label-studio", choices=("yes", "no"), default="yes", help="beside it, or without"
    )
    return parser.parse_args(arguments)


def settings_plan(options: argparse.Namespace, console: Console) -> list[Setting]:
    """What can be measured here; what cannot is said."""
    refusals = {"postgresql": postgres_refusal()}
    databases = []
    for database in options.databases:
        if refusals.get(database):
            console.print(f"SKIPPED {database}: {refusals[database]}", highlight=False)
        else:
            databases.append(database)
    theirs = options.label_studio == "yes"
    refusal = (refusals["postgresql"] or label_studio_refusal()) if theirs else None
    if refusal:
        console.print(f"SKIPPED Label Studio: {refusal}", highlight=False)
    settings = [Setting(PLUMBLINE, database) for database in databases]
    return [*settings, Setting(LABEL_STUDIO, "postgresql")] if theirs and not refusal else settings


def measure(
    standing: Standing, way: str, *, tasks: int, labelers: int, seconds: float, repeat: int
) -> Run:
    """One run of one setting, with labelers of one way; the tasks that runs before have taken are
    made up for first."""
    keeper, server, setting = standing.keeper, standing.server, standing.setting
    keeper.ask("top_up", tasks=tasks)
    before, used = keeper.ask("duplicates"), server.cpu_seconds()
    diaries = client_run(
        Order(
            way=way,
            port=server.port,
            project=standing.project,
            sessions=standing.sessions[:labelers],
            seconds=seconds,
            warm_up=3 * seconds,
        )
    )
    used = server.cpu_seconds() - used
    for error in diaries.errors[:3]:
        print(f"{setting}, {labelers} labelers: {error}", file=sys.stderr)
    return Run(
        place=Place(way, setting.database, tasks, labelers),
        repeat=repeat,
        tasks_per_s=diaries.submitted / diaries.seconds,
        next_p50_ms=percentile(diaries.next_ms, 50),
        next_p95_ms=percentile(diaries.next_ms, 95),
        turn_p95_ms=percentile(diaries.turn_ms, 95),
        errors=len(diaries.errors),
        duplicates=keeper.ask("duplicates") - before,
        memory_mb=server.memory_mb(),
        cpu_ms=used * 1e3 / diaries.all if used and diaries.all else None,
        client_cpu=diaries.cpu_share,
    )


def client_run(order: Order) -> Diaries:
    """The labelers, in a process of their own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.web.client"],
        cwd=ROOT,
        input=json.dumps(asdict(order)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=order.warm_up + LONGER * order.seconds + 4 * LONGEST,
    )
    return Diaries(**json.loads(done.stdout))


def runs_make(
    standings: Sequence[Standing], options: argparse.Namespace, tasks: int, console: Console
) -> Iterator[Run]:
    """All settings in turn at each number of labelers, the other way round every second time."""
    for standing in standings:
        console.print(f"Filling {standing.setting} with {tasks:,} tasks", highlight=False)
        standing.keeper.ask("top_up", tasks=tasks)
    seconds = options.seconds
    for repeat in range(options.repeats):
        for labelers in options.labelers:
            turns = [(each, way) for each in standings for way in each.setting.system.ways]
            for each, way in turns[:: -1 if repeat % 2 else 1]:
                run = measure(
                    each, way, tasks=tasks, labelers=labelers, seconds=seconds, repeat=repeat
                )
                console.print(
                    f"{way} on {each.setting.database}, {tasks:,} tasks, {labelers} labelers: "
                    f"{run.tasks_per_s:.1f} tasks/s, p95 of next {run.next_p95_ms:.0f} ms",
                    highlight=False,
                )
                yield run


def main() -> int:
    options, console = options_read(), Console()
    end_through_all()
    settings = settings_plan(options, console)
    options.out.mkdir(parents=True, exist_ok=True)
    runs: list[Run] = []
    faults: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        standings = []
        for setting in settings:
            console.print(f"Starting {setting}", highlight=False)
            stand = setting_stand(setting, labelers=max(options.labelers), folder=Path(name))
            standings.append(stack.enter_context(stand))
        for tasks in sorted(options.tasks):
            runs.extend(runs_make(standings, options, tasks, console))
            for each in standings:
                if each.setting.system == PLUMBLINE:
                    faults[str(each.setting)] = each.keeper.ask("faults")
            report = report_make(runs, faults)
            report_write(report, options.out / "web.json")
    report_print(report, console)
    console.print(f"Written to {options.out / 'web.json'}")
    ours = [row for row in report["rows"] if row["system"] in PLUMBLINE.ways]
    sound = not any(row["errors"] or row["duplicates"] for row in ours)
    return 0 if sound and not any(faults.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
