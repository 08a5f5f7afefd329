"""Copying a project's prompts into a new one, in short chunks; and nothing that people said.

What labelers wrote stays behind: as prompts it is their work, and a dialogue's holds answers that
they picked. What is copied keeps its split, so that nothing tested on is ever trained on.
"""

import time
from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from annotation.beating import Claim, Pace, let_others_write
from annotation.people.models import Project, User
from annotation.pool.jobs import job_create
from annotation.pool.models import PromptJob
from annotation.prompts.models import Prompt

FIRST, FEWEST, MOST = 100, 20, 1_000
NOT_COPIED = {"id", "project", "batch", "line", "replaces", "scanned", "created_at"}
COPIED = [field.name for field in Prompt._meta.concrete_fields if field.name not in NOT_COPIED]


def prompts_to_copy(source: Project) -> QuerySet[Prompt]:
    """The visible ones that are not withdrawn and no labeler's."""
    rows = Prompt.objects.filter(project=source).visible()
    return rows.exclude(state=Prompt.State.WITHDRAWN).exclude(source=Prompt.Source.LABELER)


def prompts_copy_request(*, actor: User, source: Project, target: Project) -> PromptJob:
    return job_create(
        actor=actor, project=target, kind=PromptJob.Kind.COPY, spec={"source": source.pk}
    )


def copy_work(claim: Claim[PromptJob]) -> None:
    """Copy chunk after chunk; another worker goes on behind the last one."""
    job = claim.row
    source = Project.objects.get(pk=job.spec["source"])
    left = prompts_to_copy(source).filter(pk__gt=job.cursor).order_by("pk")
    claim.beat(total=job.done + left.count())
    pace = Pace(first=FIRST, fewest=FEWEST, most=MOST)
    while chunk := list(left.filter(pk__gt=job.cursor)[: pace.lines]):
        pace.took(chunk_copy(claim, chunk), len(chunk))
        let_others_write()


def chunk_copy(claim: Claim[PromptJob], chunk: Sequence[Prompt]) -> float:
    """Write a chunk and the progress with it; returns the seconds computed under the lock.

    A prompt that somebody has stored in the new project meanwhile stays theirs.
    """
    target = claim.row.project_id
    with transaction.atomic():
        computing = time.thread_time()
        claim.beat(cursor=chunk[-1].pk, done=claim.row.done + len(chunk))
        Prompt.objects.bulk_create(
            [
                Prompt(
                    project_id=target,
                    **{name: getattr(each, name) for name in COPIED},
                )
                for each in chunk
            ],
            ignore_conflicts=True,
        )
        replaced_copy(target, chunk)
    return time.thread_time() - computing


def replaced_copy(target: int, chunk: Sequence[Prompt]) -> None:
    """Let a later version name the copy of what it replaces, where that was copied."""
    later = {each.content_hash: each.replaces_id for each in chunk if each.replaces_id}
    replaced = Prompt.objects.filter(pk__in=later.values())
    hashes = dict(replaced.values_list("pk", "content_hash"))
    rows = Prompt.objects.filter(project=target)
    here = dict(rows.filter(content_hash__in=hashes.values()).values_list("content_hash", "pk"))
    for content_hash, replaces in later.items():
        earlier = here.get(hashes[replaces])
        rows.filter(content_hash=content_hash).update(replaces=earlier)
