"""What was begun in a conversation is shown where it belongs, and nowhere else."""

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict

from annotation.dialogue.drafts import talk_draft_posted, talk_draft_saved, typed_keep
from annotation.dialogue.talks import Stage, talk_of
from annotation.dialogue.turns import answers_offer, turn_pick, turn_say, turn_undo, turn_write
from annotation.models import Assignment
from annotation.queue.drafts import DraftOvertakenError, draft_save
from tests.annotation.work import claim, dialogue_task

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def lease(cast):
    dialogue_task(cast.project)
    return claim(cast.lena, cast.project)


def step(lease):
    return talk_of(lease).step


def ask(lease, text="Hello"):
    """Say this, and have answers shown."""
    turn_say(assignment=lease, step=step(lease), text=text)
    answers_offer(assignment=lease)


def write(lease, text):
    return turn_write(assignment=lease, step=step(lease), text=text)


def pick(lease):
    return turn_pick(assignment=lease, step=step(lease), index=0, strength=1)


def undo(lease, typed=None):
    return turn_undo(assignment=lease, step=step(lease), typed=typed)


def drafted(lease):
    return talk_draft_saved(talk_of(Assignment.objects.get(pk=lease.pk)))


def picked(lease):
    draft = drafted(lease)
    return draft.answer, draft.severity


def save_pick(lease, **fields):
    said = {"step": step(lease), "answer": 1, "severity": None, "aim": "best", **fields}
    draft_save(assignment=lease, draft={"text": "", "place": 1, "pick": said})


# --- texts ---


def test_saying_something_ends_its_draft_and_one_saved_late_is_not_the_next(lease):
    draft_save(assignment=lease, draft={"text": "Hello", "place": 0})
    turn_say(assignment=lease, step=0, text="Hello")
    assert drafted(lease).text == ""
    draft_save(assignment=lease, draft={"text": "Hello", "place": 0})
    assert drafted(lease).text == ""


def test_what_is_taken_back_of_two_roles_is_not_mixed(lease):
    ask(lease, "And dogs?")
    write(lease, "My own answer")
    assert talk_draft_saved(undo(lease)).text == "My own answer"
    draft = talk_draft_saved(undo(lease, typed="My own answer, longer"))
    assert (draft.text, draft.later) == ("And dogs?", {1: "My own answer, longer"})
    ask(lease, "And cats?")
    assert drafted(lease).text == "My own answer, longer"
    write(lease, "Mine")
    assert (drafted(lease).text, drafted(lease).later) == ("", {})


def test_what_was_begun_after_an_undone_pick_waits_for_its_turn(lease):
    ask(lease)
    pick(lease)
    draft = talk_draft_saved(undo(lease, typed="And\r\nthen"))
    assert (draft.text, draft.later) == ("", {2: "And\nthen"})
    pick(lease)
    assert (drafted(lease).text, drafted(lease).later) == ("And\nthen", {})


def test_without_a_page_what_the_draft_holds_waits(lease):
    ask(lease)
    pick(lease)
    draft_save(assignment=lease, draft={"text": "And then", "place": 2})
    lease.refresh_from_db()
    assert talk_draft_saved(undo(lease)).later == {2: "And then"}


def test_what_cannot_be_stored_is_refused_with_the_undo(lease):
    ask(lease)
    with pytest.raises(ValidationError, match="cannot be stored"):
        undo(lease, typed="\0")
    assert talk_of(lease).stage == Stage.CHOICE


@pytest.mark.parametrize(
    "draft",
    [
        {"text": 1, "later": []},
        {"text": None, "place": [], "later": {"x": "a", "": "b", "1000": "c", "0": "d", "3": 4}},
        {"text": "Else", "place": "1", "pick": 7},
        {"place": -1, "text": "Else", "pick": {"step": 2, "answer": "0"}},
        {"pick": {"step": 2, "answer": True}},
        {"pick": {"step": 2, "answer": 3}},
        {"pick": {"answer": 1}},
    ],
)
def test_what_makes_no_sense_is_left_out(lease, draft):
    ask(lease)
    draft_save(assignment=lease, draft=draft)
    found = drafted(lease)
    assert (found.text, found.later, found.answer, found.severity) == ("", {}, None, None)


# --- the pick ---


def test_a_pick_is_of_the_answers_it_was_made_among(lease):
    ask(lease)
    save_pick(lease)
    assert picked(lease) == (1, None)
    undo(lease)
    ask(lease, "Else")  # other answers, in the same place
    assert picked(lease) == (None, None)
    save_pick(lease, step=2)  # saved before the undo, and late
    assert picked(lease) == (None, None)


def test_a_pick_and_its_severity_are_of_the_end_that_was_looked_for(cast, lease):
    ask(lease)
    save_pick(lease, aim="worst", severity=3)
    assert picked(lease) == (None, None)
    cast.project.ranking_aim = "worst"
    cast.project.save()
    assert picked(lease) == (1, 3)
    save_pick(lease, aim="worst", severity=9)
    assert picked(lease) == (1, None)


def test_a_refused_page_keeps_its_pick_unless_the_talk_went_on(lease):
    ask(lease)
    for seen, answer in ((step(lease), 2), (0, None)):
        form = QueryDict(f"step={seen}&answer=2&aim=best&text=Kept")
        found = talk_draft_posted(talk_of(lease), form)
        assert (found.text, found.answer) == ("Kept", answer)


# --- what an overtaken page holds ---


def posted(lease, **fields):
    form = QueryDict(mutable=True)
    form.update(fields)
    talk = typed_keep(assignment=lease, form=form)
    assert talk_draft_posted(talk, form) == talk_draft_saved(talk)  # shown as it is kept
    return drafted(lease)


def test_a_message_that_came_second_waits_for_the_users_next_turn(lease):
    turn_say(assignment=lease, step=0, text="Hello")
    found = posted(lease, step="0", place="0", text="From the\r\nother tab", draft_writer="b")
    assert (found.text, found.later) == ("", {2: "From the\nother tab"})
    assert posted(lease, step="0", place="0", text="From the\nother tab") == found  # sent again
    answers_offer(assignment=lease)
    pick(lease)
    assert drafted(lease).text == "From the\nother tab"


def test_an_answer_that_came_second_waits_for_the_assistants_next_turn(lease):
    ask(lease)
    pick(lease)
    found = posted(lease, step="2", place="1", text="Mine instead", draft_writer="b")
    assert (found.text, found.later) == ("", {3: "Mine instead"})


def test_what_is_kept_joins_what_another_page_had_kept_there(lease):
    turn_say(assignment=lease, step=0, text="Hello")
    draft_save(
        assignment=lease,
        draft={"text": "Instead", "place": 1, "later": {"2": "And then"}},
        base=0,
        writer="a",
    )
    found = posted(lease, step="0", place="0", text="Else", draft_writer="b")
    assert (found.text, found.later) == ("Instead", {2: "And then\n\nElse"})
    with pytest.raises(DraftOvertakenError):  # page a is told, before it writes over that
        draft_save(assignment=lease, draft={"text": "Instead!"}, base=0, writer="a")
    draft_save(assignment=lease, draft={"text": "Instead"}, base=0, writer="b")


def test_what_was_said_already_or_is_blank_is_not_kept(lease):
    turn_say(assignment=lease, step=0, text="Hello")
    for text in ("Hello", " "):
        found = posted(lease, step="7", place="0", text=text)
        assert (found.text, found.later) == ("", {})
    lease.refresh_from_db()
    assert "revision" not in lease.draft
