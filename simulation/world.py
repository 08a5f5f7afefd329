"""A project peopled for the simulation: the demo and the headless loop start from the same one."""

from dataclasses import dataclass

from django.db import transaction

from annotation.models import Project, Prompt, User
from annotation.people.projects import member_add, project_create, user_create
from annotation.prompts.prompts import prompt_create
from inference.tiny.corpus import training_prompts

INSTRUCTIONS = """\
Which answer would you rather receive from an assistant?

1. **Right** first: it does what was asked, about what was asked.
2. Then **polite** and **brief**.
3. A friendly word is welcome; three are too many.

Ties are welcome when you cannot tell two answers apart.
"""


LABELERS = ("lena", "luis", "mira")


@dataclass(frozen=True)
class World:
    project: Project
    admin: User
    researcher: User
    labelers: list[User]


def person_get_or_create(*, username: str, password: str) -> User:
    found = User.objects.filter(username=username).first()
    return found or user_create(actor=None, username=username, password=password)


def world_create(*, name: str, slug: str, labelers: int, password: str, prefix: str = "") -> World:
    """Make the project with its admin, researcher and `labelers` labelers, but no prompts."""
    admin = person_get_or_create(username=f"{prefix}ada", password=password)
    researcher = person_get_or_create(username=f"{prefix}rosa", password=password)
    project = project_create(actor=admin, name=name, slug=slug, instructions=INSTRUCTIONS)
    member_add(actor=admin, project=project, user=researcher, roles=["researcher"])
    names = [*LABELERS, *(f"labeler{number}" for number in range(len(LABELERS), labelers))]
    people = [
        person_get_or_create(username=f"{prefix}{name}", password=password)
        for name in names[:labelers]
    ]
    for person in people:
        member_add(actor=admin, project=project, user=person, roles=["labeler"])
    return World(project, admin, researcher, people)


def prompts_add(*, project: Project, seed: int, count: int) -> list[Prompt]:
    """Add `count` prompts of the corpus' kinds; ones the project has already are not repeated.

    The split is drawn by contributor: all wordings of a question stand on one side.
    """
    with transaction.atomic():
        made = [
            prompt_create(
                project=project,
                messages=prompt.messages,
                use_case=prompt.facts.kind.use_case,
                source=Prompt.Source.GENERATED,
                contributor=prompt.facts.key,
            )
            for prompt in training_prompts(seed, count)
        ]
    return [prompt for prompt, created in made if created]
