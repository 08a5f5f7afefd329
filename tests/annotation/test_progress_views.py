"""The pages about progress: the admin's, and each labeler's own."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from annotation.models import Assignment, Rates, SurveyAnswer, User
from annotation.progress.rates import rates_update
from annotation.progress.survey import STATEMENTS
from tests.annotation.test_progress_figures import hand_in
from tests.annotation.work import heldout_end, ranking_task
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def page(person: User, path: str) -> str:
    client = Client()
    client.force_login(person)
    answer = client.get(f"/p/everyday/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_admin_sees_throughput_what_is_left_and_costs(cast: Cast) -> None:
    heldout_end(cast)
    for _ in range(3):
        ranking_task(cast.project)
    hand_in(cast, cast.lena, seconds=3600)
    rates_update(actor=cast.ada, project=cast.project, hour=Decimal(20), currency="EUR")
    seen = page(cast.ada, "progress/")
    assert "20.00 EUR" in seen
    assert "<title>" in seen
    assert 'class="bar"' in seen
    assert "at 0.1 a day, done on" in seen
    assert "Lena" in seen or "lena" in seen


def test_an_empty_project_says_so(cast: Cast) -> None:
    cast.project.memberships.filter(roles__role="labeler").delete()
    seen = page(cast.ada, "progress/")
    assert "Nobody labels yet" in seen
    assert "Nothing in the last eight weeks." in seen


def test_the_overview_leads_there_and_is_lit(cast: Cast) -> None:
    assert 'href="/p/everyday/progress/"' in page(cast.ada, "")
    assert 'href="/p/everyday/progress/"' not in page(cast.rosa, "")
    seen = page(cast.ada, "progress/survey/")
    assert '<a href="/p/everyday/" aria-current="page">' in seen


def test_rates_are_set_and_refused_beside_their_field(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.ada)
    form = {"currency": "eur", "hour": "20", "demonstration": "0", "ranking": "0.35"}
    form |= {"dialogue": "0", "prompt": "0", "told": "on"}
    assert client.post("/p/everyday/progress/rates/", form).status_code == 302
    rates = Rates.objects.get()
    assert (rates.currency, rates.ranking, rates.told) == ("EUR", Decimal("0.35"), True)
    answer = client.post("/p/everyday/progress/rates/", form | {"hour": "-2"})
    assert set(answer.context["form"].errors) == {"hour"}
    assert Rates.objects.get().hour == 20


def test_a_labeler_sees_their_own(cast: Cast) -> None:
    heldout_end(cast)
    ranking_task(cast.project)
    lease = hand_in(cast, cast.lena, seconds=120)
    seen = page(cast.lena, "work/figures/")
    assert "Handed in by day, the last four weeks" in seen
    assert "2 min" in seen
    assert "Answer the survey" in seen
    Assignment.objects.filter(pk=lease.pk).update(ended_at=timezone.now() - timedelta(days=40))
    assert "Nothing in the last four weeks." in page(cast.lena, "work/figures/")
    assert 'href="/p/everyday/work/figures/"' in page(cast.lena, "work/")


def test_the_survey_is_answered_and_then_closed(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.lena)
    answer = client.post("/p/everyday/work/survey/", {"clear": "5", "comment": "Kept."})
    assert set(answer.context["form"].errors) == set(STATEMENTS) - {"clear"}
    assert "Kept." in answer.content.decode()
    said = dict.fromkeys(STATEMENTS, "2")
    answer = client.post("/p/everyday/work/survey/", said, follow=True)
    assert "without your name" in answer.content.decode()
    assert "You have answered this month" in page(cast.lena, "work/survey/")
    client.post("/p/everyday/work/survey/", said)
    assert SurveyAnswer.objects.count() == 1
    assert "The survey is for members" in page(cast.sita, "work/survey/")


def test_an_admin_reads_comments_as_plain_text(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        SurveyAnswer.objects.create(
            project=cast.project,
            month=date(2026, 5, 1),
            comment="<script>alert(1)</script>",
            **dict.fromkeys(STATEMENTS, 4),
        )
    seen = page(cast.ada, "progress/survey/")
    assert "<script>alert" not in seen
    assert "&lt;script&gt;alert" in seen
    assert "May 2026" in seen


@pytest.mark.parametrize("path", ["progress/", "progress/rates/", "progress/survey/"])
def test_only_admins_come_there(cast: Cast, path: str) -> None:
    for person in (cast.lena, cast.rosa):
        client = Client()
        client.force_login(person)
        assert client.get(f"/p/everyday/{path}").status_code == 403
