"""The same prompts answered again and again: where hacking is seen with the naked eye."""

from dataclasses import dataclass
from typing import Any

from training.curves import thin
from training.models import Run, RunEvent

ROWS = 8


@dataclass(frozen=True)
class PromptOverTime:
    prompt: str
    rows: list[dict[str, Any]]
    """step, completion, reward, kl; by step"""


def samples_of(run: Run, rows: int = ROWS) -> list[PromptOverTime]:
    """Each watched prompt with its answers over the run, of the last attempt, evenly thinned."""
    events = RunEvent.objects.filter(
        run=run, attempt=run.attempt, type=RunEvent.Type.SAMPLE
    ).order_by("step", "offset")
    prompts: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        prompts.setdefault(event.data["prompt"], []).append({**event.data, "step": event.step})
    return [PromptOverTime(prompt, thin(found, rows)) for prompt, found in prompts.items()]
