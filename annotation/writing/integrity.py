"""What labelers wrote against the prompts that it became, for `check_integrity`."""

from collections.abc import Iterator

from annotation.prompts.models import Prompt
from annotation.writing.models import Writing, WritingKind

AT_ONCE = 500


def writings_became_their_prompts() -> Iterator[str]:
    """Each is one prompt, or a prompt for each pair of a few-shot group, under its labeler."""
    rows = Writing.objects.select_related("labeler").prefetch_related("prompts__prompt")
    for writing in rows.order_by("pk").iterator(AT_ONCE):
        written = list(writing.prompts.all())
        few_shot = writing.kind == WritingKind.FEW_SHOT
        wanted = len(writing.content.get("pairs", ())) if few_shot else 1
        who = f"user:{writing.labeler.public_id}"
        fits = all(
            each.prompt.project_id == writing.project_id
            and each.prompt.source == Prompt.Source.LABELER
            and each.prompt.contributor == who
            for each in written
        )
        if not fits or [each.position for each in written] != list(range(1, wanted + 1)):
            yield f"Writing {writing.pk} does not fit the prompts it became."


CHECKS = (writings_became_their_prompts,)
