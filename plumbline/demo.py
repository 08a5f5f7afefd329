"""The demo project: enough of everything that each role finds work at the first sign-in.

Its making may be killed anywhere: every part is written whole or not at all, and leaves alone what
is there of it, so that the next start goes on where the last one ended. The sampling job comes
last: a project that has one was made to its end, and what people have done in it since is theirs.
"""

import time

from django.db import transaction

from annotation.feedback.asking import demonstrations_ask
from annotation.models import Project, Prompt, Task
from annotation.people.projects import project_update
from inference.jobs.supervisor import POLL, job_run, jobs_reconcile
from inference.models import SamplingJob
from inference.registry import base_model_get
from inference.sampling import sampling_job_create
from simulation.work import labelers_work
from simulation.world import World, prompts_add, world_create

SLUG = "everyday"
PASSWORD = "plumbline-demo"  # noqa: S105  printed at every start, and served on loopback only
ACCOUNTS = {"labeler": "lena", "admin": "ada", "researcher": "rosa"}

PROMPTS = 800
DEMONSTRATIONS = 160
DEMONSTRATIONS_WAITING = 12
RANKINGS_WAITING = 12
USER_STORIES = """\
Answer customers of a small shop by e-mail
Plan what to cook for a family in a week
Explain homework to a child of ten
"""


def demo_seed() -> bool:
    """Make the demo project, or what is missing of it. Returns whether there was anything to do."""
    if Project.objects.filter(slug=SLUG).exclude(created_by__username=ACCOUNTS["admin"]).exists():
        return False  # somebody's own
    job = SamplingJob.objects.filter(project__slug=SLUG).order_by("pk").first()
    if job is None:
        job = everything_but_answers_add()
    elif job.ended:
        return False
    answers_sample(job)
    return True


def everything_but_answers_add() -> SamplingJob:
    world = world_create(name="Everyday help", slug=SLUG, labelers=3, password=PASSWORD)
    project_update(
        actor=world.admin, project=world.project, prompts_wanted=50, user_stories=USER_STORIES
    )
    prompts = prompts_add(project=world.project, seed=7, count=PROMPTS)
    if demonstrations_asked(world) <= DEMONSTRATIONS:
        demonstrations_add(world=world)
    demonstrations_ask_up_to(DEMONSTRATIONS + DEMONSTRATIONS_WAITING, world=world)
    return rankings_ask(world=world, prompts=prompts[-RANKINGS_WAITING:])


@transaction.atomic
def demonstrations_add(*, world: World) -> None:
    """Demonstrations by simulated labelers, so that a round can be started at once."""
    demonstrations_ask_up_to(DEMONSTRATIONS, world=world)
    labelers_work(project=world.project, people=world.labelers, seed=7)


def demonstrations_asked(world: World) -> int:
    return world.project.tasks.filter(kind=Task.Kind.DEMONSTRATION).count()


def demonstrations_ask_up_to(count: int, *, world: World) -> None:
    missing = count - demonstrations_asked(world)
    if missing > 0:
        demonstrations_ask(actor=world.admin, project=world.project, count=missing)


def rankings_ask(*, world: World, prompts: list[Prompt]) -> SamplingJob:
    """Ask for the base model's own answers, to wait to be ranked."""
    return sampling_job_create(
        project=world.project,
        actor=world.researcher,
        models=[(base_model_get(project=world.project), 1.0, 1.0)],
        prompts=[prompt.pk for prompt in prompts],
        k=5,
        seed=7,
    )


def answers_sample(job: SamplingJob) -> None:
    """Run the job to its end in this process; one whose worker was killed is given back first."""
    while not job.ended:
        if not job_run(kind="sampling", job_id=job.pk):
            jobs_reconcile()
            time.sleep(POLL)
        job.refresh_from_db()
