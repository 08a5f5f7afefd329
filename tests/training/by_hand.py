"""A round's work done by hand: what workers and labelers would do, without processes."""

import itertools

from django.db import transaction

from annotation.feedback.checks import JudgmentInput
from annotation.feedback.demonstrations import demonstration_record
from annotation.feedback.rankings import ranking_submit
from annotation.models import Task
from annotation.prompts.prompts import prompt_create, text_hash
from annotation.queue.claims import task_claim
from annotation.queue.leases import shown_slots
from inference.choosing import Draw
from inference.engines.protocol import Completion as Sampled
from inference.jobs.models import Job
from inference.models import SamplingJob
from inference.registry import model_register
from inference.sampling_handler import Sample, item_settle
from training.models import Run

texts = itertools.count()


def prompts_make(project, train=20, valid=4):
    return [
        prompt_create(
            project=project,
            messages=[{"role": "user", "content": f"Say {split} {i}."}],
            split=split,
        )[0]
        for split, count in (("train", train), ("valid", valid))
        for i in range(count)
    ]


def demonstrations_make(prompts):
    for prompt in prompts:
        demonstration_record(prompt=prompt, text=f"Done: {prompt}", source="import")


def base_make(storage):
    """A folder that looks like a base; the processes that would load it are not run."""
    folder = storage / "models" / "base"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")


def run_succeed(run):
    folder = f"runs/{run.pk}/model"
    kind = {"sft": "sft", "reward": "reward", "ppo": "policy"}[run.stage]
    model_register(
        project=run.project,
        name=f"{run.stage} {run.pk}",
        kind=kind,
        folder=folder,
        made_by=f"run:{run.pk}",
        metrics={"end/reward": 1.5, "end/kl": 2.25, "train/rows": 3.0},
    )
    Run.objects.filter(pk=run.pk).update(state=Job.State.SUCCEEDED)


def sampling_succeed(job):
    """Every model of the job says something new each time."""
    models = list(job.models.all())
    for item in job.items.select_related("prompt"):
        samples = []
        for index in range(job.k):
            text = f"Answer {next(texts)}"
            sampled = Sampled(text=text, token_ids=(1,), log_probs=(-1.0,), finish_reason="stop")
            draw = Draw(index % len(models), text_hash(text), text)
            samples.append(Sample(draw, models[index % len(models)], index, sampled))
        with transaction.atomic():
            item_settle(job=job, item=item, shares=[job.k] * len(models), samples=samples)
    SamplingJob.objects.filter(pk=job.pk).update(state=Job.State.SUCCEEDED)


def job_succeed(stage):
    if stage.run:
        run_succeed(stage.run)
    else:
        sampling_succeed(stage.sampling_job)


def job_fail(stage, cause="The barn burnt.", advice="Build of stone."):
    job = stage.run or stage.sampling_job
    type(job).objects.filter(pk=job.pk).update(
        state=Job.State.FAILED, error_cause=cause, error_advice=advice
    )


def rank(project, labeler, count=None):
    """Claim and rank until nothing is left, or `count` are done."""
    done = 0
    while count is None or done < count:
        assignment = task_claim(labeler=labeler, project=project, kind=Task.Kind.RANKING)
        if assignment is None:
            break
        slots = shown_slots(assignment)
        ranking_submit(
            assignment=assignment,
            judgments=[JudgmentInput(rank=1 + i) for i in range(len(slots))],
        )
        done += 1
    return done
