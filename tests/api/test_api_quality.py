"""The report by API: JSON and tables."""

import csv
import io

import pytest
from django.utils import timezone

from annotation.api.quality import table_text
from annotation.models import QualityReport
from annotation.quality.asking import report_of
from annotation.quality.report import quality_report
from annotation.quality.tables import TABLES
from tests.annotation.crowd import CROWD, crowd_rankings
from tests.annotation.quality_work import crowd_enrol
from tests.cast import Cast, member, user

pytestmark = pytest.mark.django_db
ADDRESS = "/api/projects/everyday/quality/"


@pytest.fixture
def reported(cast: Cast) -> Cast:
    users = crowd_enrol(cast.project, CROWD)
    columns = crowd_rankings(tasks=100, labelers=[each.pk for each in users])
    report_of(cast.project)
    QualityReport.objects.filter(project=cast.project).update(
        figures=quality_report(columns), computed_at=timezone.now()
    )
    return cast


def test_it_works(reported, as_):
    told = as_(reported.ada).get(ADDRESS).json()
    assert told["state"] == "idle"
    assert {row["labeler"] for row in told["figures"]["labelers"]} == {
        f"person{n}" for n in range(10)
    }
    assert told["figures"]["matrix"]["labelers"][3] == "person3"
    assert {row["labeler"] for row in told["figures"]["findings"]} == {
        "person7", "person8", "person9",
    }  # fmt: skip
    assert len(told["findings"]) == 3


def test_it_checks_access(reported, as_):
    rita = user("Rita")
    member(reported.project, rita, "reviewer")
    assert as_(rita).get(ADDRESS).status_code == 200
    for person, status in ((reported.lena, 403), (reported.rosa, 403), (reported.otto, 404)):
        assert as_(person).get(ADDRESS).status_code == status
        assert as_(person).post(ADDRESS).status_code == status
        assert as_(person).get(f"{ADDRESS}labelers/").status_code == status


def test_it_is_asked_for(cast, as_):
    assert as_(cast.ada).get(ADDRESS).json()["figures"] == {}
    answer = as_(cast.ada).post(ADDRESS)
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_table_is_csv(reported, as_, table):
    answer = as_(reported.ada).get(f"{ADDRESS}{table}/")
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert rows
    assert all(None not in row.values() for row in rows)
    figures = QualityReport.objects.get(project=reported.project).figures
    if table == "pairs":
        assert sum(int(row["alike"]) for row in rows) == figures["agreement"]["training"]["alike"]
    if table == "labelers":
        assert [float(row["rate"]) for row in rows] == [
            row["agreement"]["rate"] for row in figures["labelers"]
        ]


def test_no_report_is_an_empty_table_and_no_table_is_not_found(cast, as_):
    assert as_(cast.ada).get(f"{ADDRESS}labelers/").content == b""
    assert as_(cast.ada).get(f"{ADDRESS}secrets/").status_code == 404


def test_a_name_that_is_a_formula_is_quoted():
    assert table_text([{"labeler": "=1+1", "rate": -0.5}]) == "labeler,rate\r\n'=1+1,-0.5\r\n"
