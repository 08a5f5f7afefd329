"""What people decide about findings: keep the prompt, remove it, or black personal data out."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.people.models import Project, User
from annotation.people.projects import audit
from annotation.pool.models import PromptFinding
from annotation.pool.withdrawal import prompts_withdraw
from annotation.prompts.marks import marks_of
from annotation.prompts.models import Prompt
from annotation.prompts.prompts import Messages, prompt_create

Kind = PromptFinding.Kind
State = PromptFinding.State
MOST_AT_ONCE = 200


class Decision(models.TextChoices):
    KEEP = "keep", gettext_lazy("Keep")
    REMOVE = "remove", gettext_lazy("Remove")
    REDACT = "redact", gettext_lazy("Redact")


def findings_decide(
    *, actor: User | None, project: Project, ids: Collection[int], decision: str
) -> int:
    """Decide open findings, at most MOST_AT_ONCE. Returns how many were open still.

    `keep` is of the finding alone; `remove` and `redact` are of its prompt, and settle whatever
    else is open of it. Raises ValidationError, and then decides nothing.
    """
    if decision not in Decision.values:
        raise ValidationError(_("Decide to keep, to remove or to redact."))
    if not ids:
        raise ValidationError(_("Choose the findings first."))
    if len(ids) > MOST_AT_ONCE:
        raise ValidationError(
            _("Decide at most %(most)s findings at a time.") % {"most": MOST_AT_ONCE}
        )
    with transaction.atomic():
        rows = PromptFinding.objects.filter(project=project, pk__in=ids, state=State.OPEN)
        findings = list(rows.select_for_update(of=("self",)).order_by("pk"))
        if decision == Decision.REDACT and any(each.kind != Kind.PII for each in findings):
            raise ValidationError(_("Only personal data can be redacted."))
        if decision == Decision.KEEP:
            findings_keep(actor, findings)
        elif decision == Decision.REMOVE:
            findings_remove(actor, project, findings)
        else:
            findings_redact(actor, project, findings)
        if findings:
            audit(
                project=project,
                actor=actor,
                verb=f"findings_{decision}",
                target=project.slug,
                findings=[each.pk for each in findings],
            )
    return len(findings)


def settle(findings: "models.QuerySet[PromptFinding]", actor: User | None, state: str) -> None:
    findings.filter(state=State.OPEN).update(
        state=state, reviewed_by=actor, reviewed_at=timezone.now()
    )


def findings_keep(actor: User | None, findings: Iterable[PromptFinding]) -> None:
    """What is kept is no hindrance: the prompt trains, or counts as within the cap."""
    kept = list(findings)
    settle(PromptFinding.objects.filter(pk__in=[each.pk for each in kept]), actor, State.KEPT)
    capped = {each.prompt_id for each in kept if each.kind == Kind.CAP}
    Prompt.objects.filter(pk__in=capped).update(over_cap=False)
    read = {each.prompt_id for each in kept if each.kind == Kind.PII}
    still = PromptFinding.objects.filter(prompt__in=read, kind=Kind.PII, state=State.OPEN)
    clean = read - set(still.values_list("prompt_id", flat=True))
    prompts = Prompt.objects.filter(pk__in=clean)
    prompts.update(private=False)
    prompts.filter(state=Prompt.State.UNREVIEWED).update(state=Prompt.State.ACTIVE)


def findings_remove(
    actor: User | None, project: Project, findings: Iterable[PromptFinding]
) -> None:
    ids = {each.prompt_id for each in findings}
    prompts_withdraw(actor=actor, project=project, ids=ids)
    settle(PromptFinding.objects.filter(prompt__in=ids), actor, State.REMOVED)


def findings_redact(
    actor: User | None, project: Project, findings: Iterable[PromptFinding]
) -> None:
    """Put a version without its personal data in each prompt's place, on the same side of a
    validation. All that is open of the prompt goes at once."""
    ids = {each.prompt_id for each in findings}
    spans: dict[int, list[PromptFinding]] = defaultdict(list)
    for finding in PromptFinding.objects.filter(prompt__in=ids, kind=Kind.PII, state=State.OPEN):
        spans[finding.prompt_id].append(finding)
    for prompt in Prompt.objects.filter(pk__in=ids).order_by("pk"):
        version_make(prompt, redacted(prompt.messages, spans[prompt.pk]))
    prompts_withdraw(actor=actor, project=project, ids=ids)
    settle(PromptFinding.objects.filter(prompt__in=ids), actor, State.REDACTED)


def version_make(prompt: Prompt, messages: Messages) -> Prompt:
    """A later version of a prompt, unless the project has the same text already."""
    made, new = prompt_create(
        project=prompt.project,
        messages=messages,
        split=prompt.split,
        **{name: getattr(prompt, name) for name in ("use_case", "source", "contributor")},
        marks=marks_of(prompt),
    )
    if new:
        made.replaces = prompt
        made.save(update_fields=["replaces"])
    return made


def redacted(messages: Messages, spans: Iterable[Any]) -> Messages:
    """The messages with [EMAIL], [PHONE], ... in the place of each span; from behind, so that the
    places of the others hold."""
    said = [dict(message) for message in messages]
    for span in sorted(spans, key=lambda each: (each.message, each.start), reverse=True):
        text = said[span.message]["content"]
        said[span.message]["content"] = (
            f"{text[: span.start]}[{span.what.upper()}]{text[span.end :]}"
        )
    return said
