"""Which prompts a stage of a round has answered."""

from itertools import groupby
from random import Random

from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from annotation.models import Prompt, Ranking, Task
from inference.models import SamplingItem
from training.models import Round

Split = Prompt.Split


def prompts_askable(project_id: int, *splits: str) -> QuerySet[Prompt]:
    """A project's prompts of these splits; of those to train and to validate on by default."""
    wanted = splits or (Split.TRAIN, Split.VALID)
    return Prompt.objects.askable().filter(project=project_id, split__in=wanted)


def prompts_free(project_id: int) -> QuerySet[Prompt]:
    """Those to ask whose answers do not wait to be ranked already."""
    waiting = Task.objects.filter(
        project=project_id,
        kind=Task.Kind.RANKING,
        state__in=[Task.State.STAGED, Task.State.OPEN],
    )
    return prompts_askable(project_id).exclude(pk__in=waiting.values("prompt"))


def prompts_unranked(project_id: int) -> QuerySet[Prompt]:
    """Those of them that nobody has ranked."""
    return prompts_free(project_id).exclude(rankings__is_current=True)


def prompts_lacking(project_id: int) -> str:
    """Why nothing can be asked, and what to do; empty where something can."""
    if prompts_free(project_id).exists():
        return ""
    if prompts_askable(project_id).exists():
        return gettext(
            "The answers to every prompt wait to be ranked already. Have labelers rank them, or "
            "import prompts."
        )
    return gettext("There is no prompt to train or to validate on. Import prompts.")


def prompts_choose(round_: Round, count: int, salt: str) -> list[int]:
    """At most `count` to ask: those nobody has ranked first, then those ranked least often.

    What a model has refused comes last: another model may take it, but most likely not. Equals are
    drawn by the round's seed and their texts, whatever their ids.
    """
    rows = (
        prompts_free(round_.project_id)
        .annotate(refused=_was_refused(), times=_times_ranked())
        .order_by("refused", "times", "content_hash", "pk")
        .values_list("refused", "times", "pk")
    )
    draw = Random(f"{round_.seed}:{round_.number}:{salt}")
    chosen: list[int] = []
    for _, equals in groupby(rows, key=lambda row: row[:2]):
        if len(chosen) == count:
            break
        ids = [pk for *_, pk in equals]
        chosen += draw.sample(ids, min(count - len(chosen), len(ids)))
    return sorted(chosen)


def _was_refused() -> Exists:
    refused = SamplingItem.objects.filter(state=SamplingItem.State.REFUSED)
    return Exists(refused.filter(prompt=OuterRef("pk")))


def _times_ranked() -> Coalesce:
    """Of the prompt at hand. Who was ranked least often was also asked least recently."""
    rankings = Ranking.objects.filter(is_current=True, prompt=OuterRef("pk"))
    counted = rankings.order_by().values("prompt").annotate(n=Count("pk"))
    return Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0)
