"""A round started and taken through its stages, its work done by hand."""

from tests.training.by_hand import job_succeed, rank
from training.models import RoundStage
from training.recipes import RECIPES
from training.rounds import round_advance, round_start

ORDER = ["sft", "sample", "rank", "reward", "ppo", "sample_policy"]


def start(cast, **changes):
    recipe = RECIPES["smoke"].model_dump() | {"prompts_per_round": 8} | changes
    return round_start(actor=cast.rosa, project=cast.project, recipe=recipe, seed=7)


def stage(round_, name):
    return round_.stages.select_related("run", "sampling_job").get(name=name)


def states(round_):
    return list(round_.stages.order_by("position").values_list("state", flat=True))


def advance(round_):
    round_advance(round_id=round_.pk)
    round_.refresh_from_db()


def through(cast, round_, last="sample_policy"):
    """Do the work of every stage up to `last`."""
    for name in ORDER[: ORDER.index(last) + 1]:
        advance(round_)
        assert stage(round_, name).state == RoundStage.State.RUNNING
        if name == "rank":
            rank(cast.project, cast.lena)
        else:
            job_succeed(stage(round_, name))
    advance(round_)
