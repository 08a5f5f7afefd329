"""Scanning a project's prompts: what each is compared by is kept, what is found becomes rows.

A scan reads the prompts that were not read by the present rules, in short chunks like an import's:
kill it anywhere, and the next one goes on behind the last chunk. A second scan finds nothing new.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence

from django.db import IntegrityError, transaction
from django.db.models import Min, QuerySet

from annotation.beating import Claim, Pace, let_others_write
from annotation.people.models import Project, User
from annotation.pool.caps import caps_mark
from annotation.pool.jobs import OPEN, job_call, job_create, jobs_waiting
from annotation.pool.models import PromptFinding, PromptJob, PromptSketch
from annotation.pool.reading import Reading, prompt_read
from annotation.pool.rules import rules_of
from annotation.prompts.cleaning.near_duplicates import Index, jaccard
from annotation.prompts.cleaning.pii import Recognizer
from annotation.prompts.cleaning.texts import compared
from annotation.prompts.models import Prompt
from annotation.prompts.recognizers import recognizers

Kind = PromptFinding.Kind
State = PromptFinding.State
# Kinds that a scan of a prompt finds anew; a cap is counted over all.
SCANNED = (Kind.DUPLICATE, Kind.NEAR_DUPLICATE, Kind.PII, Kind.LANGUAGE)
FIRST, FEWEST, MOST = 50, 5, 200
MOST_COMPARED = 200
"""Candidates that one prompt is compared with, the earliest first: boilerplate has thousands."""
LOADED = 2_000


def scan_request(*, actor: User | None, project: Project, again: bool = False) -> PromptJob:
    """Ask for a scan, or return the one that waits or runs.

    `again` reads every prompt that was not read by the present rules, not only those never read.
    """
    running = project.prompt_jobs.filter(kind=PromptJob.Kind.SCAN, state__in=OPEN)
    try:
        with transaction.atomic():
            return job_create(
                actor=actor, project=project, kind=PromptJob.Kind.SCAN, spec={"again": again}
            )
    except IntegrityError:  # one is open already
        job = running.get()
        if again and not job.spec.get("again"):
            running.update(spec={"again": True})
        return job


def scans_reconcile() -> list[int]:
    """Ask for scans where a visible prompt was never read, and call workers for what waits."""
    unread = Prompt.objects.visible().filter(scanned="")
    busy = PromptJob.objects.filter(kind=PromptJob.Kind.SCAN, state__in=OPEN)
    projects = unread.exclude(project__in=busy.values("project")).values("project").distinct()
    for project in Project.objects.filter(pk__in=projects).order_by("pk"):
        last = project.prompt_jobs.filter(kind=PromptJob.Kind.SCAN).order_by("pk").last()
        # What broke would break again: it waits for the next import, or for a person.
        if last is None or last.state != PromptJob.State.FAILED:
            scan_request(actor=None, project=project)
    ids = [job.pk for job in jobs_waiting()]
    for job_id in ids:
        job_call(job_id)
    return ids


def scan_work(claim: Claim[PromptJob]) -> None:
    """Read all there is to read, in chunks, until a look at the table finds nothing more."""
    scan = Scan(claim)
    claim.beat(total=claim.row.done + scan.unread().count())
    pace = Pace(first=FIRST, fewest=FEWEST, most=MOST)
    while chunk := scan.chunk(pace.lines):
        readings = [prompt_read(prompt, scan.rules, scan.more) for prompt in chunk]
        claim.beat()
        scan.compare(readings)
        pace.took(scan.write(readings), len(chunk))
        let_others_write()
    caps_mark(claim, project=scan.project, cap=scan.rules.contributor_cap)


class Scan:
    """A scan under way: the rules, and what the prompts before are compared by."""

    def __init__(self, claim: Claim[PromptJob]) -> None:
        self.claim = claim
        self.project = Project.objects.get(pk=claim.row.project_id)
        self.more: Sequence[Recognizer] = recognizers()
        self.begin()

    def begin(self) -> None:
        """Take the rules as they are now, and go through the prompts from the first one on."""
        self.rules = rules_of(self.project)
        self.after = 0
        self.index: Index | None = None

    def unread(self) -> "QuerySet[Prompt]":
        """Asked anew each time: a scan that runs may be told to read everything again."""
        again = PromptJob.objects.values_list("spec", flat=True).get(pk=self.claim.row.pk)["again"]
        prompts = Prompt.objects.filter(project=self.project).visible().order_by("pk")
        if again:
            return prompts.exclude(scanned=self.rules.fingerprint)
        return prompts.filter(scanned="")

    def chunk(self, most: int) -> list[Prompt]:
        """The next prompts to read; the last look begins at the first prompt once more."""
        if rules_of(self.project).fingerprint != self.rules.fingerprint:
            self.begin()
        found = list(self.unread().filter(pk__gt=self.after)[:most])
        if not found and self.after:
            found = list(self.unread()[:most])
        if found:
            self.after = found[-1].pk
            self.load()
        return found

    def load(self) -> None:
        """Bring in what these rules kept earlier, once, where near-duplicates are sought at all."""
        if self.index is not None or not self.rules.near_percent:
            return
        ids: list[int] = []
        signatures: list[bytes] = []
        kept = PromptSketch.objects.filter(
            project=self.project,
            prompt__state=Prompt.State.ACTIVE,
            prompt__scanned=self.rules.fingerprint,
        ).order_by("prompt_id")
        rows = kept.values_list("prompt_id", "signature")
        for number, (prompt_id, minima) in enumerate(rows.iterator(chunk_size=LOADED)):
            ids.append(prompt_id)
            signatures.append(bytes(minima))
            if number % LOADED == 0:
                self.claim.beat()
        self.index = Index(self.rules.near_percent / 100)
        self.index.build(ids, signatures)

    def compare(self, readings: Sequence[Reading]) -> None:
        """Find of which earlier prompt each is a duplicate, if of any."""
        earliest = self.earliest(readings)
        here = {reading.prompt.pk: reading.text for reading in readings}
        for reading in readings:
            first = earliest.get(reading.prefix_key, reading.prompt.pk)
            if first < reading.prompt.pk:
                reading.find(Kind.DUPLICATE, "duplicate", other_id=first)
            elif self.index is not None:
                self.compare_near(reading, here)
            if self.index is not None and reading.prompt.state != Prompt.State.WITHDRAWN:
                self.index.add(reading.prompt.pk, reading.signature)

    def earliest(self, readings: Sequence[Reading]) -> dict[str, int]:
        """The first prompt in use that begins alike, by what it begins with."""
        found: dict[str, int] = {}
        keys = {reading.prefix_key for reading in readings} - {""}
        rows = (
            PromptSketch.objects.filter(
                project=self.project, prefix_key__in=keys, prompt__state=Prompt.State.ACTIVE
            )
            .values_list("prefix_key")
            .annotate(first=Min("prompt_id"))
        )
        found.update(rows)
        for reading in readings:
            if reading.prefix_key and reading.prompt.state != Prompt.State.WITHDRAWN:
                known = found.get(reading.prefix_key, reading.prompt.pk)
                found[reading.prefix_key] = min(known, reading.prompt.pk)
        return found

    def compare_near(self, reading: Reading, here: dict[int, str]) -> None:
        """Compare the texts themselves: a signature only says which may be alike."""
        assert self.index is not None
        candidates = self.index.candidates(reading.prompt.pk, reading.signature)[:MOST_COMPARED]
        least = self.rules.near_percent / 100
        turns = len(reading.prompt.messages)
        for other_id, text in texts(candidates, here, turns):
            score = jaccard(reading.text, text)
            if score >= least:
                reading.find(Kind.NEAR_DUPLICATE, "near", other_id=other_id, score=score)
                return

    def write(self, readings: Sequence[Reading]) -> float:
        """Write a chunk; returns the seconds computed under the lock."""
        ids = [reading.prompt.pk for reading in readings]
        job = self.claim.row
        with transaction.atomic():
            computing = time.thread_time()
            counts = Counter(job.report.get("findings", {}))
            counts.update(findings_write(ids, readings))
            sketches_write(readings)
            prompts_settle(ids, self.rules.fingerprint)
            # What goes on is not given up, however often its worker is lost.
            self.claim.beat(
                attempts=0,
                done=job.done + len(ids),
                report={**job.report, "findings": dict(counts)},
            )
        return time.thread_time() - computing


def texts(ids: Sequence[int], here: dict[int, str], turns: int) -> Iterator[tuple[int, str]]:
    """The texts of prompts of so many turns, in the order of `ids`; those at hand are not read."""
    missing = [pk for pk in ids if pk not in here]
    rows = Prompt.objects.filter(pk__in=missing).values_list("pk", "messages")
    read = {pk: compared(messages) for pk, messages in rows if len(messages) == turns}
    for pk in ids:
        if pk in here or pk in read:
            yield pk, here[pk] if pk in here else read[pk]


def findings_write(ids: Sequence[int], readings: Sequence[Reading]) -> Counter[str]:
    """Write new findings; open ones that are found no more go. Returns how many are new."""
    stored = PromptFinding.objects.filter(prompt__in=ids, kind__in=SCANNED)
    known = {(row.prompt_id, row.key): row for row in stored}
    found = {(each.prompt_id, each.key): each for one in readings for each in one.findings}
    gone = [row.pk for key, row in known.items() if key not in found and row.state == State.OPEN]
    PromptFinding.objects.filter(pk__in=gone).delete()
    new = [finding for key, finding in found.items() if key not in known]
    PromptFinding.objects.bulk_create(new, ignore_conflicts=True)
    return Counter(str(finding.kind) for finding in new)


def sketches_write(readings: Sequence[Reading]) -> None:
    PromptSketch.objects.bulk_create(
        [
            PromptSketch(
                prompt=reading.prompt,
                project_id=reading.prompt.project_id,
                prefix_key=reading.prefix_key,
                turns=len(reading.prompt.messages),
                signature=reading.signature.tobytes(),
                language=reading.language,
            )
            for reading in readings
        ],
        update_conflicts=True,
        unique_fields=["prompt"],
        update_fields=["prefix_key", "turns", "signature", "language"],
    )


def prompts_settle(ids: Sequence[int], fingerprint: str) -> None:
    """Mark prompts as read, as private or not, and let in those that waited and are clean."""
    open_pii = PromptFinding.objects.filter(prompt__in=ids, kind=Kind.PII, state=State.OPEN)
    private = set(open_pii.values_list("prompt_id", flat=True))
    prompts = Prompt.objects.filter(pk__in=ids)
    prompts.filter(pk__in=private).update(scanned=fingerprint, private=True)
    prompts.exclude(pk__in=private).update(scanned=fingerprint, private=False)
    prompts.filter(private=False, state=Prompt.State.UNREVIEWED).update(state=Prompt.State.ACTIVE)
