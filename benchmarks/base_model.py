"""Build the base model from several seeds, and say how long each took and how well it copies.

    python benchmarks/base_model.py [SEED ...]        default: 0 1 2, a minute or two each

The copying is measured on held-out prompts, at temperature 1. Times are this machine's: let nothing
else run beside it.
"""

import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from inference.tiny.build import base_build, progress_bar
from inference.tiny.config import PretrainConfig

COLUMNS = ("right_subject_rate", "on_topic_rate", "eos_rate", "seconds", "cpu_seconds")


def main(seeds: list[int]) -> None:
    table = Table("seed", *(name.replace("_", " ") for name in COLUMNS))
    for seed in seeds:
        with (
            tempfile.TemporaryDirectory() as folder,
            progress_bar(steps=PretrainConfig().steps) as on_step,
        ):
            facts = base_build(folder=Path(folder) / "base", seed=seed, on_step=on_step).facts
        table.add_row(str(seed), *(f"{facts[name]:.3g}" for name in COLUMNS))
    Console().print(table)


if __name__ == "__main__":
    main([int(seed) for seed in sys.argv[1:]] or [0, 1, 2])
