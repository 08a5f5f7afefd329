"""Settings that a part of the app keeps for a project, in a row of its own model.

The model has a `project`; all its other fields are settings. Without a row their defaults hold.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import models, transaction

from annotation.people.models import Project, User
from annotation.people.projects import audit, changes_between, settings_known

Rules = TypeVar("Rules", bound=models.Model)


def changeable(model: type[Rules]) -> list[str]:
    fields = model._meta.concrete_fields
    return [field.name for field in fields if field.name != "project" and not field.primary_key]


def rules_read(model: type[Rules], project: Project) -> Rules:
    """The project's; the defaults, unsaved, where nobody has changed any."""
    found = model._default_manager.filter(project=project).first()
    return found or model(project=project)


def rules_write(
    model: type[Rules],
    *,
    actor: User | None,
    project: Project,
    verb: str,
    check: Callable[[Rules], None],
    changes: dict[str, Any],
) -> tuple[Rules, dict[str, list[Any]]]:
    """Change some of them. Returns them with those that are not as before, as changes_between has
    them: the audit's `verb` tells of these.

    `check` brings what was typed into the form it is stored in, and looks at what must be right
    together. Raises ValidationError by field.
    """
    settings_known(changes, changeable(model))
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        rules = rules_read(model, project)
        before = {name: getattr(rules, name) for name in changes}
        for name, value in changes.items():
            setattr(rules, name, value)
        check(rules)
        rules.full_clean(exclude=["project"], validate_constraints=False)
        changed = changes_between(before, {name: getattr(rules, name) for name in changes})
        if changed:
            rules.save()
            audit(
                project=project,
                actor=actor,
                verb=verb,
                target=project.slug,
                fields=sorted(changed),
                changes=changed,
            )
    return rules, changed


def rules_copy(model: type[Rules], *, source: Project, target: Project) -> None:
    """Let `target` have what somebody changed in `source`."""
    rules = model._default_manager.filter(project=source).first()
    if rules is not None:
        values = {name: getattr(rules, name) for name in changeable(model)}
        model._default_manager.create(project=target, **values)
