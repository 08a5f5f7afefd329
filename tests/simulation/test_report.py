"""The loop's table, where something could not be measured."""

from io import StringIO

from rich.console import Console

from simulation.report import report_table


def test_what_was_not_measured_is_a_dash():
    ends = {"reward": 0.0, "kl": 1.0, "entropy": 0.5, "eos_rate": 1.0}
    entry = {
        "round": 1,
        "counts": {"demonstrations": 5, "rankings": 1234, "comparisons": 6},
        "labeler_agreement": 0.75,
        "reward_model": {
            "train_accuracy": 0.8125,
            "validation_accuracy": None,
            "judge_accuracy": None,
        },
        "ppo": {"start": ends, "end": ends},
        "win_rates": {"policy_vs_sft": {"rate": 0.75, "low": 0.7, "high": 0.8}},
        "seconds": {"sft": 12.3},
    }
    screen = StringIO()
    Console(file=screen, width=120).print(report_table({"seed": 0, "rounds": [entry]}))
    rows = {
        label.strip(): figure.strip()
        for label, figure in (
            line.strip("│").split("│") for line in screen.getvalue().splitlines() if "│" in line
        )
    }
    assert rows["reward model, train accuracy"] == "0.812"
    assert rows["reward model, validation accuracy"] == "–"
    assert rows["reward model against the judge"] == "–"
    assert rows["rankings"] == "1,234"
    assert rows["policy_vs_sft"] == "0.750 [0.700, 0.800]"
