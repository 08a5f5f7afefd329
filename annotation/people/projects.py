"""Projects, their members and their rubric: every change is checked and leaves an audit event."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from annotation.people.meanwhile import Base, changes_since
from annotation.people.models import (
    AuditEvent,
    Membership,
    MembershipRole,
    Project,
    User,
)
from annotation.people.rubric import labels_validate, rubric_validate
from annotation.people.signals import project_changed
from annotation.tags import MOST_HELD, languages_read, tags_read
from annotation.texts import lines_of, text_validate

Role = MembershipRole.Role
CHANGEABLE = (
    "name",
    "instructions",
    "k_min",
    "k_max",
    "overlap",
    "rubric",
    "lease_minutes",
    "max_open_leases",
    "agreement_wanted",
    "overlap_most",
    "revise_minutes",
    "prompts_wanted",
    "prompts_per_day",
    "prompts_ask",
    "user_stories",
    "queue_order",
    "gold_every",
    "daily_cap",
    "sensitive",
    "ranking_aim",
    "severity_asked",
    "harm_categories",
    "suggestions",
)
# What a labeler is asked of each answer: a change is a new version of the rubric.
RUBRIC_FIELDS = {"rubric", "ranking_aim", "severity_asked"}
MAX_LINES = 500
MAX_LINE = 500


TARGET_LENGTH = 120  # AuditEvent.target's; PostgreSQL refuses what is longer


def audit(
    *, project: Project | None, actor: User | None, verb: str, target: str, **data: Any
) -> None:
    """Keep who did what. A longer `target` is cut, and stands whole in the event's data."""
    if len(target) > TARGET_LENGTH:
        data = {**data, "target": target}
    AuditEvent.objects.create(
        project=project, actor=actor, verb=verb, target=target[:TARGET_LENGTH], data=data
    )


def project_may_create(user: User) -> bool:
    """Site admins, and people who already administer a project."""
    return (
        user.is_superuser
        or MembershipRole.objects.filter(
            role=Role.ADMIN, membership__user=user, membership__state=Membership.State.ACTIVE
        ).exists()
    )


def project_create(*, actor: User, name: str, slug: str | None = None, **settings: Any) -> Project:
    """Create a project with `actor` as its admin; `settings` are any of CHANGEABLE.

    Raises ValidationError by field.
    """
    settings_known(settings)
    with transaction.atomic():
        project = Project(name=name, slug=slug or slug_free(name), created_by=actor, **settings)
        project_validate(project)
        project.save()
        audit(project=project, actor=actor, verb="project_create", target=project.slug)
        member_add(actor=actor, project=project, user=actor, roles=[Role.ADMIN])
    return project


def project_update(
    *, actor: User, project: Project, base: Base | None = None, **changes: Any
) -> Project:
    """Change a project's settings; a new text of instructions or rubric is a new version of it.

    A changed overlap reopens or finishes tasks (see overlap_apply). `base` is of whoever changes
    what they read before (see meanwhile.py). Raises ValidationError by field.
    """
    settings_known(changes)
    with transaction.atomic():
        project = Project.objects.select_for_update().get(pk=project.pk)
        changes = changes_since(base or {}, project, changes)
        before = {key: getattr(project, key) for key in changes}
        changed = {key: value for key, value in changes.items() if before[key] != value}
        for key, value in changed.items():
            setattr(project, key, value)
        project_validate(project)
        project.instructions_version += "instructions" in changed
        project.rubric_version += bool(RUBRIC_FIELDS & set(changed))
        project.save()
        if changed:
            audit(
                project=project,
                actor=actor,
                verb="project_update",
                target=project.slug,
                fields=sorted(changed),
                changes=changes_between(before, {**before, **changed}),
            )
    if changed:
        project_changed.send(sender=Project, project=project, fields=set(changed))
    return project


def changes_between(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """What an audit event says of a change: [before, after] of each field that is another now."""
    return {
        name: [before[name], after[name]] for name in sorted(before) if before[name] != after[name]
    }


def settings_known(settings: Iterable[str], known: Iterable[str] = CHANGEABLE) -> None:
    unknown = sorted(set(settings) - set(known))
    if unknown:
        raise ValidationError(
            _("These cannot be changed: %(unknown)s.") % {"unknown": ", ".join(unknown)}
        )


def project_validate(project: Project) -> None:
    text_validate(project.instructions, what=_("The instructions"), blank=True)
    text_validate(project.name, what=_("The name"), limit=120)
    rubric_validate(project.rubric)
    lines_validate(project.user_stories, field="user_stories")
    try:
        labels_validate(project.sensitive, what=_("category"))
    except ValidationError as error:
        raise ValidationError({"sensitive": error.messages}) from error
    lines_validate(project.harm_categories, field="harm_categories")
    # Before full_clean, whose own words for this constraint are its name.
    if isinstance(project.k_min, int) and isinstance(project.k_max, int):
        if not 4 <= project.k_min <= 9:
            raise ValidationError({"k_min": _("K lies between 4 and 9.")})
        if not project.k_min <= project.k_max <= 9:
            raise ValidationError({"k_max": _("The largest K lies between the smallest K and 9.")})
    project.full_clean(exclude=["created_by"])  # null where a command made the project


def lines_validate(text: Any, *, field: str) -> None:
    """Check a list typed one a line. Raises ValidationError under `field`."""
    try:
        lines = lines_of(text_validate(text, what=_("The list"), blank=True))
        if len(lines) > MAX_LINES:
            raise ValidationError(
                _("The list holds at most %(max_lines)s lines.") % {"max_lines": MAX_LINES}
            )
        for line in lines:
            text_validate(line, what=f"“{line[:40]}”", limit=MAX_LINE)
    except ValidationError as error:
        raise ValidationError({field: error.messages}) from error


def slug_free(name: str) -> str:
    """A slug made from a name, with a number behind it where the plain one is taken."""
    stem = slugify(name)[:50] or "project"
    taken = set(Project.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    number = 1
    slug = stem
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug


def roles_validate(roles: list[str]) -> list[str]:
    unknown = [role for role in roles if role not in Role.values]
    if unknown:
        raise ValidationError(
            {"roles": _("Unknown role: %(unknown)s.") % {"unknown": ", ".join(map(str, unknown))}}
        )
    if not roles:
        raise ValidationError({"roles": _("A member needs at least one role.")})
    return sorted(set(roles))


def member_add(
    *,
    actor: User | None,
    project: Project,
    user: User,
    roles: list[str],
    state: str = Membership.State.ACTIVE,
    heldout: bool = False,
    languages: Iterable[str] = (),
    skills: Iterable[str] = (),
) -> Membership:
    """Make `user` a member. Raises ValidationError when they are one already."""
    roles = roles_validate(roles)
    matched = {"languages": languages_read(languages), "skills": skills_read(skills)}
    with transaction.atomic():
        try:
            with transaction.atomic():
                membership = Membership(
                    project=project, user=user, state=state, heldout=heldout, **matched
                )
                membership.clean_fields()
                membership.save()
        except IntegrityError as error:
            raise ValidationError(
                {"user": _("%(user)s is a member already.") % {"user": user}}
            ) from error
        roles_set(membership, roles)
        audit(
            project=project,
            actor=actor,
            verb="member_add",
            target=user.username,
            roles=roles,
            state=state,
            heldout=heldout,
            **{name: tags for name, tags in matched.items() if tags},
        )
    return membership


def member_update(
    *,
    actor: User | None,
    membership: Membership,
    roles: list[str] | None = None,
    state: str | None = None,
    heldout: bool | None = None,
    languages: Iterable[str] | None = None,
    skills: Iterable[str] | None = None,
) -> Membership:
    """Change what a member is and may do. What they have said keeps the standing it was given.

    Raises ValidationError; the last active admin of a project stays one.
    """
    matched = {
        "languages": None if languages is None else languages_read(languages),
        "skills": None if skills is None else skills_read(skills),
    }
    changes = {"roles": roles, "state": state, "heldout": heldout, **matched}
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=membership.project_id)
        membership = Membership.objects.select_related("project", "user").get(pk=membership.pk)
        before = member_standing(membership)
        for name, value in changes.items():
            if value is not None and name != "roles":
                setattr(membership, name, value)
        membership.clean_fields()
        membership.save()
        if roles is not None:
            roles_set(membership, roles_validate(roles))
        last_admin_stays(membership.project)
        changed = changes_between(before, member_standing(membership))
        if changed:
            audit(
                project=membership.project,
                actor=actor,
                verb="member_update",
                target=membership.user.username,
                changes=changed,
            )
    return membership


def member_standing(membership: Membership) -> dict[str, Any]:
    """What an admin decides about a member."""
    return {
        "roles": sorted(membership.roles.values_list("role", flat=True)),
        "state": str(membership.state),
        "heldout": membership.heldout,
        "languages": membership.languages,
        "skills": membership.skills,
    }


def skills_read(skills: Iterable[str]) -> list[str]:
    return list(tags_read(skills, field="skills", what=_("A skill"), most=MOST_HELD))


def roles_set(membership: Membership, roles: list[str]) -> None:
    membership.roles.exclude(role__in=roles).delete()
    held = set(membership.roles.values_list("role", flat=True))
    MembershipRole.objects.bulk_create(
        MembershipRole(membership=membership, role=role) for role in roles if role not in held
    )


def last_admin_stays(project: Project) -> None:
    admins = MembershipRole.objects.filter(
        role=Role.ADMIN, membership__project=project, membership__state=Membership.State.ACTIVE
    )
    if not admins.exists():
        raise ValidationError(_("A project keeps at least one active admin."))


def user_create(*, actor: User | None, username: str, password: str, email: str = "") -> User:
    """Create an account. Raises ValidationError by field, the password's rules included."""
    user = User(username=username, email=email)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error
    user.set_password(password)
    user.full_clean()
    with transaction.atomic():
        user.save()
        audit(project=None, actor=actor, verb="user_create", target=username)
    return user
