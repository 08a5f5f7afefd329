"""From which end labelers count: what is stored begins with the best."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.exchange.exports import export_lines
from annotation.feedback.aims import pick_ranks, ranks_best_first, slots_turned
from annotation.feedback.checks import JudgmentInput
from annotation.feedback.drafts import AnswerDraft, RankingDraft, ranking_draft_saved
from annotation.feedback.rankings import dense_ranks, ranking_submit
from annotation.models import Ranking
from annotation.queue.leases import shown_slots
from tests.annotation.work import claimed, ranking_task


def turned(ranks: Any, aim: str) -> Any:
    return ranks_best_first(ranks, aim)


RANKS = st.integers(2, 9).flatmap(lambda k: st.lists(st.integers(1, k), min_size=k, max_size=k))
AIMS = st.sampled_from(["best", "worst"])


@given(ranks=RANKS)
def test_the_worst_first_is_turned_round_and_ties_stay(ranks):
    stored = turned(ranks, "worst")
    assert turned(ranks, "best") == ranks
    assert min(stored) >= 1
    for (a, stored_a), (b, stored_b) in combinations(zip(ranks, stored, strict=True), 2):
        assert (a < b, a == b) == (stored_a > stored_b, stored_a == stored_b)


@given(ranks=RANKS, aim=AIMS)
def test_turned_twice_is_as_it_was(ranks, aim):
    dense = dense_ranks(ranks)
    assert turned(turned(dense, aim), aim) == dense


def test_by_hand():
    assert ranks_best_first([1, 3, 1, 4], "worst") == [4, 2, 4, 1]
    assert ranks_best_first([None, None], "worst") == [None, None]
    for none in ([2, -1], [1, 3]):  # not of two answers: refused by their check
        assert ranks_best_first(none, "worst") == none
    assert slots_turned([0, 1, 4, -1, 7], 4) == [0, 4, 1, -1, 7]
    assert slots_turned([1, 2, 2, 1], 4) == [2, 1, 1, 2]  # the worst stands at 1, not at 3
    assert [pick_ranks(1, 3, aim) for aim in ("best", "worst")] == [[2, 1, 2], [1, 2, 1]]


@given(slots=st.lists(st.integers(0, 4), min_size=4, max_size=4), drawn=AIMS, shown=AIMS)
def test_a_draft_says_the_same_under_either_aim(slots, drawn, shown):
    draft = ranking_draft_saved({"slots": slots, "aim": drawn}, 4)
    aimed = draft.aimed(shown)
    assert aimed.aim == shown
    if 0 in slots:
        assert [each.slot == 0 for each in aimed.answers] == [slot == 0 for slot in slots]
        assert aimed.aimed(drawn) == draft
    else:
        ranks = [[each.rank or 0 for each in one.judgments()] for one in (draft, aimed)]
        assert dense_ranks(ranks[0]) == dense_ranks(ranks[1])
        assert drawn == shown or min(each.slot for each in aimed.answers) == 1


def test_a_draft_of_no_known_aim_is_the_best_first():
    assert ranking_draft_saved({"slots": [1, 2], "aim": ["worst"]}, 2).aim == "best"


@pytest.mark.django_db
@pytest.mark.service
@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(slots=st.lists(st.integers(1, 9), min_size=4, max_size=9), aim=AIMS)
def test_what_is_stored_and_exported_has_the_better_one_chosen(cast, slots, aim):
    """From the page's slots to pairs for a learner, found by their texts all the way."""
    Ranking.objects.update(is_current=False)
    k = len(slots)
    cast.project.ranking_aim = aim
    cast.project.save()
    ranking_task(cast.project, k, overlap=1)
    assignment = claimed(cast.lena, cast.project)
    draft = RankingDraft([AnswerDraft(min(slot, k)) for slot in slots], aim=aim)
    texts = [slot.completion.text for slot in shown_slots(assignment)]
    place = {text: each.slot for text, each in zip(texts, draft.answers, strict=True)}
    ranking = ranking_submit(assignment=assignment, judgments=draft.judgments(), aim=aim)
    assert ranking.aim == aim

    def better(a, b):
        return place[a] < place[b] if aim == "best" else place[a] > place[b]

    held: dict[str, Any] = dict(ranking.judgments.values_list("completion__text", "rank"))
    assert min(held.values()) == 1
    for a, b in combinations(texts, 2):
        assert (held[a] < held[b]) == better(a, b)
    pairs = {
        (line["chosen"][0]["content"], line["rejected"][0]["content"])
        for line in export_lines(project=cast.project, form="trl-preference")
    }
    assert pairs == {(a, b) for a in texts for b in texts if better(a, b)}


@pytest.mark.django_db
def test_no_ranks_are_none_under_either_aim(cast):
    ranking_task(cast.project, 4)
    draft = RankingDraft([AnswerDraft(1)] * 4, outcome="none_acceptable", aim="worst")
    assert draft.judgments() == [JudgmentInput(None)] * 4
