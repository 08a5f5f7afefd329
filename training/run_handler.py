"""What becomes of a run's process: its spec, its curves and samples, its model."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from inference.child.events import Event
from inference.child.failure import Failure
from inference.child.files import sha256_file
from inference.jobs.handlers import JobHandler
from inference.models import ModelVersion
from inference.registry import model_folder, model_register
from inference.storage import local_folder
from training.models import Metric, Run, RunEvent

KINDS = {
    Run.Stage.SFT: ModelVersion.Kind.SFT,
    Run.Stage.REWARD: ModelVersion.Kind.REWARD,
    Run.Stage.PPO: ModelVersion.Kind.POLICY,
}
_TOLD = {"message": ("level", "text"), "error": ("cause", "advice")}
_SAMPLE = ("prompt", "completion", "reward", "kl")


class RunHandler(JobHandler[Run]):
    kind = "run"
    module = "training.learners"
    model = Run

    def prepare(self, job: Run, folder: Path) -> dict[str, Any]:  # noqa: ARG002
        inputs = list(job.inputs.select_related("model", "snapshot"))
        folders = {row.role: model_folder(row.model) for row in inputs if row.model}
        (data,) = (row.snapshot for row in inputs if row.snapshot)
        frozen = local_folder(data.folder)
        if _digest(frozen / "manifest.json") != data.sha256:
            raise Failure(
                f"The files of {data} are not those that were frozen.",
                "Start again with a new snapshot: somebody changed this one, or it is damaged.",
            )
        # This attempt begins anew: a curve is not to go on with points of the one that died.
        Metric.objects.filter(run=job).delete()
        return {
            "kind": job.stage,
            "data": str(frozen),
            "models": {role: str(path) for role, path in folders.items()},
            "config": job.config,
        }

    def ingest(self, job: Run, events: Sequence[tuple[int, Event]]) -> None:
        # By key: a metric said twice in one batch would meet itself in one statement.
        points = {
            (event["name"], event["step"]): event["value"]
            for _, event in events
            if event["type"] == "metric"
        }
        Metric.objects.bulk_create(
            [
                Metric(run=job, name=name, step=step, value=value)
                for (name, step), value in points.items()
            ],
            # Said again, a metric is what was said last.
            update_conflicts=True,
            unique_fields=["run", "name", "step"],
            update_fields=["value"],
        )
        rows = [_row(job, offset, event) for offset, event in events]
        RunEvent.objects.bulk_create([row for row in rows if row], ignore_conflicts=True)

    def finish(self, job: Run, result: dict[str, Any], folder: Path) -> None:  # noqa: ARG002
        if result["model"] is None:
            return
        model_register(
            project=job.project,
            name=f"{job.stage}-{job.pk}",
            kind=KINDS[Run.Stage(job.stage)],
            folder=f"{job.attempt_folder}/model",
            made_by=f"{self.kind}:{job.pk}",
            metrics=result["metrics"],
            template_hash=result["template_hash"] or "",
        )


def _digest(path: Path) -> str:
    """The learner checks the files by the manifest; this checks the manifest."""
    return sha256_file(path) if path.is_file() else ""


def _row(run: Run, offset: int, event: Event) -> RunEvent | None:
    """A row for what people read; metrics have rows of their own, progress is on the run's."""
    names = _SAMPLE if event["type"] == "sample" else _TOLD.get(event["type"])
    if names is None:
        return None
    return RunEvent(
        run=run,
        attempt=run.attempt,
        offset=offset,
        type=event["type"],
        step=event.get("step"),
        data={name: event.get(name) for name in names},
        created_at=datetime.fromtimestamp(event["t"], UTC),
    )
