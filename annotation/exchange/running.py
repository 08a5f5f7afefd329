"""Running an import: check every line, write in short chunks, then show all of it at once.

Kill it anywhere and run it again: `lines_done` moves in the transaction that writes the rows of
those lines, so a second run goes on exactly behind the last chunk.
"""

import copy
import logging
import time
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from annotation.beating import ClaimLostError, Pace, let_others_write
from annotation.exchange.claims import Claim, batch_claim, batches_next
from annotation.exchange.lines import PlannedLine, planned_lines
from annotation.exchange.plans import Plan
from annotation.exchange.purging import batch_purge
from annotation.exchange.readers import FileProblem
from annotation.exchange.reports import Report, Unknown
from annotation.exchange.staging import Chunk
from annotation.feedback.signals import feedback_announce
from annotation.people.models import Project
from annotation.people.projects import audit
from annotation.pool.scans import scan_request
from annotation.prompts.models import ImportBatch
from annotation.queue.tasks import tasks_open
from annotation.words import gettext_words as _

State = ImportBatch.State
logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
MOST_LINES, FIRST_LINES, FEWEST_LINES = 500, 50, 10
RETRIES = 5
MOST_CHARACTERS = 1_000_000


def batch_run(*, batch_id: int) -> int | None:
    """Bring an import to its end, from wherever it stands. Safe to call at any time.

    Does nothing when another worker has it, another import of the project goes first or as many
    run as may. Returns the id of the next import that may begin, if there is one.
    """
    claim = batch_claim(batch_id=batch_id)
    if claim is None:
        return None
    try:
        batch_work(claim)
    except ClaimLostError:
        if not claim.cancelled():
            return None
        batch_purge(claim)
    except Exception as error:
        attempt_failed(claim, error)
        raise
    return next(iter(batches_next()), None)


def batch_work(claim: Claim) -> None:
    batch = claim.batch
    if batch.state != State.STAGING:
        batch_purge(claim)
        return
    project = Project.objects.get(pk=batch.project_id)
    report = Report(batch.report)
    if batch.lines_total is None:
        try:
            lines_check(claim, project, report)
        except FileProblem as problem:
            report.error(0, problem.reason)
        if not acceptable(batch, report):
            claim.beat(state=State.FAILED, report=report.data, finished_at=timezone.now())
            return
    lines_stage(claim, project, report)
    batch_publish(claim, project, report)


def acceptable(batch: ImportBatch, report: Report) -> bool:
    """Whether the lines may be imported: all are good, or the good ones were asked for."""
    good = report.data["lines"] - report.data["errors_total"]
    if good <= 0 and not report.data["errors"]:
        report.error(0, _("The file holds no lines."))
    return good > 0 and (batch.good_lines_only or not report.data["errors_total"])


def lines_check(claim: Claim, project: Project, report: Report) -> None:
    """Read the whole file once; note every bad line, and what good ones leave out.

    Nothing is written but the progress.
    """
    last, beaten, unknown = 0, time.monotonic(), Unknown()
    for line in planned_lines(claim.batch, project):
        last = line.number
        report.data["lines"] += 1
        if line.error:
            report.error(line.number, line.error)
        unknown.add(line.number, line.unknown)
        report.skip((line.number, note) for plan in line.plans for note in plan.notes)
        if time.monotonic() - beaten > settings.HEARTBEAT_EVERY:
            beaten = time.monotonic()
            claim.beat(report={"checked": last})
    report.skip_first(unknown.notes())
    claim.beat(lines_total=last, report=report.data)


def chunks(lines: Iterable[PlannedLine], pace: Pace) -> Iterator[list[PlannedLine]]:
    chunk: list[PlannedLine] = []
    characters = 0
    for line in lines:
        chunk.append(line)
        characters += line.characters
        if len(chunk) >= pace.lines or characters > MOST_CHARACTERS:
            yield chunk
            chunk, characters = [], 0
    if chunk:
        yield chunk


def lines_stage(claim: Claim, project: Project, report: Report) -> None:
    pace = Pace(first=FIRST_LINES, fewest=FEWEST_LINES, most=MOST_LINES)
    lines = planned_lines(claim.batch, project, after=claim.batch.lines_done)
    for chunk in chunks(lines, pace):
        pace.took(chunk_stage(claim, project, report, chunk), len(chunk))
        let_others_write()


def chunk_stage(claim: Claim, project: Project, report: Report, lines: list[PlannedLine]) -> float:
    """Write a chunk and the progress with it; returns the seconds computed under the lock.

    A prompt or completion that somebody else stored since it was looked for breaks the transaction:
    then the chunk is looked up and written again.
    """
    good = [(line.number, list(line.plans)) for line in lines if not line.error]
    for attempt in range(1, RETRIES + 1):
        chunk = Chunk(project=project, batch=claim.batch, lines=good)
        chunk.prepare()
        try:
            with transaction.atomic():
                computing = time.thread_time()
                project.refresh_from_db(fields=["overlap"])
                chunk.write()
                written = chunk_report(report, chunk, good)
                claim.beat(lines_done=lines[-1].number, report=written.data)
        except IntegrityError:
            if attempt == RETRIES:
                raise
            continue
        report.data = written.data
        break
    return time.thread_time() - computing


def chunk_report(report: Report, chunk: Chunk, good: list[tuple[int, list[Plan]]]) -> Report:
    """The report with this chunk in it; the one given stays, for the case of a second try."""
    written = Report(copy.deepcopy(report.data))
    written.count(chunk.counts)
    written.data["duplicates"] += sum(number not in chunk.touched for number, _ in good)
    return written


def batch_publish(claim: Claim, project: Project, report: Report) -> None:
    """Show everything at once: the batch's own state, and its tasks into the queue."""
    batch = claim.batch
    with transaction.atomic():
        tasks_open(batch=batch)
        claim.beat(
            state=State.VISIBLE,
            finished_at=timezone.now(),
            lines_done=batch.lines_total,
            report=report.data,
        )
        audit(
            project=project,
            actor=batch.created_by,
            verb="import_visible",
            target=batch.filename,
            batch=batch.pk,
            lines=report.data["lines"],
        )
        if report.data["prompts"]:
            scan_request(actor=batch.created_by, project=project)
        for kind in ("demonstration", "ranking"):
            if report.data[f"{kind}s"]:
                feedback_announce(project_id=project.pk, kind=kind)


def attempt_failed(claim: Claim, error: Exception) -> None:
    """Count an attempt that broke; after a few the import fails instead of trying for ever."""
    logger.exception("Import %s broke", claim.batch.pk)
    claim.batch.refresh_from_db(fields=["report"])
    report = Report(claim.batch.report)
    report.data["attempts"] += 1
    changes: dict[str, object] = {"report": report.data}
    if report.data["attempts"] >= MOST_ATTEMPTS and claim.batch.state == State.STAGING:
        words = _("The import broke %(count)s times, last with %(error)s. Nothing of it was kept.")
        last = f"{type(error).__name__}: {error}"
        report.error(0, words % {"count": MOST_ATTEMPTS, "error": last})
        changes["state"] = State.FAILED
    try:
        claim.beat(**changes)
        if claim.batch.state == State.FAILED:
            batch_purge(claim)
    except ClaimLostError:
        return
