"""How badly answers break the rules."""

import json

import pytest
from django.core.exceptions import ValidationError

from annotation.exchange.exports import export_lines
from annotation.exchange.formats import parse_line
from annotation.feedback.checks import JudgmentInput
from annotation.feedback.rankings import ranking_submit
from annotation.feedback.severity import severities_validate
from annotation.models import Judgment
from tests.annotation.work import claimed, ranking_task

NONE = [None] * 3


@pytest.mark.parametrize(
    ("asked", "severities", "ranks"),
    [
        ("never", NONE, [1, 2, 3]),
        ("each", [0, 4, 2], [1, 2, 3]),
        ("each", [0, 4, 2], NONE),
        ("worst", [None, None, 3], [1, 2, 3]),
        ("worst", [None, 3, 0], [1, 2, 2]),
        ("worst", NONE, NONE),
        ("worst", [None, 4, None], NONE),
    ],
)
def test_what_is_asked_is_taken(asked, severities, ranks):
    severities_validate(severities, ranks=ranks, asked=asked)


@pytest.mark.parametrize(
    ("asked", "severities", "words"),
    [
        ("never", [None, None, 1], "Answer C: this project asks for no severity"),
        ("each", [1, None, 1], "Answer B: say how severe"),
        ("worst", NONE, "Answer C: say how severe"),
        ("worst", [1, None, 1], "Answer A: only the worst"),
        ("each", [1, 5, 1], "Answer B: the severity lies between 0 and 4"),
        ("each", [-1, 1, 1], "Answer A: the severity lies"),
        ("each", [True, 1, 1], "Answer A: the severity is a whole number"),
    ],
)
def test_what_is_not_asked_is_refused(asked, severities, words):
    with pytest.raises(ValidationError, match=words):
        severities_validate(severities, ranks=[1, 2, 3], asked=asked)


@pytest.mark.django_db
@pytest.mark.service
def test_severities_are_stored_exported_and_read_again(cast):
    cast.project.severity_asked = "each"
    cast.project.save()
    ranking_task(cast.project, 4)
    assignment = claimed(cast.lena, cast.project)
    with pytest.raises(ValidationError, match="say how severe"):
        ranking_submit(assignment=assignment, judgments=[JudgmentInput(1)] * 4)
    judgments = [JudgmentInput(rank, severity=rank - 1) for rank in (1, 2, 3, 4)]
    ranking_submit(assignment=assignment, judgments=judgments, aim="worst")
    assert sorted(Judgment.objects.values_list("rank", "severity")) == [
        (1, 0),
        (2, 1),
        (3, 2),
        (4, 3),
    ]
    [line] = export_lines(project=cast.project, form="kwise")
    assert [each["severity"] for each in line["responses"]] == [0, 1, 2, 3]
    [record] = parse_line(json.loads(json.dumps(line))).records
    assert [answer.severity for answer in record.answers] == [0, 1, 2, 3]
