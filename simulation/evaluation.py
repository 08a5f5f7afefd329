"""The hidden judge's verdicts on models. Never used to choose or stop anything."""

import json
import subprocess
import sys
from collections import defaultdict
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

from annotation.exchange.exports import iter_rankings
from annotation.feedback.agreement import agreement
from annotation.models import Project, Prompt, User
from annotation.quality.statistics.intervals import Rate, wilson, win_rate
from inference.models import ModelVersion
from inference.registry import model_folder
from inference.tiny.corpus import heldout_prompts
from simulation.judge import NOTICEABLE, judge_score
from simulation.work import labeler_mind

Message = dict[str, str]


def engine_run(*, spec: dict[str, Any], requests: list[dict[str, Any]], output: Path) -> Path:
    """Run an engine as production does, by hand: the same process and spec, no row.

    Raises RuntimeError with the end of the process' log when it fails.
    """
    output.mkdir(parents=True, exist_ok=True)
    request_file = output / "requests.jsonl"
    request_file.write_text("".join(json.dumps(request) + "\n" for request in requests))
    spec_file = output / "spec.json"
    spec_file.write_text(
        json.dumps({**spec, "version": 1, "output": str(output), "requests": str(request_file)})
    )
    command = [sys.executable, "-m", "inference.engines", str(spec_file)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        raise RuntimeError(f"The engine failed:\n{finished.stderr[-2000:]}")
    return output


def answers_sample(
    *, models: dict[str, ModelVersion], prompts: list[list[Message]], seed: int, output: Path
) -> dict[str, list[str]]:
    """One answer of each model to each prompt, at temperature 1. Lists follow `prompts`."""
    requests = [
        {"id": f"{name}:{number}", "model": name, "messages": messages, "n": 1}
        for name in models
        for number, messages in enumerate(prompts)
    ]
    folders = {name: str(model_folder(model)) for name, model in models.items()}
    spec = {"kind": "sample", "seed": seed, "models": folders}
    engine_run(spec=spec, requests=requests, output=output)
    texts: dict[str, list[str]] = {name: [""] * len(prompts) for name in models}
    with (output / "completions.jsonl").open() as lines:
        for line in lines:
            record = json.loads(line)
            name, number = record["id"].rsplit(":", 1)
            texts[name][int(number)] = record["completions"][0]["text"]
    return texts


def judge_all(prompts: list[list[Message]], answers: list[str]) -> list[float]:
    return [judge_score(messages, text) for messages, text in zip(prompts, answers, strict=True)]


def win_rates(
    *,
    models: dict[str, ModelVersion],
    pairs: dict[str, tuple[str, str]],
    seed: int,
    count: int,
    output: Path,
) -> tuple[dict[str, Rate], dict[str, float]]:
    """Rates of `pairs` (label -> winner, loser) on held-out prompts; each model's mean score."""
    prompts = [prompt.messages for prompt in heldout_prompts(seed, count)]
    answers = answers_sample(models=models, prompts=prompts, seed=seed, output=output)
    scores = {name: judge_all(prompts, texts) for name, texts in answers.items()}
    rates = {
        label: win_rate(scores[a], scores[b], tie=NOTICEABLE) for label, (a, b) in pairs.items()
    }
    return rates, {name: sum(values) / len(values) for name, values in scores.items()}


def validation_groups(project: Project) -> list[tuple[int, list[Message], list[str]]]:
    """The ranked answers that no reward model trains on: (ranking, messages, completions)."""
    return [
        (row.ranking_id, row.messages, row.completions)
        for row in iter_rankings(project=project)
        if row.split == Prompt.Split.VALID
    ]


def labelers_agreement(*, project: Project, people: list[User], seed: int) -> float:
    """How often two of `people`, drawn for each ranking, order a pair of its answers alike.

    Both look at the answers anew; pairs that either ties are left out.
    """
    minds = [labeler_mind(seed=seed, number=number) for number in range(len(people))]
    rng = Random(seed)
    looks = []
    for row in iter_rankings(project=project):
        first, second = (
            mind.rank(row.messages, row.completions, rng) for mind in rng.sample(minds, 2)
        )
        looks.append((first, second))
    return agreement(looks).rate


def reward_accuracy_by_judge(
    *, project: Project, reward: ModelVersion, output: Path
) -> Rate | None:
    """Of the pairs of validation completions that the judge does not call a tie, the share that
    `reward` orders alike.
    """
    groups = validation_groups(project)
    if not groups:
        return None
    requests = [
        {"id": f"{group}:{number}", "messages": messages, "completion": text}
        for group, messages, texts in groups
        for number, text in enumerate(texts)
    ]
    spec = {"kind": "score", "seed": 0, "models": {"reward": str(model_folder(reward))}}
    engine_run(spec=spec, requests=requests, output=output)
    scores: dict[str, dict[int, float]] = defaultdict(dict)
    with (output / "scores.jsonl").open() as lines:
        for line in lines:
            record = json.loads(line)
            group, number = record["id"].rsplit(":", 1)
            scores[group][int(number)] = record["score"]
    said = [
        (
            judge_all([messages] * len(texts), texts),
            [scores[str(group)][i] for i in range(len(texts))],
        )
        for group, messages, texts in groups
    ]
    return order_agreement(said, tie=NOTICEABLE)


def order_agreement(said: list[tuple[list[float], list[float]]], *, tie: float) -> Rate | None:
    """Each item holds two judges' points of the same completions. Of the pairs that the first
    parts by more than `tie`, the share that the second orders alike; None where it parts none.
    """
    right, pairs = 0, 0
    for first, second in said:
        for i, j in combinations(range(len(first)), 2):
            if abs(first[i] - first[j]) > tie:
                pairs += 1
                right += (first[i] - first[j]) * (second[i] - second[j]) > 0
    return wilson(successes=right, trials=pairs) if pairs else None
