"""Many labelers at once while a file is imported: does the queue keep its promises, and how fast?

    python benchmarks/queue_stress.py --labelers 20 --import-lines 100000

Runs in a database of its own (a temporary SQLite file, or --database with the address of an empty
PostgreSQL database). Labelers are threads of several processes, as under a web server, and call
the domain functions that the pages call. They claim, save drafts, skip, submit, submit twice, let
leases run out and submit late. Afterwards everything they remember is compared with what the
database holds, and that with itself (`check_integrity`); any difference, and any write that failed,
is a fault and the exit code is 1. How far it is, it says meanwhile on standard error.
"""

import argparse
import json
import multiprocessing
import os
import random
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from queue import Empty
from statistics import quantiles
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OVERLAP = 2
TOLD_EVERY = 5.0
"""Seconds."""


@dataclass
class Diary:
    """What one labeler did: submitted rankings by assignment, times in ms, errors."""

    rankings: dict[str, dict[str, int]] = field(default_factory=dict)
    demonstrations: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    times: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


def django_start() -> None:
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "plumbline.settings"
    import django  # noqa: PLC0415  the database's address has to stand in the environment first

    django.setup()


class Labeler:
    """One person's day, at machine speed."""

    def __init__(self, name: str, seed: int, pause: float) -> None:
        from annotation.models import Project, User  # noqa: PLC0415

        self.user = User.objects.get(username=name)
        self.project = Project.objects.get(slug="stress")
        self.random = random.Random(seed)
        self.pause = pause
        self.diary = Diary()
        self.late: list[Any] = []

    def work(self, stop: Any) -> None:
        from django.db import connection  # noqa: PLC0415

        try:
            while not stop.is_set():
                self.step()
            for assignment in self.late:
                self.submit(assignment)
        except Exception:
            self.diary.errors.append(traceback.format_exc())
        finally:
            connection.close()

    def timed(self, name: str, function: Any, **arguments: Any) -> Any:
        start = time.perf_counter()
        result = function(**arguments)
        self.diary.times.setdefault(name, []).append((time.perf_counter() - start) * 1e3)
        self.diary.counts[name] = self.diary.counts.get(name, 0) + 1
        return result

    def step(self) -> None:
        from annotation.queue import claims, drafts, leases  # noqa: PLC0415

        if self.late and (len(self.late) > 1 or self.random.random() < 0.2):
            self.submit(self.late.pop(0))
        at_hand = self.late[0] if self.late else None
        lease = self.timed(
            "claim", claims.task_claim, labeler=self.user, project=self.project, besides=at_hand
        )
        time.sleep(self.random.expovariate(1 / self.pause) if self.pause else 0)
        if lease is None or lease in self.late:
            return
        chance = self.random.random()
        if chance < 0.05:
            self.timed("skip", leases.assignment_skip, assignment=lease, reason="unclear")
        elif chance < 0.10:
            self.timed("release", leases.assignment_release, assignment=lease)
        elif chance < 0.20:
            self.run_out(lease)
            self.late.append(lease)
        else:
            if chance < 0.50:
                self.timed("draft", drafts.draft_save, assignment=lease, draft={"note": "half"})
                self.timed("heartbeat", leases.assignment_heartbeat, assignment=lease)
            self.submit(lease)

    def run_out(self, lease: Any) -> None:
        """Stand in for the half hour in which a lease runs out."""
        from django.utils import timezone  # noqa: PLC0415

        from annotation.models import Assignment  # noqa: PLC0415

        Assignment.objects.filter(pk=lease.pk, state="leased").update(expires_at=timezone.now())

    def submit(self, lease: Any) -> None:
        from annotation.feedback.checks import JudgmentInput  # noqa: PLC0415
        from annotation.feedback.demonstrations import demonstration_submit  # noqa: PLC0415
        from annotation.feedback.rankings import ranking_submit  # noqa: PLC0415
        from annotation.queue.leases import shown_slots  # noqa: PLC0415

        key = str(lease.public_id)
        times = 2 if self.random.random() < 0.05 else 1
        if lease.task.kind == "demonstration":
            text = f"{self.user.username} wrote this for {key}."
            for _ in range(times):
                self.timed("submit", demonstration_submit, assignment=lease, text=text)
            self.diary.demonstrations[key] = text
            return
        shown = [slot.completion.text for slot in shown_slots(lease)]
        ranks = [self.random.randint(1, len(shown)) for _ in shown]
        judgments = [JudgmentInput(rank) for rank in ranks]
        for _ in range(times):
            self.timed("submit", ranking_submit, assignment=lease, judgments=judgments)
        self.diary.rankings[key] = dict(zip(shown, ranks, strict=True))


def labelers_run(names: list[str], seed: int, pause: float, stop: Any, results: Any) -> None:
    """One web process: a thread for each of its labelers."""
    django_start()
    labelers = [Labeler(name, seed + number, pause) for number, name in enumerate(names)]
    threads = [threading.Thread(target=each.work, args=(stop,)) for each in labelers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put([asdict(each.diary) for each in labelers])


def import_run(path: str, results: Any) -> None:
    """The import worker: upload, start and stage the file, in a process of its own."""
    django_start()
    from django.core.files import File  # noqa: PLC0415

    from annotation.exchange.imports import batch_start, batch_upload  # noqa: PLC0415
    from annotation.exchange.running import batch_run  # noqa: PLC0415
    from annotation.models import Project, User  # noqa: PLC0415

    try:
        project = Project.objects.get(slug="stress")
        actor = User.objects.get(username="admin")
        start, computing = time.perf_counter(), time.process_time()
        with Path(path).open("rb") as file:
            batch = batch_upload(
                actor=actor, project=project, file=File(file), filename="stress.jsonl"
            )
        batch_start(actor=actor, batch=batch, call=False)
        batch_run(batch_id=batch.pk)
        batch.refresh_from_db()
        took = {
            "seconds": round(time.perf_counter() - start, 1),
            "computing": round(time.process_time() - computing, 1),
        }
        results.put({"state": batch.state, **took, "report": batch.report})
    except Exception:
        results.put({"state": "error", "seconds": 0.0, "report": traceback.format_exc()})


def import_write(path: Path, lines: int) -> None:
    """Every other line is a demonstration, every other one four answers to rank."""
    with path.open("w") as file:
        for number in range(lines):
            row: dict[str, Any] = {"prompt": f"What is said on page {number}?"}
            if number % 2:
                row["completion"] = f"Page {number} speaks of the sea."
            else:
                row["completions"] = [
                    {"model": f"model-{index}", "text": f"Page {number}, reading {index}."}
                    for index in range(4)
                ]
            file.write(json.dumps(row) + "\n")


def work_create(labelers: int, tasks: int, settings: dict[str, Any]) -> list[str]:
    """A project with its labelers, and `tasks` tasks, one in five a demonstration."""
    from django.db import transaction  # noqa: PLC0415

    from annotation.models import User  # noqa: PLC0415
    from annotation.people.projects import member_add, project_create  # noqa: PLC0415
    from annotation.prompts.prompts import completion_create, prompt_create  # noqa: PLC0415
    from annotation.queue.tasks import task_create  # noqa: PLC0415

    with transaction.atomic():
        admin = User.objects.create(username="admin")
        project = project_create(actor=admin, name="Stress", **{"overlap": OVERLAP, **settings})
        names = [f"labeler-{number}" for number in range(labelers)]
        for name in names:
            user = User.objects.create(username=name)
            member_add(actor=admin, project=project, user=user, roles=["labeler"])
        for number in range(tasks):
            messages = [{"role": "user", "content": f"Question {number}?"}]
            prompt, _ = prompt_create(project=project, messages=messages)
            k = 4 + number % 6
            answers = [
                completion_create(prompt=prompt, text=f"Answer {number}.{slot}")[0]
                for slot in range(k if number % 5 else 0)
            ]
            task_create(
                project=project,
                kind="ranking" if answers else "demonstration",
                prompt=prompt,
                completions=answers,
            )
    return names


def result_wait(
    results: Any, processes: list[Any], *, limit: float, tell: Callable[[], None] = lambda: None
) -> Any:
    """The next of what `processes` hand in, while `tell` says how far they are.

    Raises TimeoutError after `limit` seconds, and ChildProcessError where one of them broke.
    """
    until = time.monotonic() + limit
    while time.monotonic() < until:
        with suppress(Empty):
            return results.get(timeout=min(TOLD_EVERY, limit))
        if broken := [f"{each.name}: {each.exitcode}" for each in processes if each.exitcode]:
            raise ChildProcessError(", ".join(broken))
        tell()
    raise TimeoutError(f"Nothing was handed in within {limit:.0f} s")


def import_progress(start: float) -> Callable[[], None]:
    """Says how far the import is, and what the labelers have handed in, by what the rows hold."""
    from annotation.models import Assignment, ImportBatch  # noqa: PLC0415

    def tell() -> None:
        seconds = time.perf_counter() - start
        batch = ImportBatch.objects.last()
        total = batch and batch.lines_total
        done = f"{batch.lines_done:,} of {total:,} lines" if batch and total else "checking"
        submitted = Assignment.objects.filter(state="submitted").count()
        print(f"{seconds:4.0f} s: {done}, {submitted:,} submitted", file=sys.stderr, flush=True)

    return tell


def overlap_watch(stop: Any, faults: list[str]) -> None:
    """While all this goes on: no task ever has more leases and submissions than its overlap."""
    from django.db import connection  # noqa: PLC0415
    from django.db.models import Count, F, Q  # noqa: PLC0415

    from annotation.models import Assignment  # noqa: PLC0415

    live = Q(state="leased")
    counted = Q(state="submitted", extra=False)
    while not stop.wait(0.5):
        held = Assignment.objects.filter(live | counted).order_by().values("task")
        over = held.annotate(held=Count("pk")).filter(held__gt=F("task__overlap"))
        faults.extend(f"task {row['task']} over its overlap" for row in over)
    connection.close()


def faults_find(diaries: list[dict[str, Any]]) -> list[str]:
    """Compare what the labelers remember with the rows, and the rows with each other."""
    from annotation import integrity  # noqa: PLC0415
    from annotation.feedback.rankings import dense_ranks  # noqa: PLC0415
    from annotation.models import Demonstration, Judgment, Ranking  # noqa: PLC0415

    faults = list(integrity.faults_find())
    rankings = {key: said for diary in diaries for key, said in diary["rankings"].items()}
    held: dict[str, dict[str, int]] = defaultdict(dict)
    rows = Judgment.objects.filter(ranking__assignment__isnull=False).values_list(
        "ranking__assignment__public_id", "completion__text", "rank"
    )
    for key, text, rank in rows.iterator():
        held[str(key)][text] = rank or 0
    for key, said in rankings.items():
        if held.get(key) != dict(zip(said, dense_ranks(list(said.values())), strict=True)):
            faults.append(f"ranking {key} was lost or changed")
    texts = {key: text for diary in diaries for key, text in diary["demonstrations"].items()}
    written = Demonstration.objects.filter(assignment__isnull=False).values_list(
        "assignment__public_id", "text"
    )
    if {str(key): text for key, text in written.iterator()} != texts:
        faults.append("demonstrations were lost or changed")
    if Ranking.objects.filter(assignment__isnull=False).count() != len(rankings):
        faults.append("there are more or fewer rankings than were submitted")
    return faults


def stress(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    print(f"Making {options.tasks:,} tasks and the file.", file=sys.stderr, flush=True)
    names = work_create(options.labelers, options.tasks, options.settings)
    path = folder / "stress.jsonl"
    import_write(path, options.import_lines)
    spawn = multiprocessing.get_context("spawn")
    stop, diaries_out, import_out = spawn.Event(), spawn.Queue(), spawn.Queue()
    shares = [names[index :: options.processes] for index in range(options.processes)]
    workers = [
        spawn.Process(
            target=labelers_run,
            args=(share, 1_000 * index, options.pause, stop, diaries_out),
            daemon=True,
        )
        for index, share in enumerate(shares)
    ]
    importer = spawn.Process(target=import_run, args=(str(path), import_out), daemon=True)
    processes = [*workers, importer]
    faults: list[str] = []
    connection.close()
    watch = threading.Thread(target=overlap_watch, args=(stop, faults), daemon=True)
    start = time.perf_counter()
    for process in processes:
        process.start()
    watch.start()
    tell = import_progress(start)
    imported = result_wait(import_out, processes, limit=options.limit, tell=tell)
    time.sleep(max(options.seconds - (time.perf_counter() - start), 2.0))
    stop.set()
    diaries = [diary for _ in workers for diary in result_wait(diaries_out, processes, limit=300.0)]
    seconds = time.perf_counter() - start
    for process in processes:
        process.join()
    watch.join()
    return report(options, diaries, imported, seconds, faults)


def report(
    options: argparse.Namespace,
    diaries: list[dict[str, Any]],
    imported: dict[str, Any],
    seconds: float,
    faults: list[str],
) -> dict[str, Any]:
    from django.db import connection  # noqa: PLC0415

    from annotation.models import Assignment  # noqa: PLC0415

    faults = [*faults, *faults_find(diaries)]
    errors = [error for diary in diaries for error in diary["errors"]]
    counts: Counter[str] = sum((Counter(diary["counts"]) for diary in diaries), Counter())
    times = {
        name: sorted(ms for diary in diaries for ms in diary["times"].get(name, []))
        for name in ("claim", "submit")
    }
    return {
        "database": connection.vendor,
        "labelers": options.labelers,
        "seconds": round(seconds, 1),
        "calls": dict(counts),
        "submitted": Assignment.objects.filter(state="submitted").count(),
        "late_extras": Assignment.objects.filter(extra=True).count(),
        "milliseconds": {
            name: {
                "p50": round(quantiles(all_, n=20)[9], 1),
                "p95": round(quantiles(all_, n=20)[18], 1),
                "max": round(all_[-1], 1),
            }
            for name, all_ in times.items()
            if len(all_) > 1
        },
        "import": imported,
        "errors": errors[:5],
        "faults": faults[:20],
        "ok": not errors and not faults and imported["state"] == "visible",
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--labelers", type=int, default=20)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--tasks", type=int, default=4_000)
    parser.add_argument("--import-lines", type=int, default=100_000)
    parser.add_argument("--pause", type=float, default=2.0, help="mean seconds over a task")
    parser.add_argument("--seconds", type=float, default=10.0, help="at least")
    parser.add_argument("--limit", type=float, default=1_800.0, help="seconds for the import")
    parser.add_argument(
        "--settings",
        type=json.loads,
        default={},
        help='of the project, as JSON: {"queue_order": "breadth", "agreement_wanted": 60}',
    )
    parser.add_argument("--database", help="address of an empty database; else a SQLite file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["VAR_DIR"] = os.environ["STORAGE_ROOT"] = str(folder)
        os.environ["CELERY_BROKER_URL"] = "filesystem://"
        os.environ["CELERY_BROKER_FOLDER"] = str(folder / "broker")
        os.environ["DATABASE_URL"] = options.database or f"sqlite:///{folder / 'stress.sqlite3'}"
        django_start()
        result = stress(options, folder)
    print(json.dumps(result, indent=2, default=str))
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
