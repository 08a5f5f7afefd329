"""What stays of a draft as the work is handed in, by what whoever hands in has seen of it."""

import pytest

from annotation.dialogue.finishing import conversation_finish
from annotation.dialogue.turns import turn_say, turn_write
from annotation.feedback.demonstrations import demonstration_submit
from annotation.feedback.rankings import ranking_submit
from annotation.models import Assignment
from annotation.queue.draft_revisions import DraftSeen, draft_left, draft_says
from annotation.queue.drafts import draft_save
from tests.annotation.work import claim, demonstration_task, dialogue_task, ranked, ranking_task
from tests.cast import Cast


@pytest.mark.parametrize(
    ("draft", "says"),
    [
        ({}, False),
        ({"text": " \n", "annotations": [], "revision": 4, "writer": "a"}, False),
        ({"slots": [0, 0], "likert": [None, None], "flags": [[], []], "aim": "worst"}, False),
        ({"discarded": {"text": "Old"}, "revision": 2}, False),
        ({"text": "", "place": 0, "later": {}, "pick": None}, False),
        ({"slots": [0, 2]}, True),
        ({"flags": [[], ["harmful"]]}, True),
        ({"text": "", "later": {"3": "Then"}}, True),
        ({"none": True}, True),
    ],
)
def test_whether_a_draft_says_anything(draft: dict[str, object], says: bool) -> None:
    assert draft_says(draft) is says


NEWER = {"text": "A long evening", "revision": 2, "writer": "b"}


@pytest.mark.parametrize(
    ("draft", "seen", "stays"),
    [
        (NEWER, DraftSeen(0, "a"), True),
        (NEWER, DraftSeen(1, ""), True),  # a page without scripts saves none of its own
        (NEWER, DraftSeen(2, "a"), False),  # it was shown on the page
        (NEWER, DraftSeen(0, "b"), False),  # the page's own
        (NEWER, None, False),
        ({"text": "Recovered", "revision": 2}, DraftSeen(1, "a"), True),
        ({"text": " ", "revision": 2, "writer": "b"}, DraftSeen(0, "a"), False),
        ({"text": "", "place": 4, "revision": 2, "writer": "b"}, DraftSeen(0, "a"), False),
        ({}, DraftSeen(0, "a"), False),
    ],
)
def test_what_another_page_saved_since_stays(
    draft: dict[str, object], seen: DraftSeen | None, stays: bool
) -> None:
    assert draft_left(Assignment(draft=draft), seen) == (draft if stays else {})


def overtaken(lease: Assignment) -> Assignment:
    """Page a has saved, then page b, which went on from it."""
    draft_save(assignment=lease, draft={"text": "one"}, base=0, writer="a")
    return draft_save(assignment=lease, draft={"text": "one and two"}, base=1, writer="b")


@pytest.mark.django_db
@pytest.mark.service
def test_a_demonstration_and_a_ranking_leave_it(cast: Cast) -> None:
    demonstration_task(cast.project)
    lease = claim(cast.lena, cast.project)
    overtaken(lease)
    demonstration_submit(assignment=lease, text="one", seen=DraftSeen(0, "a"))
    ranking_task(cast.project)
    other = claim(cast.lena, cast.project)
    overtaken(other)
    ranking_submit(assignment=other, judgments=ranked([1, 2, 3, 4]), seen=DraftSeen(0, "a"))
    for each in (lease, other):
        each.refresh_from_db()
        assert (each.state, each.draft["text"]) == ("submitted", "one and two")


@pytest.mark.django_db
@pytest.mark.service
def test_a_dialogue_leaves_it(cast: Cast) -> None:
    dialogue_task(cast.project, mode="both_sides")
    lease = claim(cast.lena, cast.project)
    talk = turn_say(assignment=lease, step=0, text="Hello")
    turn_write(assignment=lease, step=talk.step, text="Hi")
    overtaken(lease)
    conversation_finish(assignment=lease, seen=DraftSeen(0, "a"))
    lease.refresh_from_db()
    assert (lease.state, lease.draft["text"]) == ("submitted", "one and two")
