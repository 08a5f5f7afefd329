"""A serializer that is built once says and refuses what a new one does, time after time."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.utils import translation
from rest_framework.exceptions import ValidationError

from annotation.api.built import built, read, said
from annotation.api.work import AssignmentSerializer, RankingSubmitSerializer, WorkSerializer
from annotation.queue.claims import task_claim
from tests.annotation.work import ranking_task

GOOD = {"judgments": [{"rank": 1}, {"rank": 2, "flags": ["harmful"]}], "active_seconds": 3}
BAD: list[Any] = [
    {},
    [],
    None,
    "text",
    {"judgments": [{"rank": 0}, {"rank": 1, "rnak": 2}]},
    {"judgments": 3, "note": ["x"], "unknown": 1},
    {"judgments": [None], "claim": "perhaps"},
]


def refused(data):
    with pytest.raises(ValidationError) as refusal:
        read(RankingSubmitSerializer, data)
    return refusal.value.detail


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_what_is_refused_is_refused_in_the_same_words(bad):
    serializer = RankingSubmitSerializer(data=bad)
    assert not serializer.is_valid()
    expected = {
        "non_field_errors": ["This field may not be null."]  # a new one: "No data provided"
    }
    assert refused(bad) == (expected if bad is None else serializer.errors)


def test_one_body_leaves_nothing_to_the_next():
    first = read(RankingSubmitSerializer, GOOD)
    first["annotations"].append("left behind")
    first["judgments"][0]["flags"].append("left behind")
    refused(BAD[4])
    again = read(RankingSubmitSerializer, GOOD)
    assert again["annotations"] == []
    assert [each["flags"] for each in again["judgments"]] == [[], ["harmful"]]
    assert read(RankingSubmitSerializer, {"judgments": []})["active_seconds"] == 0


def test_words_are_in_the_language_of_the_moment():
    assert "required" in str(refused({}))
    with translation.override("de"):
        assert "erforderlich" in str(refused({}))
    assert "required" in str(refused({}))


@pytest.mark.django_db
def test_rows_are_represented_each_for_itself(cast):
    for _ in "12":
        ranking_task(cast.project, 4)
    leases = [task_claim(labeler=person, project=cast.project) for person in (cast.lena, cast.luis)]
    for lease in leases:
        for kind in (WorkSerializer, AssignmentSerializer):
            assert said(kind, lease) == kind(lease).data


def test_threads_use_it_at_once():
    assert built(RankingSubmitSerializer) is built(RankingSubmitSerializer)

    def read_often(rank: int) -> set[str]:
        body = {"judgments": [{"rank": rank}] * 6, "note": str(rank)}
        wrong = {"judgments": [{"rank": 0}] * rank}
        return {f"{read(RankingSubmitSerializer, body)}{len(refused(wrong))}" for _ in range(50)}

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(read_often, range(1, 9)))
    assert [len(each) for each in found] == [1] * 8
    assert len(set.union(*found)) == 8
