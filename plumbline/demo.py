"""The demo project: enough of everything that each role finds work at the first sign-in."""

from annotation.feedback.asking import demonstrations_ask
from annotation.models import Project, Prompt
from inference.jobs.supervisor import jobs_drain
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


def demo_seed() -> bool:
    """Make the demo project unless there is one. Returns whether it was made."""
    if Project.objects.filter(slug=SLUG).exists():
        return False
    world = world_create(name="Everyday help", slug=SLUG, labelers=3, password=PASSWORD)
    prompts = prompts_add(project=world.project, seed=7, count=PROMPTS)
    demonstrations_add(world=world)
    demonstrations_ask(actor=world.admin, project=world.project, count=DEMONSTRATIONS_WAITING)
    rankings_add(world=world, prompts=prompts[-RANKINGS_WAITING:])
    return True


def demonstrations_add(*, world: World) -> None:
    """Demonstrations by simulated labelers, so that a round can be started at once."""
    demonstrations_ask(actor=world.admin, project=world.project, count=DEMONSTRATIONS)
    labelers_work(project=world.project, people=world.labelers, seed=7)


def rankings_add(*, world: World, prompts: list[Prompt]) -> None:
    """The base model's own answers, sampled by the engine, wait to be ranked."""
    sampling_job_create(
        project=world.project,
        actor=world.researcher,
        models=[(base_model_get(project=world.project), 1.0, 1.0)],
        prompts=[prompt.pk for prompt in prompts],
        k=5,
        seed=7,
    )
    jobs_drain()
