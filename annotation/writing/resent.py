"""One's own hand-in come a second time, as where the answer to the first was lost on the way."""

from datetime import timedelta

from django.utils import timezone

from annotation.feedback.models import Demonstration
from annotation.people.models import Project, User
from annotation.prompts.marks import marks_read
from annotation.prompts.prompts import content_hash
from annotation.texts import newlines_plain
from annotation.writing.content import WritingInput
from annotation.writing.models import Writing

RESENT_WITHIN = timedelta(days=1)  # a page left open overnight sends in the morning


def writing_resent(*, labeler: User, project: Project, said: WritingInput) -> Writing | None:
    """What the labeler handed in within a day that says the same as `said`, which is validated."""
    text, answer = said.prompts()[0]  # the others of a group follow from its content
    digest = content_hash([{"role": "user", "content": text}])
    writing = Writing.objects.filter(
        project=project,
        labeler=labeler,
        kind=said.kind,
        story=said.story,
        harm=said.harm,
        content=said.content(),
        created_at__gt=timezone.now() - RESENT_WITHIN,
        prompts__prompt__content_hash=digest,
        prompts__prompt__use_case=said.use_case,
        prompts__prompt__sensitive=list(marks_read(sensitive=said.sensitive).sensitive),
    ).first()
    if writing is None:
        return None
    answers = Demonstration.objects.filter(
        prompt__written__writing=writing, prompt__content_hash=digest, labeler=labeler, task=None
    )
    given = answers.values_list("text", flat=True).first()
    return writing if given == (None if answer is None else newlines_plain(answer)) else None
