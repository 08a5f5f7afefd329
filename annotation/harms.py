"""How often labelers said that an answer does harm: by flag, and by severity."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from annotation.feedback.models import Judgment, Ranking
from annotation.feedback.severity import SEVERITIES
from annotation.people.models import Project


@dataclass(frozen=True)
class Harms:
    """What current rankings say of answers; of each flag and severity that was said, how often."""

    flags: list[tuple[str, int]]
    severities: list[tuple[int, str, int]]

    def __bool__(self) -> bool:
        return bool(self.flags or self.severities)


def harms_count(project: Project) -> Harms:
    """Flags as the rubric orders and words them; one that it has no more goes by its key."""
    rankings = Ranking.objects.visible().filter(project=project, is_current=True)
    judgments = Judgment.objects.filter(ranking__in=rankings)
    # A database counts equal lists of flags; which flags are in them is for us to say.
    together: Any = judgments.exclude(flags=[]).values_list("flags").annotate(n=Count("pk"))
    flagged: Counter[str] = Counter()
    for flags, count in together.order_by():
        flagged.update(dict.fromkeys(flags, count))
    severe: Any = judgments.exclude(severity=None).values_list("severity").annotate(n=Count("pk"))
    found = dict(severe.order_by())
    labels = {flag["key"]: flag["label"] for flag in project.rubric["flags"]}
    order = [*(key for key in labels if key in flagged), *sorted(flagged.keys() - labels.keys())]
    return Harms(
        flags=[(labels.get(key, key), flagged[key]) for key in order],
        severities=[
            (value, str(label), found[value]) for value, label in SEVERITIES if value in found
        ],
    )
