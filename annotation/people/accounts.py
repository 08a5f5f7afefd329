"""Accounts, as a site admin looks after them."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.authtoken.models import Token

from annotation.people.models import User
from annotation.people.projects import audit, changes_between

CHANGEABLE = ("first_name", "last_name", "email", "is_active", "is_superuser")


def accounts_found(*, words: str = "", standing: str = "") -> QuerySet[User]:
    """By a part of a name or address; `standing`: suspended, or admin (of the site)."""
    people = User.objects.order_by("username")
    if words := words.replace("\0", ""):
        people = people.filter(
            Q(username__icontains=words)
            | Q(first_name__icontains=words)
            | Q(last_name__icontains=words)
            | Q(email__icontains=words)
        )
    if standing == "suspended":
        return people.filter(is_active=False)
    return people.filter(is_superuser=True) if standing == "admin" else people


def account_update(*, actor: User, user: User, **changes: Any) -> User:
    """Change any of CHANGEABLE. Who is suspended is signed out everywhere, and their token is gone.

    Raises ValidationError by field: the site keeps an active admin, and nobody suspends themselves
    or takes the site from themselves by mistake.
    """
    with transaction.atomic():
        # All of them, in one order: two admins may not take the site from each other at once.
        list(User.objects.select_for_update().filter(is_superuser=True).order_by("pk"))
        user = User.objects.select_for_update().get(pk=user.pk)
        before = {name: getattr(user, name) for name in CHANGEABLE}
        for name, value in changes.items():
            if name not in CHANGEABLE:
                raise ValidationError(
                    _("These cannot be changed: %(unknown)s.") % {"unknown": name}
                )
            setattr(user, name, value)
        user.full_clean(exclude=["password"])
        admin_stays(actor, user)
        user.save(update_fields=CHANGEABLE)
        changed = changes_between(before, {name: getattr(user, name) for name in CHANGEABLE})
        if "is_active" in changed and not user.is_active:
            Token.objects.filter(user=user).delete()
        if changed:
            audit(
                project=None,
                actor=actor,
                verb="user_update",
                target=user.username,
                changes=changed,
            )
    return user


def admin_stays(actor: User, user: User) -> None:
    """The caller has locked the site's admins."""
    if user.pk == actor.pk and not (user.is_active and user.is_superuser):
        field = "is_superuser" if user.is_active else "is_active"
        raise ValidationError({field: _("Another site admin can do that to you, not you.")})
