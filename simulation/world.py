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


@transaction.atomic
def world_create(*, name: str, slug: str, labelers: int, password: str, prefix: str = "") -> World:
    """Make the project with its admin, researcher and `labelers` labelers, but no prompts.

    Whatever of it is there already is taken as it is.
    """
    admin = person_get_or_create(username=f"{prefix}ada", password=password)
    researcher = person_get_or_create(username=f"{prefix}rosa", password=password)
    project = Project.objects.filter(slug=slug).first() or project_create(
        actor=admin, name=name, slug=slug, instructions=INSTRUCTIONS
    )
    member_ensure(project=project, admin=admin, user=researcher, role="researcher")
    names = [*LABELERS, *(f"labeler{number}" for number in range(len(LABELERS), labelers))]
    people = [
        person_get_or_create(username=f"{prefix}{name}", password=password)
        for name in names[:labelers]
    ]
    for person in people:
        member_ensure(project=project, admin=admin, user=person, role="labeler")
    return World(project, admin, researcher, people)


def member_ensure(*, project: Project, admin: User, user: User, role: str) -> None:
    if not project.memberships.filter(user=user).exists():
        member_add(actor=admin, project=project, user=user, roles=[role])


def prompts_add(*, project: Project, seed: int, count: int) -> list[Prompt]:
    """`count` prompts of the corpus' kinds; those that the project has already are found again.

    The split is drawn by contributor: all wordings of a question stand on one side.
    """
    with transaction.atomic():
        return [
            prompt_create(
                project=project,
                messages=prompt.messages,
                use_case=prompt.facts.kind.use_case,
                source=Prompt.Source.GENERATED,
                contributor=prompt.facts.key,
            )[0]
            for prompt in training_prompts(seed, count)
        ]
