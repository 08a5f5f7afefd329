"""/api/projects/<slug>/events/."""

import pytest

from annotation.models import Membership
from annotation.people.members import member_prefer
from annotation.people.projects import audit, project_update

pytestmark = [pytest.mark.django_db, pytest.mark.service]

PATH = "/api/projects/everyday/events/"


def test_an_admin_reads_what_changed(cast, as_):
    project_update(actor=cast.ada, project=cast.project, overlap=2)
    (row,) = as_(cast.ada).get(PATH).json()["results"]
    row.pop("id"), row.pop("created_at")
    assert row == {
        "actor": "ada",
        "project": "everyday",
        "verb": "project_update",
        "target": "everyday",
        "details": {"fields": ["overlap"], "changes": {"overlap": [1, 2]}},
    }
    for other in (cast.lena, cast.rosa):
        assert as_(other).get(PATH).status_code == 403


def test_it_is_narrowed(cast, as_):
    audit(project=cast.project, actor=cast.ada, verb="a", target="1")
    audit(project=cast.project, actor=None, verb="b", target="2")
    audit(project=cast.other, actor=cast.ada, verb="a", target="3")

    def found(query):
        return [row["target"] for row in as_(cast.ada).get(f"{PATH}?{query}").json()["results"]]

    assert found("") == ["2", "1"]
    assert found("actor=ada") == ["1"]
    assert found("verb=b&limit=5") == ["2"]
    assert found("since=2100-01-01T00:00Z") == []
    for bad in ("since=soon", "who=ada"):
        assert as_(cast.ada).get(f"{PATH}?{bad}").status_code == 400


def test_it_keeps_what_is_private(cast, as_):
    lena = Membership.objects.get(project=cast.project, user=cast.lena)
    member_prefer(membership=lena, languages=["de"], declined=["hate"])
    (row,) = as_(cast.ada).get(PATH).json()["results"]
    assert row["details"] == {"languages": ["de"]}
