"""Bringing people into a project."""

from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from annotation.people.models import Membership, MembershipRole, Project, User
from annotation.people.projects import audit, member_add, user_create
from annotation.prepared import Param
from annotation.tags import languages_read


@transaction.atomic
def member_enrol(
    *,
    actor: User,
    project: Project,
    username: str,
    roles: Sequence[str],
    state: str = "",
    heldout: bool = False,
    email: str = "",
    password: str = "",
    **matched: Iterable[str],
) -> Membership:
    """Add the person called `username`, making an account first when a password is given.

    An empty `state` is state_first's; `matched` are the languages and skills of member_add.
    Raises ValidationError when the account is unknown and no password came with it, when it exists
    and one did (nobody sets another's password so), or when the person is a member already.
    """
    user = User.objects.filter(username=username).first()
    if user is None and not password:
        raise ValidationError(
            {
                "username": _(
                    "Nobody is called “%(username)s”. Give a first password to create them."
                )
                % {"username": username}
            }
        )
    if user is not None and password:
        raise ValidationError(
            {
                "password": _("“%(username)s” has an account already: leave the password empty.")
                % {"username": username}
            }
        )
    if user is None:
        user = user_create(actor=actor, username=username, email=email, password=password)
    elif Membership.objects.filter(project=project, user=user).exists():
        raise ValidationError(
            {"username": _("“%(username)s” is a member already.") % {"username": username}}
        )
    return member_add(
        actor=actor,
        project=project,
        user=user,
        roles=list(roles),
        state=state or state_first(project=project, roles=roles),
        heldout=heldout,
        **matched,
    )


def state_first(*, project: Project, roles: Sequence[str]) -> str:
    """How a new member begins: a labeler in onboarding where the project has one, all others at
    work."""
    labels = set(roles) == {MembershipRole.Role.LABELER}
    state = Membership.State
    return state.ONBOARDING if project.onboards and labels else state.ACTIVE


def member_prefer(
    *,
    membership: Membership,
    languages: Iterable[str],
    declined: Iterable[str],
    veil: bool | None = None,
) -> Membership:
    """A member's own word on what they may be given, and whether sensitive texts are hidden from
    them until they ask; None leaves that as it is. What they decline stays between them and us:
    the audit event holds how much it is. Raises ValidationError by field.
    """
    read = languages_read(languages)
    declined = sorted(set(declined))
    unknown = set(declined) - {each["key"] for each in membership.project.sensitive}
    if unknown:
        raise ValidationError(
            {"declined": _("Unknown: %(unknown)s.") % {"unknown": ", ".join(sorted(unknown))}}
        )
    with transaction.atomic():
        membership = Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
        membership.languages, membership.declined = read, declined
        membership.veil = membership.veil if veil is None else veil
        membership.save(update_fields=["languages", "declined", "veil"])
        audit(
            project=membership.project,
            actor=membership.user,
            verb="member_prefer",
            target=membership.user.username,
            languages=read,
            declined=len(declined),
        )
    return membership


def memberships_labeling(user: User) -> QuerySet[Membership]:
    """Those under which `user` is an active labeler, paused or not."""
    return Membership.objects.filter(
        user=user, state=Membership.State.ACTIVE, roles__role=MembershipRole.Role.LABELER
    )


def memberships_training(
    *, labeler: User | Param, project: Project | Param
) -> QuerySet[Membership]:
    """The membership under which what `labeler` says may train; empty for the held out and
    for whose work is paused."""
    return Membership.objects.filter(
        project=project, user=labeler, state=Membership.State.ACTIVE, heldout=False, paused_at=None
    )
