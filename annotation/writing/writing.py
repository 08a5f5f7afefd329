"""Writing prompts, and taking them back.

Rows are locked in one order: the project, then the labeler's membership, then what was written, its
prompts and their tasks.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from annotation.feedback.asking import ASKED_SPLITS
from annotation.feedback.demonstrations import demonstration_record
from annotation.feedback.eligibility import labeler_trains
from annotation.feedback.models import Demonstration, Source
from annotation.feedback.signals import feedback_announce
from annotation.people.models import Project, User
from annotation.people.projects import audit
from annotation.prompts.marks import Marks, marks_read
from annotation.prompts.models import Prompt
from annotation.prompts.prompts import prompt_create
from annotation.queue.claims import labeler_lock
from annotation.queue.draft_revisions import DraftSeen
from annotation.queue.models import Assignment, Task
from annotation.queue.tasks import demonstration_tasks_create
from annotation.writing.content import WritingInput, writing_validate
from annotation.writing.drafts import draft_end
from annotation.writing.models import Writing, WrittenPrompt
from annotation.writing.resent import writing_resent
from annotation.writing.signals import prompts_withdrawing
from annotation.writing.wanted import quota_check

WITHDRAW_WITHIN = timedelta(hours=24)
USED = gettext_lazy("Somebody has worked with this already, so it stays.")


def writing_create(
    *,
    labeler: User,
    project: Project,
    said: WritingInput,
    active_seconds: int = 0,
    seen: DraftSeen | None = None,
) -> Writing:
    """Store what a labeler wrote: its prompts, and the answers to them as demonstrations.

    Handing in twice returns what was handed in first. The draft that was `seen` ends with it.
    The split is drawn by labeler. What a held-out labeler writes goes to the test split and never
    trains. Raises ValidationError, also for a prompt that the project has already, and
    PermissionDenied for who is not an active labeler.
    """
    with transaction.atomic():
        project = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        labeler_lock(labeler=labeler, project=project, now=timezone.now())
        writing_validate(said, project=project)
        resent = writing_resent(labeler=labeler, project=project, said=said)
        if resent:
            draft_end(project=project, labeler=labeler, kind=said.kind, seen=seen)
            return resent
        quota_check(project=project, labeler=labeler)
        trains = labeler_trains(project=project, labeler=labeler)
        parts = said.prompts()
        prompts = prompts_create(
            project=project,
            texts=[text for text, _ in parts],
            use_case=said.use_case,
            contributor=f"user:{labeler.public_id}",
            split=None if trains else Prompt.Split.TEST,
            marks=marks_read(sensitive=said.sensitive),
        )
        writing = Writing.objects.create(
            project=project,
            labeler=labeler,
            kind=said.kind,
            story=said.story,
            harm=said.harm,
            content=said.content(),
            active_seconds=draft_end(project=project, labeler=labeler, kind=said.kind, seen=seen)
            + active_seconds,
        )
        WrittenPrompt.objects.bulk_create(
            WrittenPrompt(writing=writing, prompt=prompt, position=position)
            for position, prompt in enumerate(prompts, start=1)
        )
        answers = [answer for _, answer in parts]
        answers_store(project, labeler, prompts, answers, trains=trains)
    return writing


def prompts_create(
    *,
    project: Project,
    texts: Sequence[str],
    use_case: str,
    contributor: str,
    split: str | None,
    marks: Marks,
) -> list[Prompt]:
    """Store new prompts. Raises ValidationError where the project has one of them already."""
    prompts = []
    for number, text in enumerate(texts, start=1):
        prompt, new = prompt_create(
            project=project,
            messages=[{"role": "user", "content": text}],
            use_case=use_case,
            source=Prompt.Source.LABELER,
            contributor=contributor,
            split=split,
            marks=marks,
        )
        if not new:
            if len(texts) == 1:
                raise ValidationError(
                    _("This prompt is in the project already: write another one.")
                )
            raise ValidationError(
                _("Prompt %(number)s of %(all)s is in the project already: write another one.")
                % {"number": number, "all": len(texts)}
            )
        prompts.append(prompt)
    return prompts


def answers_store(
    project: Project,
    labeler: User,
    prompts: Sequence[Prompt],
    answers: Sequence[str | None],
    *,
    trains: bool,
) -> None:
    """Keep the answers as demonstrations; where there is none, others are asked if so set."""
    asked = []
    for prompt, answer in zip(prompts, answers, strict=True):
        if answer is not None:
            demonstration_record(
                prompt=prompt,
                text=answer,
                source=Source.PERSON,
                labeler=labeler,
                trains=trains,
                instructions_version=project.instructions_version,
            )
        elif project.prompts_ask and prompt.split in ASKED_SPLITS:
            asked.append(prompt)
    if asked:
        demonstration_tasks_create(project=project, prompts=asked)
    if len(asked) < len(prompts):
        feedback_announce(project_id=project.pk, kind=Task.Kind.DEMONSTRATION)


def writing_get(*, labeler: User, project: Project, public_id: UUID) -> Writing:
    """The labeler's own. Raises Http404 for anybody else's and for none."""
    writing = Writing.objects.filter(project=project, labeler=labeler, public_id=public_id).first()
    if writing is None:
        raise Http404(_("Nothing of yours."))
    return writing


def writing_withdraw(*, labeler: User, writing: Writing) -> None:
    """Take back what one wrote, its own answers too, as if it had never been handed in.

    Raises ValidationError once a day has passed or anybody has worked with it.
    """
    if writing.created_at < timezone.now() - WITHDRAW_WITHIN:
        raise ValidationError(_("This was written more than a day ago, so it stays."))
    with transaction.atomic():
        if not Writing.objects.select_for_update().filter(pk=writing.pk).exists():
            return  # in another tab, a moment ago
        prompts = Prompt.objects.filter(written__writing=writing).select_for_update(of=("self",))
        ids = [prompt.pk for prompt in prompts]
        tasks = Task.objects.filter(prompt__in=ids)
        list(tasks.select_for_update(of=("self",)))
        own = Demonstration.objects.filter(prompt__in=ids, task=None, labeler=labeler)
        if prompts_used(ids, own=[each.pk for each in own]):
            raise ValidationError(USED)
        prompts_withdrawing.send(
            sender=Writing, prompt_ids=ids, demonstration_ids=[each.pk for each in own]
        )
        audit(
            project=writing.project,
            actor=labeler,
            verb="writing_withdraw",
            target=str(writing.public_id),
            kind=writing.kind,
            prompts=len(ids),
        )
        tasks.delete()
        own.delete()
        writing.delete()
        Prompt.objects.filter(pk__in=ids).delete()


def prompts_used(ids: Sequence[int], *, own: Sequence[int]) -> bool:
    """Whether rows of any app hang on these prompts, but for what was written with them.

    A task that nobody has been given is no use yet.
    """
    apart = (WrittenPrompt, Task, Demonstration)
    others = (
        relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": ids})
        for relation in Prompt._meta.related_objects
        if relation.related_model not in apart
    )
    return (
        Assignment.objects.filter(task__prompt__in=ids).exists()
        or Demonstration.objects.filter(prompt__in=ids).exclude(pk__in=own).exists()
        or any(rows.exists() for rows in others)
    )
