"""What an admin is told of harms, and that nobody else is."""

import pytest
from django.test import Client

from annotation.feedback.checks import JudgmentInput
from annotation.feedback.rankings import ranking_submit
from annotation.feedback.revising import ranking_revise
from annotation.harms import harms_count
from tests.annotation.work import claimed, ranking_task

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def said(*flags, severity=None, rank=1):
    return JudgmentInput(rank, flags=list(flags), severity=severity)


@pytest.fixture
def judged(cast):
    cast.project.severity_asked = "each"
    cast.project.save()
    ranking_task(cast.project)
    lease = claimed(cast.lena, cast.project)
    judgments = [
        said("violent", "fails", severity=3),
        said("violent", severity=3),
        said(severity=0),
        said("fails", "violent", severity=1),
    ]
    ranking_submit(assignment=lease, judgments=judgments)
    return lease


def test_flags_and_severities_are_counted(cast, judged):
    harms = harms_count(cast.project)
    assert harms.flags == [("Fails the instruction", 2), ("Violent content", 3)]
    assert [row[::2] for row in harms.severities] == [(0, 1), (1, 1), (3, 2)]
    assert not harms_count(cast.other)


def test_what_was_replaced_counts_no_more_and_an_old_flag_goes_by_its_key(cast, judged):
    judgments = [said("violent", severity=0)] + [said(severity=0)] * 3
    ranking_revise(labeler=cast.lena, assignment=judged, base=1, judgments=judgments)
    cast.project.rubric = {"likert": None, "flags": []}
    harms = harms_count(cast.project)
    assert harms.flags == [("violent", 1)]
    assert [row[::2] for row in harms.severities] == [(0, 4)]


def test_the_overview_tells_admins(cast, judged):
    for person, told in ((cast.ada, True), (cast.rosa, False)):
        client = Client()
        client.force_login(person)
        page = client.get("/p/everyday/").content.decode()
        assert ("Harm in answers" in page) == told
        assert ("seriously" in page) == told
