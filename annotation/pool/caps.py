"""No contributor fills a project: what comes past the cap is marked, and asked of nobody."""

from django.db import transaction
from django.db.models import F, Window
from django.db.models.functions import RowNumber

from annotation.beating import Claim, let_others_write
from annotation.people.models import Project
from annotation.pool.models import PromptFinding, PromptJob
from annotation.prompts.models import Prompt

CHUNK = 500


def over_cap(project: Project, cap: int) -> set[int]:
    """Ids of the prompts past the first `cap` of their contributor, the oldest counted first.

    Labelers' own are not counted: a project asks them for so many. What was looked at and kept
    counts, but is not over.
    """
    if not cap:
        return set()
    counted = (
        Prompt.objects.filter(project=project)
        .visible()
        .exclude(contributor="")
        .exclude(source=Prompt.Source.LABELER)
        .exclude(state=Prompt.State.WITHDRAWN)
        .annotate(place=Window(RowNumber(), partition_by=F("contributor"), order_by=F("pk").asc()))
    )
    kept = PromptFinding.objects.filter(
        project=project, kind=PromptFinding.Kind.CAP, state=PromptFinding.State.KEPT
    )
    over = set(counted.filter(place__gt=cap).values_list("pk", flat=True))
    return over - set(kept.values_list("prompt_id", flat=True))


def caps_mark(claim: Claim[PromptJob], *, project: Project, cap: int) -> None:
    """Bring every prompt's mark, and its finding, to what the cap says now."""
    wanted = over_cap(project, cap)
    marked = set(Prompt.objects.filter(project=project, over_cap=True).values_list("pk", flat=True))
    for ids, over in ((sorted(wanted - marked), True), (sorted(marked - wanted), False)):
        for start in range(0, len(ids), CHUNK):
            chunk_mark(claim, project, ids[start : start + CHUNK], over=over)
            let_others_write()


def chunk_mark(claim: Claim[PromptJob], project: Project, ids: list[int], *, over: bool) -> None:
    with transaction.atomic():
        Prompt.objects.filter(pk__in=ids).update(over_cap=over)
        findings = PromptFinding.objects.filter(
            prompt__in=ids, kind=PromptFinding.Kind.CAP, state=PromptFinding.State.OPEN
        )
        if over:
            PromptFinding.objects.bulk_create(
                (
                    PromptFinding(
                        project=project, prompt_id=pk, kind=PromptFinding.Kind.CAP, key="cap"
                    )
                    for pk in ids
                ),
                ignore_conflicts=True,
            )
        else:
            findings.delete()
        claim.beat()
