"""Build the base model: corpus, tokenizer, pretraining, measurement, into one folder."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, Final

import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from transformers import PreTrainedTokenizerFast

from inference.tiny.config import PretrainConfig
from inference.tiny.copying import measure_copying
from inference.tiny.corpus import documents_drawn, heldout_prompts
from inference.tiny.pretrain import Step, model_pretrained
from inference.tiny.record import BUILD_FILE, VOCABULARY, Build, build_fingerprint, build_standing
from inference.tiny.tokenizer import tokenizer_trained

_TOKENIZER_DOCUMENTS: Final = 6000
_MEASURED_PROMPTS: Final = 120
_LEFT_BEHIND: Final = 3600.0  # seconds
_PACKAGES: Final = ("torch", "transformers", "tokenizers")

OnStep = Callable[[Step], None]


def base_build(
    *,
    folder: Path,
    seed: int = 0,
    config: PretrainConfig | None = None,
    vocabulary: int = VOCABULARY,
    force: bool = False,
    on_step: OnStep = lambda _: None,
) -> Build:
    """Build a base model into `folder`, or leave the one that stands there.

    The folder appears whole or not at all. Raises ValueError on a bad config, FileExistsError
    where something that is no built model stands in the way.
    """
    config = config or PretrainConfig()
    config.validate()
    standing = build_standing(folder=folder, seed=seed, config=config, vocabulary=vocabulary)
    if standing and not force:
        return standing
    _leftovers_clear(folder)
    fresh = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        fingerprint = build_fingerprint(seed=seed, config=config, vocabulary=vocabulary)
        facts = {"fingerprint": fingerprint, "seed": seed} | _built_into(
            fresh, seed=seed, config=config, vocabulary=vocabulary, on_step=on_step
        )
        (fresh / BUILD_FILE).write_text(json.dumps(facts, indent=2) + "\n")
        _replace(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return Build(folder, True, True, facts)


def corpus_tokenizer(*, seed: int, vocabulary: int, context: int = 512) -> PreTrainedTokenizerFast:
    """The tokenizer that the corpus of this seed gives."""
    documents = islice(documents_drawn(rng=Random(f"tokenizer {seed}")), _TOKENIZER_DOCUMENTS)
    texts = [message["content"] for messages in documents for message in messages]
    return tokenizer_trained(texts=texts, vocabulary=vocabulary, context=context)


def _built_into(
    folder: Path, *, seed: int, config: PretrainConfig, vocabulary: int, on_step: OnStep
) -> dict[str, Any]:
    started, started_cpu = time.monotonic(), time.process_time()
    last = Step(0, 0.0, 0)

    def keep_last(step: Step) -> None:
        nonlocal last
        last = step
        on_step(step)

    tokenizer = corpus_tokenizer(seed=seed, vocabulary=vocabulary, context=config.context)
    model = model_pretrained(tokenizer=tokenizer, config=config, seed=seed, on_step=keep_last)
    prompts = heldout_prompts(seed, _MEASURED_PROMPTS)
    copying = measure_copying(model=model, tokenizer=tokenizer, prompts=prompts, seed=seed)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return {
        "config": config.as_dict(),
        "vocabulary": len(tokenizer),
        "parameters": sum(weight.numel() for weight in model.parameters()),
        "tokens": last.tokens,
        "loss": round(last.loss, 4),
        "seconds": round(time.monotonic() - started, 1),
        "cpu_seconds": round(time.process_time() - started_cpu, 1),
        "threads": torch.get_num_threads(),
        **asdict(copying),
        "packages": {name: version(name) for name in _PACKAGES},
    }


def _leftovers_clear(folder: Path) -> None:
    """Remove what builds that were killed have left; one that runs is younger than that."""
    for leftover in folder.parent.glob(f".{folder.name}.*.tmp"):
        if time.time() - leftover.stat().st_mtime > _LEFT_BEHIND:
            shutil.rmtree(leftover, ignore_errors=True)


def _replace(fresh: Path, folder: Path) -> None:
    """Rename into place; an old folder steps aside first, since none can be overwritten."""
    if folder.exists():
        old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
        folder.rename(old)
        fresh.rename(folder)
        shutil.rmtree(old)
    else:
        fresh.rename(folder)


@contextmanager
def progress_bar(*, steps: int, console: Console | None = None) -> Iterator[OnStep]:
    """A bar on the terminal with the smoothed loss; yields what `base_build` calls each step."""
    columns = (
        TextColumn("Base model"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]:.3f}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console or Console(stderr=True)) as progress:
        task = progress.add_task("pretraining", total=steps, loss=0.0)
        smooth = 0.0

        def on_step(step: Step) -> None:
            nonlocal smooth
            smooth = step.loss if step.index == 0 else 0.98 * smooth + 0.02 * step.loss
            progress.update(task, completed=step.index + 1, loss=smooth)

        yield on_step
