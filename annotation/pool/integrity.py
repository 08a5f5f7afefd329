"""What prompts say of themselves against what was found in them, for `check_integrity`."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q, QuerySet

from annotation.pool.models import PromptFinding
from annotation.prompts.models import Prompt
from annotation.queue.models import Task

Kind = PromptFinding.Kind


def open_findings(kind: str) -> Exists:
    rows = PromptFinding.objects.filter(
        prompt=OuterRef("pk"), kind=kind, state=PromptFinding.State.OPEN
    )
    return Exists(rows)


def standing() -> QuerySet[Prompt]:
    """Of a prompt that was withdrawn nothing is asked any more."""
    return Prompt.objects.exclude(state=Prompt.State.WITHDRAWN)


def private_prompts_have_findings() -> Iterator[str]:
    """A prompt that was read is private while personal data found in it is open."""
    read = standing().exclude(scanned="").annotate(found=open_findings(Kind.PII))
    agree = Q(private=True, found=True) | Q(private=False, found=False)
    for prompt in read.exclude(agree).order_by("pk"):
        yield f"Prompt {prompt.pk} is {'' if prompt.private else 'not '}private, against findings."


def prompts_over_the_cap_have_findings() -> Iterator[str]:
    found = standing().annotate(found=open_findings(Kind.CAP))
    agree = Q(over_cap=True, found=True) | Q(over_cap=False, found=False)
    for prompt in found.exclude(agree).order_by("pk"):
        yield f"Prompt {prompt.pk} is {'' if prompt.over_cap else 'not '}over the cap."


def withdrawn_prompts_are_asked_of_nobody() -> Iterator[str]:
    """What was withdrawn has no open task."""
    asked = Task.objects.filter(state=Task.State.OPEN, prompt__state=Prompt.State.WITHDRAWN)
    for task in asked.order_by("pk"):
        yield f"Task {task.pk} is open, and its prompt {task.prompt_id} is withdrawn."


CHECKS = (
    private_prompts_have_findings,
    prompts_over_the_cap_have_findings,
    withdrawn_prompts_are_asked_of_nobody,
)
