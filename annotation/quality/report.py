"""The whole report of a project's quality, of its rankings as columns. Pure."""

from typing import Any

from annotation.quality.columns import Rankings
from annotation.quality.findings import findings
from annotation.quality.labeler_figures import (
    Step,
    labeler_figures,
    learning_figures,
    outlier_figures,
)
from annotation.quality.measured import measure
from annotation.quality.statistics.learning import stretch_of, submission_numbers
from annotation.quality.thresholds import Thresholds
from annotation.quality.whole_figures import (
    agreement_figures,
    concordance_figures,
    flag_figures,
    matrix_figures,
    use_case_figures,
    week_figures,
)


def quality_report(
    rankings: Rankings, thresholds: Thresholds | None = None, step: Step = lambda: None
) -> dict[str, Any]:
    """Every figure of the quality page, as JSON has it: None is what there is no figure for.

    Labelers stand by the ids of `rankings.labelers`. `step` is called now and then: a worker's
    heart beats in it.
    """
    thresholds = thresholds or Thresholds()
    measured = measure(rankings)
    step()
    rows = labeler_figures(measured, thresholds, step) if len(rankings.task) else []
    step()
    stretches = stretch_of(submission_numbers(rankings.labeler, rankings.ranking))
    figures = {
        "rankings": len(rankings.task),
        "tasks": len(set(rankings.task.tolist())),
        "compared_tasks": len(set(measured.task.tolist())),
        "agreement": agreement_figures(measured),
        **concordance_figures(rankings),
        "learning": learning_figures(measured, stretches),
    }
    step()
    figures |= {"flags": flag_figures(rankings), "use_cases": use_case_figures(measured)}
    step()
    return {
        **figures,
        "weeks": week_figures(measured),
        "matrix": matrix_figures(measured),
        "labelers": rows,
        "outliers": outlier_figures(rankings, thresholds),
        "findings": findings(rows, thresholds),
    }
