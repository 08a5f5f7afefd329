"""What trains where a project trains on nothing that is still to be reviewed."""

import pytest

from annotation.exchange.exports import iter_rankings
from annotation.models import Ranking, User
from annotation.review.decisions import ranking_decide
from annotation.review.rules import rules_update
from annotation.review.verdicts import verdict_give
from tests.annotation.review_work import disputed, look, rank, reviewer_join
from tests.annotation.work import ranked, ranking_task

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def trained(cast):
    return {row.ranking_id for row in iter_rankings(project=cast.project)}


def of(person: User) -> set[int]:
    return set(Ranking.objects.filter(labeler=person).values_list("pk", flat=True))


def test_only_what_is_accepted_or_not_asked_for_trains(cast):
    rex = reviewer_join(cast)
    ranking_task(cast.project)
    sure = rank(cast.lena, cast.project, [1, 2, 3, 4])
    task, _, luiss = disputed(cast)
    kept = set(sure.rankings.values_list("pk", flat=True))
    rules_update(actor=cast.ada, project=cast.project, asked="doubtful", needed=True)
    assert trained(cast) == set()  # nobody has looked at it yet
    look(cast)
    assert trained(cast) == kept
    verdict_give(reviewer=rex, assignment=luiss, revision=1, verdict="accepted")
    assert trained(cast) == kept | of(cast.luis)
    decision = ranking_decide(reviewer=rex, task=task, judgments=ranked([1, 1, 2, 2]))
    assert trained(cast) == kept | {decision.ranking_id}
    rules_update(actor=cast.ada, project=cast.project, needed=False)
    assert trained(cast) == kept | {decision.ranking_id}


def test_what_came_from_a_file_waits_for_nobody(cast):
    disputed(cast)
    rules_update(actor=cast.ada, project=cast.project, asked="share", share=100, needed=True)
    look(cast)
    Ranking.objects.filter(labeler=cast.lena).update(task=None, assignment=None, source="import")
    assert trained(cast) == of(cast.lena)
