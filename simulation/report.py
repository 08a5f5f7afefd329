"""What a headless loop has to show: report.json and the table on the screen."""

from typing import Any

from rich.table import Table

from annotation.models import Demonstration, Judgment, Ranking
from annotation.quality.statistics.intervals import Rate
from training.models import Round, RoundStage, Run
from training.stages import stage_model


def counts(round_: Round) -> dict[str, int]:
    """What this round's snapshots held: its models learnt from these."""
    demonstrations = _snapshot_items(round_, Run.Stage.SFT, "demonstration")
    rankings = _snapshot_items(round_, Run.Stage.REWARD, "ranking")
    return {
        "demonstrations": Demonstration.objects.filter(pk__in=demonstrations).count(),
        "rankings": Ranking.objects.filter(pk__in=rankings).count(),
        "comparisons": comparisons_count(rankings),
    }


def _snapshot_items(round_: Round, stage: str, kind: str) -> list[int]:
    run = Run.objects.get(round_stage__round=round_, stage=stage)
    snapshot = run.inputs.get(role="data").snapshot
    assert snapshot is not None  # the database holds data inputs to a snapshot
    return list(snapshot.items.filter(kind=kind).values_list("object_id", flat=True))


def comparisons_count(rankings: list[int]) -> int:
    """Strict pairs within the rankings; ties are none."""
    ranks: dict[int, list[int]] = {}
    rows = Judgment.objects.filter(ranking__in=rankings).values_list("ranking_id", "rank")
    for ranking, rank in rows:
        if rank is not None:
            ranks.setdefault(ranking, []).append(rank)
    return sum(
        sum(1 for i, a in enumerate(group) for b in group[i + 1 :] if a != b)
        for group in ranks.values()
    )


def stage_seconds(round_: Round) -> dict[str, float]:
    return {
        stage.name: round((stage.finished_at - stage.started_at).total_seconds(), 1)
        for stage in round_.stages.all()
        if stage.started_at and stage.finished_at
    }


def ppo_ends(metrics: dict[str, float]) -> dict[str, dict[str, float]]:
    names = ("reward", "kl", "entropy", "eos_rate")
    return {end: {name: metrics[f"{end}/{name}"] for name in names} for end in ("start", "end")}


def round_report(
    *,
    round_: Round,
    rates: dict[str, Rate],
    scores: dict[str, float],
    by_judge: Rate | None,
    agreement: float,
    evaluation_seconds: float,
) -> dict[str, Any]:
    reward = stage_model(round_, RoundStage.Name.REWARD).metrics
    return {
        "round": round_.number,
        "counts": counts(round_),
        "labeler_agreement": agreement,
        "reward_model": {
            "train_accuracy": reward["train_accuracy"],
            # Nothing is measured where no ranking fell into the validation split.
            "validation_accuracy": reward.get("validation_accuracy"),
            "judge_accuracy": by_judge and by_judge.as_dict(),
        },
        "ppo": ppo_ends(stage_model(round_, RoundStage.Name.PPO).metrics),
        "win_rates": {label: rate.as_dict() for label, rate in rates.items()},
        "judge_scores": scores,
        "seconds": {**stage_seconds(round_), "evaluation": evaluation_seconds},
    }


def report_table(report: dict[str, Any]) -> Table:
    table = Table(title=f"Plumbline loop, seed {report['seed']}", title_justify="left")
    table.add_column("")
    for entry in report["rounds"]:
        table.add_column(f"round {entry['round']}", justify="right")
    for label, cells in _rows(report["rounds"]):
        table.add_row(label, *cells)
    return table


def _rows(rounds: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    def each(cell: Any) -> list[str]:
        return [cell(entry) for entry in rounds]

    rows = [
        (name, each(lambda entry, name=name: f"{entry['counts'][name]:,}"))
        for name in ("demonstrations", "rankings", "comparisons")
    ]
    rows.append(("labelers agree on pairs", each(lambda e: f"{e['labeler_agreement']:.2f}")))
    for name in ("train_accuracy", "validation_accuracy"):
        label = f"reward model, {name.replace('_', ' ')}"
        rows.append((label, each(lambda e, name=name: _share(e["reward_model"][name]))))
    judged = each(lambda e: _share((e["reward_model"]["judge_accuracy"] or {}).get("rate")))
    rows.append(("reward model against the judge", judged))
    for name in ("reward", "kl", "entropy", "eos_rate"):
        rows.append((f"PPO {name}, start to end", each(lambda e, name=name: _from_to(e, name))))
    for label in dict.fromkeys(label for entry in rounds for label in entry["win_rates"]):
        rows.append((label, each(lambda e, label=label: _rate(e["win_rates"].get(label)))))
    for stage in dict.fromkeys(stage for entry in rounds for stage in entry["seconds"]):
        rows.append((f"seconds, {stage}", each(lambda e, s=stage: f"{e['seconds'].get(s, 0):.0f}")))
    return rows


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.3f}"


def _from_to(entry: dict[str, Any], name: str) -> str:
    ends = entry["ppo"]
    return f"{ends['start'][name]:.2f} to {ends['end'][name]:.2f}"


def _rate(rate: dict[str, float] | None) -> str:
    return "" if rate is None else f"{rate['rate']:.3f} [{rate['low']:.3f}, {rate['high']:.3f}]"
