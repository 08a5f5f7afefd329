"""/api/projects/<slug>/progress/, rates/, survey/ and figures/."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from annotation.models import SurveyAnswer
from annotation.progress.survey import STATEMENTS
from tests.annotation.work import claim, heldout_end, ranking_task

pytestmark = [pytest.mark.django_db, pytest.mark.service]
HERE = "/api/projects/everyday/"


def test_an_admin_reads_how_it_goes_on(cast, as_):
    ranking_task(cast.project)
    said = as_(cast.ada).get(f"{HERE}progress/").json()
    assert (said["done"], said["left"], said["pace"], said["end"]) == (0, 1, 0.0, None)
    assert said["days"][-1] == {
        "day": timezone.localdate().isoformat(),
        "done": 0,
        "seconds": 0,
        "left": 1,
    }
    assert {row["name"] for row in said["labelers"]} == {"lena", "luis", "hana"}
    assert said["cost"] is None
    assert said["coverage"][0]["use_case"] == "generation"
    for refused in (cast.lena, cast.rosa):
        assert as_(refused).get(f"{HERE}progress/").status_code == 403


def test_rates_are_read_and_changed(cast, as_):
    client = as_(cast.ada)
    assert client.get(f"{HERE}rates/").json()["hour"] == "0.00"
    said = client.patch(f"{HERE}rates/", {"hour": "19.90", "currency": "EUR"}, format="json")
    assert (said.status_code, said.json()["hour"]) == (200, "19.90")
    assert client.get(f"{HERE}progress/").json()["cost"] == "0.00"
    assert cast.project.rates.hour == Decimal("19.90")
    for wrong in ({"hour": "-1"}, {"hour": "many"}, {"currency": "euro"}, {"year": "1"}):
        refused = client.patch(f"{HERE}rates/", wrong, format="json")
        assert (refused.status_code, set(refused.json())) == (400, set(wrong))
    assert as_(cast.lena).patch(f"{HERE}rates/", {}, format="json").status_code == 403


def test_a_labeler_reads_their_own_figures(cast, as_):
    heldout_end(cast)
    ranking_task(cast.project)
    claim(cast.lena, cast.project)
    said = as_(cast.lena).get(f"{HERE}figures/").json()
    assert said["ever"] == {"done": 0, "seconds": 0, "earned": None}
    assert (said["gold"], said["others"]) == (None, None)
    assert as_(cast.ada).get(f"{HERE}figures/").status_code == 403


def test_the_survey_is_answered_once_and_read_without_names(cast, as_, monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2026, 5, 9))
    said = dict.fromkeys(STATEMENTS, 3) | {"comment": "Fine."}
    client = as_(cast.lena)
    assert client.post(f"{HERE}survey/", said, format="json").status_code == 204
    assert client.post(f"{HERE}survey/", said, format="json").status_code == 400
    assert client.post(f"{HERE}survey/", said | {"glad": 6}, format="json").status_code == 400
    assert client.get(f"{HERE}survey/").status_code == 403
    assert SurveyAnswer.objects.count() == 1
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2026, 6, 1))
    (month,) = as_(cast.ada).get(f"{HERE}survey/").json()
    assert month == {"month": "2026-05-01", "answers": 1, "statements": [], "comments": []}
    assert as_(cast.sita).post(f"{HERE}survey/", said, format="json").status_code == 403
