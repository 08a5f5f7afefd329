"""The named cast of every test.

Ada administers the project Everyday; Rosa researches in it; Lena and Luis label; Hana is a held-out
labeler; Otto is an outsider, a member of another project only; Sita is the site admin.
"""

from dataclasses import dataclass
from typing import Any

from annotation.models import Membership, MembershipRole, Project, User

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Cast:
    project: Project
    other: Project
    ada: User
    rosa: User
    lena: User
    luis: User
    hana: User
    otto: User
    sita: User


def user(name: str, **fields: Any) -> User:
    return User.objects.create_user(
        username=name.lower(), password=PASSWORD, first_name=name, **fields
    )


def member(project: Project, person: User, *roles: str, **fields: Any) -> Membership:
    membership = Membership.objects.create(project=project, user=person, **fields)
    for role in roles:
        MembershipRole.objects.create(membership=membership, role=role)
    return membership


def cast_create(**project_fields: object) -> Cast:
    project = Project.objects.create(name="Everyday", slug="everyday", **project_fields)
    other = Project.objects.create(name="Elsewhere", slug="elsewhere")
    cast = Cast(
        project=project,
        other=other,
        ada=user("Ada"),
        rosa=user("Rosa"),
        lena=user("Lena"),
        luis=user("Luis"),
        hana=user("Hana"),
        otto=user("Otto"),
        sita=user("Sita", is_superuser=True),
    )
    member(project, cast.ada, "admin")
    member(project, cast.rosa, "researcher")
    member(project, cast.lena, "labeler")
    member(project, cast.luis, "labeler")
    member(project, cast.hana, "labeler", heldout=True)
    member(other, cast.otto, "admin", "researcher", "labeler")
    return cast
