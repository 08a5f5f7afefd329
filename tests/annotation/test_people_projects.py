"""Projects, members, rubric and accounts."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from annotation.models import AuditEvent, Membership, Project, Task
from annotation.people.members import member_prefer
from annotation.people.projects import (
    audit,
    member_add,
    member_update,
    project_create,
    project_may_create,
    project_update,
    user_create,
)
from annotation.queue.models import EVERYBODY
from tests.annotation.work import demonstration_task, ranking_task

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def test_project_create_makes_the_actor_admin(cast):
    project = project_create(actor=cast.rosa, name="Böte & Co", k_min=5)
    membership = Membership.objects.get(project=project, user=cast.rosa)
    assert project.slug == "bote-co"
    assert [row.role for row in membership.roles.all()] == ["admin"]
    verbs = AuditEvent.objects.filter(project=project).order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["project_create", "member_add"]


def test_project_create_finds_a_free_slug(cast):
    slugs = [project_create(actor=cast.ada, name="Everyday").slug for _ in range(2)]
    assert slugs == ["everyday-2", "everyday-3"]
    assert project_create(actor=cast.ada, name="日本").slug == "project"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"k_min": 3}, "k_min"),
        ({"k_min": 7, "k_max": 6}, "k_max"),
        ({"k_max": 10}, "k_max"),
        ({"overlap": 0}, "overlap"),
        ({"lease_minutes": 0}, "lease_minutes"),
        ({"slug": "everyday"}, "slug"),
        ({"rubric": {"flags": []}}, "rubric"),
    ],
)
def test_project_create_says_which_field_is_wrong(cast, fields, field):
    with pytest.raises(ValidationError) as caught:
        project_create(actor=cast.ada, name="New", **fields)
    assert set(caught.value.message_dict) == {field}
    assert Project.objects.count() == 2


def test_project_update_counts_versions_only_of_what_changed(cast):
    project = project_update(actor=cast.ada, project=cast.project, name="Everyday 2")
    assert (project.instructions_version, project.rubric_version) == (1, 1)
    project = project_update(actor=cast.ada, project=project, instructions="Be kind.")
    assert (project.instructions_version, project.rubric_version) == (2, 1)
    project = project_update(actor=cast.ada, project=project, instructions="Be kind.")
    assert project.instructions_version == 2
    rubric = {"likert": None, "flags": [{"key": "rude", "label": "Rude"}]}
    project = project_update(actor=cast.ada, project=project, rubric=rubric)
    assert (project.instructions_version, project.rubric_version) == (2, 2)
    events = AuditEvent.objects.filter(verb="project_update").order_by("id")
    assert [event.data["fields"] for event in events] == [["name"], ["instructions"], ["rubric"]]


def test_project_update_refuses_what_is_not_a_setting(cast):
    with pytest.raises(ValidationError, match="slug"):
        project_update(actor=cast.ada, project=cast.project, slug="other")


def test_raised_overlap_reopens_and_lowered_overlap_finishes(cast):
    open_task, done, closed, gold = (
        ranking_task(cast.project),
        demonstration_task(cast.project),
        ranking_task(cast.project),
        ranking_task(cast.project, purpose="gold"),
    )
    Task.objects.filter(pk=done.pk).update(state="done", submitted_count=1)
    Task.objects.filter(pk=closed.pk).update(state="closed")
    project_update(actor=cast.ada, project=cast.project, overlap=2)
    states = dict(Task.objects.values_list("pk", "state"))
    overlaps = dict(Task.objects.values_list("pk", "overlap"))
    assert states == {open_task.pk: "open", done.pk: "open", closed.pk: "closed", gold.pk: "open"}
    assert overlaps == {open_task.pk: 2, done.pk: 2, closed.pk: 1, gold.pk: EVERYBODY}
    cast.project.refresh_from_db()
    project_update(actor=cast.ada, project=cast.project, overlap=1)
    assert Task.objects.get(pk=done.pk).state == "done"
    assert Task.objects.get(pk=open_task.pk).state == "open"


def test_member_add_and_update(cast):
    membership = member_add(
        actor=cast.ada, project=cast.project, user=cast.otto, roles=["labeler", "reviewer"]
    )
    assert {row.role for row in membership.roles.all()} == {"labeler", "reviewer"}
    with pytest.raises(ValidationError, match="member already"):
        member_add(actor=cast.ada, project=cast.project, user=cast.otto, roles=["labeler"])
    membership = member_update(
        actor=cast.ada, membership=membership, roles=["reviewer"], heldout=True
    )
    assert {row.role for row in membership.roles.all()} == {"reviewer"}
    assert membership.heldout


def test_member_update_of_languages_and_skills(cast):
    membership = Membership.objects.get(project=cast.project, user=cast.lena)
    said: dict[str, Any] = {"languages": "pt-BR, en,", "skills": ["SQL", "law"]}
    member_update(actor=cast.ada, membership=membership, **said)
    membership.refresh_from_db()
    assert (membership.languages, membership.skills) == (["en", "pt"], ["law", "sql"])
    member_update(actor=cast.ada, membership=membership, state="active")
    membership.refresh_from_db()
    assert membership.languages == ["en", "pt"]
    for wrong in ({"languages": "english"}, {"skills": ["x y"]}, {"skills": 3}):
        with pytest.raises(ValidationError):
            member_update(actor=cast.ada, membership=membership, **wrong)


def test_member_prefer(cast):
    membership = Membership.objects.get(project=cast.project, user=cast.lena)
    membership = member_prefer(membership=membership, languages=["de"], declined=["hate", "hate"])
    assert (membership.languages, membership.declined) == (["de"], ["hate"])
    assert AuditEvent.objects.get(verb="member_prefer").data == {"languages": ["de"], "declined": 1}
    with pytest.raises(ValidationError, match="Unknown: spiders"):
        member_prefer(membership=membership, languages=[], declined=["spiders"])


@pytest.mark.parametrize("roles", [[], ["king"], ["labeler", "king"]])
def test_member_add_refuses_unknown_roles(cast, roles):
    with pytest.raises(ValidationError):
        member_add(actor=cast.ada, project=cast.project, user=cast.otto, roles=roles)
    assert not Membership.objects.filter(project=cast.project, user=cast.otto).exists()


@pytest.mark.parametrize("change", [{"roles": ["labeler"]}, {"state": "suspended"}])
def test_the_last_admin_stays(cast, change):
    membership = Membership.objects.get(project=cast.project, user=cast.ada)
    with pytest.raises(ValidationError, match="one active admin"):
        member_update(actor=cast.ada, membership=membership, **change)
    assert {row.role for row in membership.roles.all()} == {"admin"}


def test_only_admins_may_create_projects(cast):
    people = {name: getattr(cast, name) for name in ("ada", "rosa", "lena", "sita")}
    may = {name: project_may_create(person) for name, person in people.items()}
    assert may == {"ada": True, "rosa": False, "lena": False, "sita": True}


def test_user_create_checks_the_password(cast):
    with pytest.raises(ValidationError) as caught:
        user_create(actor=cast.ada, username="nora", password="12345")
    assert set(caught.value.message_dict) == {"password"}
    with pytest.raises(ValidationError) as caught:
        user_create(actor=cast.ada, username="lena", password="correct horse battery")
    assert set(caught.value.message_dict) == {"username"}
    user = user_create(actor=cast.ada, username="nora", password="correct horse battery")
    assert user.check_password("correct horse battery")


def test_the_audit_cuts_long_names_to_its_column(cast):
    filename = "f" * 251 + ".csv"
    audit(project=cast.project, actor=cast.ada, verb="import_upload", target=filename)
    name = "n" * 150
    user_create(actor=cast.sita, username=name, password="correct horse battery")
    upload, account = AuditEvent.objects.order_by("id")
    limit = AuditEvent._meta.get_field("target").max_length
    assert (upload.target, account.target) == (filename[:limit], name[:limit])
    assert (upload.data["target"], account.data["target"]) == (filename, name)


@pytest.mark.parametrize("change", [{"ranking_aim": "worst"}, {"severity_asked": "each"}])
def test_what_is_asked_of_answers_is_a_version_of_the_rubric(cast, change):
    project = project_update(actor=cast.ada, project=cast.project, **change)
    assert (project.rubric_version, project.instructions_version) == (2, 1)
    assert project_update(actor=cast.ada, project=project, **change).rubric_version == 2


@pytest.mark.parametrize("field", ["user_stories", "harm_categories"])
def test_lists_are_bounded(cast, field):
    for text in ("x" * 501, "\n".join(map(str, range(501))), "a\0"):
        change: dict[str, Any] = {field: text}
        with pytest.raises(ValidationError) as refused:
            project_update(actor=cast.ada, project=cast.project, **change)
        assert set(refused.value.message_dict) == {field}
