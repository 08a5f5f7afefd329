"""Marking a prompt anew: what its tasks ask of their labelers goes with it."""

from django.db import transaction

from annotation.people.models import User
from annotation.people.projects import audit
from annotation.prompts.marks import Marks, marks_of
from annotation.prompts.models import Prompt
from annotation.queue.models import Task
from annotation.queue.routes import Routes, route_fields


def prompt_remark(*, prompt: Prompt, marks: Marks, routes: Routes) -> None:
    """The marking itself; the caller owns the transaction, and the prompt's row is fresh."""
    former = route_fields(marks_of(prompt))
    prompt.language = marks.language
    prompt.skills, prompt.sensitive = list(marks.skills), list(marks.sensitive)
    prompt.scanned = ""  # whether it is in that language is asked again
    prompt.save(update_fields=["language", "skills", "sensitive", "scanned"])
    tasks = Task.objects.filter(
        prompt=prompt, **{f"route__{name}": value for name, value in former.items()}
    )
    for task in tasks.select_for_update(of=("self",)).order_by("pk"):
        task.route = routes.of(prompt, kind=task.kind, purpose=task.purpose)
        task.save(update_fields=["route"])


@transaction.atomic
def prompt_mark(*, actor: User | None, prompt: Prompt, marks: Marks) -> Prompt:
    """Give a prompt other marks, and its tasks that were marked as it was. Returns the prompt.

    Who is at work on such a task may finish it.
    """
    prompt = Prompt.objects.select_related("project").get(pk=prompt.pk)
    prompt_remark(prompt=prompt, marks=marks, routes=Routes(prompt.project))
    audit(
        project=prompt.project,
        actor=actor,
        verb="prompt_mark",
        target=str(prompt.pk),
        **route_fields(marks),
    )
    return prompt
