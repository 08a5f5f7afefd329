"""What a project's prompts are for, against what is wanted; counted along one index."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from annotation.people.models import Project
from annotation.pool.rules import rules_of
from annotation.prompts.models import Prompt, UseCase


@dataclass(frozen=True)
class UseCaseRow:
    """`share` and `wanted` in percent; `missing`: prompts to add until the share is as wanted, the
    others staying as they are (0 where there are enough)."""

    use_case: str
    label: str
    count: int
    share: float
    wanted: float
    missing: int
    sources: Mapping[str, int]
    splits: Mapping[str, int]


@dataclass(frozen=True)
class Mix:
    total: int
    rows: list[UseCaseRow]
    states: Mapping[str, int]
    sources: Mapping[str, int]
    splits: Mapping[str, int]


def mix_of(project: Project) -> Mix:
    """Count a project's prompts by use case, source and split. Only those in use have shares."""
    grouped: Any = (
        Prompt.objects.filter(project=project)
        .order_by()
        .values_list("state", "use_case", "source", "split")
        .annotate(n=Count("pk"))
    )
    states, sources, splits, cases = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    by_source: dict[str, Counter[str]] = {case: Counter() for case in UseCase.values}
    by_split: dict[str, Counter[str]] = {case: Counter() for case in UseCase.values}
    for state, case, source, split, n in grouped:
        states[state] += n
        if state != Prompt.State.ACTIVE:
            continue
        sources[source] += n
        splits[split] += n
        cases[case] += n
        by_source[case][source] += n
        by_split[case][split] += n
    total = sum(cases.values())
    wanted = rules_of(project).mix
    rows = [
        UseCaseRow(
            use_case=case,
            label=str(UseCase(case).label),
            count=cases[case],
            share=100 * cases[case] / total if total else 0.0,
            wanted=wanted[case],
            missing=missing(cases[case], total, wanted[case]),
            sources=by_source[case],
            splits=by_split[case],
        )
        for case in sorted(UseCase.values, key=lambda case: -wanted[case])
    ]
    return Mix(total=total, rows=rows, states=states, sources=sources, splits=splits)


def missing(count: int, total: int, percent: float) -> int:
    """The fewest x with (count + x) / (total + x) >= percent / 100."""
    wanted = percent / 100
    if not total or wanted >= 1 or count >= wanted * total:
        return 0
    return int(-(-(wanted * total - count) // (1 - wanted)))
