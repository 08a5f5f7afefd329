"""What the tests of the prompt pool share: scans that run here and now."""

from typing import Any

from annotation.models import Project, Prompt, PromptFinding, PromptJob
from annotation.pool.jobs import job_run
from annotation.pool.rules import rules_update
from annotation.pool.scans import scan_request
from annotation.pool.tasks import WORKS


def scanned(project: Project, *, again: bool = False, **rules: Any) -> PromptJob:
    """Scan the project's prompts, under changed rules where any are named."""
    if rules:
        rules_update(actor=None, project=project, **rules)
    job = scan_request(actor=None, project=project, again=again)
    job_run(job_id=job.pk, works=WORKS)
    job.refresh_from_db()
    assert job.state == PromptJob.State.SUCCEEDED, job.error
    return job


def found(project: Project) -> list[tuple[int, str, str]]:
    """(prompt, kind, what) of every finding, in the order of prompts."""
    rows = PromptFinding.objects.filter(project=project).order_by("prompt", "kind", "start")
    return list(rows.values_list("prompt", "kind", "what"))


def fresh(prompt: Prompt) -> Prompt:
    return Prompt.objects.get(pk=prompt.pk)
