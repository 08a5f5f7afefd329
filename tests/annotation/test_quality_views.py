"""The quality page, its button, its thresholds; and that it only reads a row."""

import re

import numpy as np
import pytest
from django.urls import reverse
from django.utils import timezone

from annotation.models import Membership, MembershipRole, QualityReport, QualityThresholds
from annotation.quality.asking import report_ask, report_of
from annotation.quality.report import quality_report
from tests.annotation.crowd import CROWD, crowd_rankings
from tests.annotation.quality_work import crowd_enrol
from tests.cast import Cast, member, user

pytestmark = pytest.mark.django_db

PAGE = "/p/everyday/quality/"


@pytest.fixture
def reported(cast: Cast) -> Cast:
    """A stored report on ten people; the last of the careful ones is held out."""
    users = crowd_enrol(cast.project, CROWD)
    Membership.objects.filter(user=users[6]).update(heldout=True)
    who = [each.pk for each in users]
    columns = crowd_rankings(tasks=150, heldout=(6,), labelers=who, seed=1)
    report_of(cast.project)
    QualityReport.objects.filter(project=cast.project).update(
        figures=quality_report(columns), computed_at=timezone.now(), through=10**9
    )
    return cast


def test_it_works(reported, enter):
    html = enter(reported.ada).get(PAGE).content.decode()
    findings = html.split('id="findings"')[1].split("</section>")[0]
    assert re.findall(r"person(\d) (\w+)", findings) == [
        ("9", "prefers"), ("8", "ranks"), ("7", "looks")
    ]  # fmt: skip
    labelers, heldout = html.split("<h2>Held out</h2>")
    assert "person6</th>" not in labelers
    assert ">person6" in heldout
    assert "person6, held out" in heldout
    for text in ("Krippendorff", "By week", "By use case", "Labeler by labeler", "Thresholds"):
        assert text in html


def test_it_checks_access(cast, enter):
    rita = user("Rita")
    member(cast.project, rita, "reviewer")
    assert enter(rita).get(PAGE).status_code == 200
    assert enter(rita).get(f"{PAGE}settings/").status_code == 403
    for person in (cast.lena, cast.rosa):
        assert enter(person).get(PAGE).status_code == 403
    assert enter(cast.otto).get(PAGE).status_code == 404


def test_it_is_in_the_header_of_admins_and_reviewers(cast, enter):
    assert PAGE in enter(cast.ada).get("/p/everyday/").content.decode()
    assert PAGE not in enter(cast.rosa).get("/p/everyday/").content.decode()


def test_the_page_costs_the_same_whatever_there_is(reported, enter, django_assert_max_num_queries):
    client = enter(reported.ada)
    with django_assert_max_num_queries(12):
        assert client.get(PAGE).status_code == 200


def test_without_a_report_it_says_so(cast, enter):
    assert "No figures yet" in enter(cast.ada).get(PAGE).content.decode()


def test_without_overlap_it_says_what_to_do(cast, enter):
    users = crowd_enrol(cast.project, CROWD)
    columns = crowd_rankings(tasks=30, overlap=1, labelers=[each.pk for each in users])
    report_of(cast.project)
    QualityReport.objects.update(figures=quality_report(columns))
    assert "raise the overlap" in enter(cast.ada).get(PAGE).content.decode()


def test_the_button_asks_for_a_new_one(reported, enter):
    client = enter(reported.ada)
    assert client.post(f"{PAGE}compute/").url == PAGE
    assert report_of(reported.project).state == "queued"
    html = client.get(PAGE).content.decode()
    assert 'hx-trigger="every 2s"' in html
    assert "Compute now" not in html


def test_the_state_is_polled_until_it_has_ended(reported, enter):
    client = enter(reported.ada)
    report_ask(project=reported.project)
    polled = client.get(PAGE, headers={"HX-Request": "true"})
    assert "Queued" in polled.content.decode()
    assert "HX-Refresh" not in polled.headers
    QualityReport.objects.update(state="idle")
    assert client.get(PAGE, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_a_failure_says_why(reported, enter):
    QualityReport.objects.filter(project=reported.project).update(
        state="failed", error="MemoryError: <none> left"
    )
    assert "MemoryError: &lt;none&gt; left" in enter(reported.ada).get(PAGE).content.decode()


def test_thresholds_are_set_on_their_page(cast, enter):
    client = enter(cast.ada)
    address = reverse("quality-settings", args=["everyday"])
    assert 'value="0.15"' in client.get(address).content.decode()
    said = {
        "least_rankings": 5, "careless_gap": 0.2, "position_tau": 0.2, "length_effect": 0.2,
        "bias_z": 5, "hurried_share": 0.3, "outlier_z": 4,
    }  # fmt: skip
    refused = client.post(address, {**said, "careless_gap": 3})
    assert refused.status_code == 200
    assert not QualityThresholds.objects.exists()
    assert client.post(address, said).url == PAGE
    assert QualityThresholds.objects.get().careless_gap == 0.2
    assert report_of(cast.project).state == "queued"


def test_it_speaks_german(reported, enter):
    reported.ada.language = "de"
    reported.ada.save()
    html = enter(reported.ada).get(PAGE).content.decode()
    assert "<h1>Qualität</h1>" in html
    points = re.findall(r'points="([^"]+)"', html)
    assert points
    assert all(re.fullmatch(r"[\d. ,]+", each) and each.count(",") for each in points)
    assert np.isfinite([float(x) for each in points for x in re.split("[ ,]", each)]).all()


def test_a_reviewer_may_compute(cast, enter):
    rita = user("Rita")
    member(cast.project, rita, MembershipRole.Role.REVIEWER)
    enter(rita).post(f"{PAGE}compute/")
    assert report_of(cast.project).state == "queued"
