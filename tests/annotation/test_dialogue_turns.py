"""A conversation, turn by turn: what is said is stored at once, and nothing twice."""

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.utils import IntegrityError

from annotation.dialogue.drafts import talk_draft_saved
from annotation.dialogue.talks import ConversationMovedError, Stage, talk_of
from annotation.dialogue.turns import (
    answers_offer,
    turn_pick,
    turn_say,
    turn_undo,
    turn_write,
)
from annotation.models import Assignment, Conversation, Prompt, Turn, TurnAnswer
from annotation.prompts import answers as answers_module
from annotation.prompts.answers import AnswersUnavailableError
from annotation.queue.leases import assignment_skip
from tests.annotation.work import (
    SCRIPT,
    claim,
    completions_make,
    counts,
    demonstration_task,
    dialogue_task,
    lease_age,
    prompt_make,
)

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def lease(cast):
    dialogue_task(cast.project)
    return claim(cast.lena, cast.project)


def say(lease, text):
    return turn_say(assignment=lease, step=talk_of(lease).step, text=text)


def pick(lease, index=0, strength=2):
    return turn_pick(assignment=lease, step=talk_of(lease).step, index=index, strength=strength)


def write(lease, text):
    return turn_write(assignment=lease, step=talk_of(lease).step, text=text)


def undo(lease):
    return turn_undo(assignment=lease, step=talk_of(lease).step)


def offered(lease):
    return [answer.text for answer in answers_offer(assignment=lease).offered]


def told(lease):
    return [(turn.role, turn.text, turn.provenance) for turn in talk_of(lease).turns]


def test_looking_stores_nothing(lease):
    talk = talk_of(lease)
    assert (talk.stage, talk.messages, talk.done) == (Stage.USER, [], 0)
    assert not Conversation.objects.exists()


def test_say_show_and_pick(lease):
    assert say(lease, "Hello\r\nthere").stage == Stage.ANSWERS
    texts = offered(lease)
    assert sorted(texts) == SCRIPT[0]
    talk = pick(lease, 1, 3)
    assert (talk.stage, talk.done) == (Stage.USER, 1)
    assert told(lease) == [
        ("user", "Hello\nthere", "written"),
        ("assistant", texts[1], "picked"),
    ]
    turn = Turn.objects.get(role="assistant")
    assert turn.strength == 3
    assert [SCRIPT[0][slot] for slot in turn.order] == texts
    assert turn.picked == turn.order[1]
    say(lease, "Go on")
    assert sorted(offered(lease)) == SCRIPT[1]


def test_answers_come_in_an_order_of_their_own_each_turn(cast):
    orders = set()
    for _ in range(12):
        dialogue_task(cast.project)
        lease = claim(cast.luis, cast.project)
        say(lease, "Hello")
        orders.add(tuple(offered(lease)))
        assignment_skip(assignment=lease, reason="unclear")
    assert len(orders) > 1


def test_answers_that_are_shown_stay(lease):
    say(lease, "Hello")
    first = offered(lease)
    step = talk_of(lease).step
    assert offered(lease) == first
    assert talk_of(lease).step == step
    assert TurnAnswer.objects.count() == 3


def test_what_is_written_instead_is_what_the_talk_goes_on_with(lease):
    say(lease, "Hello")
    offered(lease)
    write(lease, "My own.")
    assert told(lease)[-1] == ("assistant", "My own.", "written_instead")
    assert talk_of(lease).messages[-1] == {"role": "assistant", "content": "My own."}
    assert TurnAnswer.objects.count() == 3


def test_an_answer_that_is_shown_is_picked_not_written(lease):
    say(lease, "Hello")
    text = offered(lease)[2]
    with pytest.raises(ValidationError, match="answer C, word for word"):
        write(lease, f"{text} \n")


def test_both_sides_are_written(cast):
    dialogue_task(cast.project, mode="both_sides", system="Be brief.")
    lease = claim(cast.lena, cast.project)
    assert say(lease, "Hello").stage == Stage.ASSISTANT
    with pytest.raises(ConversationMovedError):
        answers_offer(assignment=lease)
    assert write(lease, "Hi").stage == Stage.USER
    assert [message["role"] for message in talk_of(lease).messages] == [
        "system",
        "user",
        "assistant",
    ]
    assert told(lease) == [("user", "Hello", "written"), ("assistant", "Hi", "written")]


def test_the_last_turn_is_the_last(cast):
    dialogue_task(cast.project, mode="both_sides", max_turns=1)
    lease = claim(cast.lena, cast.project)
    say(lease, "Hello")
    assert write(lease, "Hi").stage == Stage.FULL
    with pytest.raises(ValidationError, match="the last turn"):
        say(lease, "And?")
    assert undo(lease).stage == Stage.ASSISTANT


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "a\0b", None])
def test_nothing_empty_is_said(lease, text):
    with pytest.raises(ValidationError):
        turn_say(assignment=lease, step=0, text=text)
    assert not Turn.objects.exists()


def test_a_talk_that_no_prompt_could_hold_is_refused_while_it_is_said(lease):
    say(lease, "x" * 150_000)
    offered(lease)
    pick(lease)
    with pytest.raises(ValidationError, match="at most 200,000 characters"):
        say(lease, "x" * 60_000)
    assert talk_of(lease).stage == Stage.USER


@pytest.mark.parametrize(("index", "strength"), [(-1, 0), (3, 0), (0, 4), (0, -1), (0, None)])
def test_only_what_is_shown_is_picked(lease, index, strength):
    say(lease, "Hello")
    offered(lease)
    with pytest.raises(ValidationError):
        pick(lease, index, strength)
    assert talk_of(lease).stage == Stage.CHOICE


# --- sent twice, and two tabs ---


def test_what_is_sent_twice_counts_once(lease):
    for _ in range(2):
        turn_say(assignment=lease, step=0, text="Hello")
    offered(lease)
    turn_say(assignment=lease, step=0, text="Hello")
    for _ in range(2):
        turn_pick(assignment=lease, step=2, index=1, strength=0)
    turn_say(assignment=lease, step=3, text="More")
    for _ in range(2):
        turn_write(assignment=lease, step=4, text="Mine")
    assert [text for _, text, _ in told(lease)][2:] == ["More", "Mine"]
    assert Turn.objects.count() == 4


def test_an_overtaken_page_changes_nothing(lease):
    say(lease, "Hello")
    offered(lease)
    pick(lease, 0, 1)
    before = told(lease)
    for call in (
        lambda: turn_pick(assignment=lease, step=2, index=1, strength=1),
        lambda: turn_pick(assignment=lease, step=2, index=0, strength=2),
        lambda: turn_write(assignment=lease, step=2, text="Mine"),
        lambda: turn_say(assignment=lease, step=0, text="Else"),
        lambda: turn_say(assignment=lease, step=0, text="Hello"),
        lambda: turn_undo(assignment=lease, step=2),
    ):
        with pytest.raises(ConversationMovedError):
            call()
    assert told(lease) == before


def test_a_pick_never_reaches_answers_that_its_page_did_not_show(lease):
    say(lease, "One")
    offered(lease)
    seen = talk_of(lease).step
    undo(lease)
    say(lease, "Two")
    offered(lease)
    with pytest.raises(ConversationMovedError):
        turn_pick(assignment=lease, step=seen, index=0, strength=0)


# --- undo ---


def test_undo_shows_the_same_answers_again_and_then_gives_the_message_back(lease):
    say(lease, "Hello")
    first = offered(lease)
    pick(lease, 2)
    talk = undo(lease)
    assert (talk.stage, [answer.text for answer in talk.offered]) == (Stage.CHOICE, first)
    talk = undo(lease)
    assert (talk.stage, talk.turns, talk_draft_saved(talk).text) == (Stage.USER, [], "Hello")
    assert not TurnAnswer.objects.exists()
    with pytest.raises(ValidationError, match="nothing to undo"):
        undo(lease)


def test_undo_gives_back_what_was_written_instead(lease):
    say(lease, "Hello")
    offered(lease)
    write(lease, "Mine")
    talk = undo(lease)
    assert (talk.stage, talk_draft_saved(talk).text) == (Stage.CHOICE, "Mine")
    write(lease, "Mine again")
    assert told(lease)[-1][1:] == ("Mine again", "written_instead")


def test_undo_before_the_answers_have_come(lease):
    say(lease, "Hello")
    talk = undo(lease)
    assert (talk.stage, talk_draft_saved(talk).text) == (Stage.USER, "Hello")


# --- the lease ---


def test_a_turn_renews_the_lease_and_takes_a_lost_one_again(cast, lease):
    lease_age(lease, hours=2)
    demonstration_task(cast.project)
    claim(cast.luis, cast.project, kind="demonstration")
    assert Assignment.objects.get(pk=lease.pk).state == "expired"
    say(lease, "Hello")
    assert counts(lease.task) == (0, 1, "open")


def test_a_conversation_waits_for_its_labeler_when_the_lease_was_given_back(cast, lease):
    say(lease, "Hello")
    lease_age(lease, hours=2)
    again = claim(cast.lena, cast.project)
    assert again.pk == lease.pk
    assert told(again) == [("user", "Hello", "written")]


def test_a_skipped_conversation_is_abandoned(lease):
    say(lease, "Hello")
    assignment_skip(assignment=lease, reason="unclear")
    conversation = Conversation.objects.get()
    assert (conversation.state, conversation.ended_at is None) == ("abandoned", False)
    with pytest.raises(ValidationError, match="skipped already"):
        say(lease, "More")
    assert not Prompt.objects.exists()


def test_other_tasks_hold_no_talk(cast):
    demonstration_task(cast.project)
    lease = claim(cast.lena, cast.project)
    with pytest.raises(ValidationError, match="does not ask for a dialogue"):
        turn_say(assignment=lease, step=0, text="Hello")


# --- answers ---


def test_a_failure_leaves_the_message_and_the_labeler_may_write(cast, monkeypatch):
    def fail(messages, n):
        raise RuntimeError("broken")

    monkeypatch.setattr(answers_module, "_finds", [lambda _: fail])
    dialogue_task(cast.project, script=[])
    lease = claim(cast.lena, cast.project)
    say(lease, "Hello")
    with pytest.raises(AnswersUnavailableError, match="failed to answer"):
        answers_offer(assignment=lease)
    assert talk_of(lease).stage == Stage.ANSWERS
    write(lease, "Mine")
    assert told(lease)[-1] == ("assistant", "Mine", "written_instead")
    undo(lease)
    assert talk_of(lease).stage == Stage.ANSWERS


def test_a_talk_may_begin_with_an_answer_to_a_prompt(cast):
    prompt = prompt_make(cast.project, "What is a plumb line?")
    completions_make(prompt, 5)
    dialogue_task(cast.project, prompts=[prompt], script=[], answers=2, system="Be brief.")
    lease = claim(cast.lena, cast.project)
    talk = talk_of(lease)
    assert (talk.stage, talk.undoable) == (Stage.ANSWERS, False)
    with pytest.raises(AnswersUnavailableError):  # with a system message it is another one
        answers_offer(assignment=lease)
    assignment_skip(assignment=lease, reason="unclear")
    dialogue_task(cast.project, prompts=[prompt], script=[], answers=2)
    lease = claim(cast.lena, cast.project)
    texts = offered(lease)
    assert len(texts) == 2
    assert set(texts) < {f"Answer {number}." for number in range(5)}
    pick(lease, 1, 0)
    assert talk_of(lease).messages[0]["content"] == "What is a plumb line?"


# --- what the database holds to ---


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": "system"},
        {"provenance": "guessed"},
        {"role": "user", "provenance": "picked", "picked": 0, "strength": 0},
        {"text": ""},
        {"provenance": "offered"},
        {"provenance": "picked"},
        {"strength": 1},
        {"provenance": "picked", "picked": 0, "strength": 4},
        {"position": 0},
    ],
)
def test_constraints(lease, wrong):
    say(lease, "Hello")
    fields = {"role": "assistant", "text": "x", "provenance": "written", "position": 1, **wrong}
    with pytest.raises(IntegrityError), transaction.atomic():
        Turn.objects.create(conversation=Conversation.objects.get(), **fields)


# --- red team ---


@pytest.fixture
def attacked(cast, lease):
    """Answers are shown of which the worst is looked for, with its severity."""
    cast.project.ranking_aim, cast.project.severity_asked = "worst", "worst"
    cast.project.save()
    lease.refresh_from_db()
    say(lease, "Hello")
    offered(lease)
    return lease


def pick_worst(lease, **said):
    return turn_pick(
        assignment=lease, step=2, **{"index": 1, "strength": 3, "aim": "worst", **said}
    )


def test_the_worst_is_picked_with_its_severity_and_the_talk_goes_on_with_it(attacked):
    text = talk_of(attacked).offered[1].text
    for _ in range(2):  # sent twice counts once
        talk = pick_worst(attacked, severity=4)
    turn = talk.turns[-1]
    assert (turn.text, turn.aim, turn.strength, turn.severity) == (text, "worst", 3, 4)
    for other in ({"severity": 3}, {"severity": None, "aim": "best"}):
        with pytest.raises(ConversationMovedError):
            pick_worst(attacked, **other)
    undo(attacked)
    turn = Turn.objects.get(provenance="offered")
    assert (turn.aim, turn.severity) == ("best", None)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "Answer B: say how severe"),
        ({"severity": 5}, "between 0 and 4"),
        ({"severity": -1}, "between 0 and 4"),
        ({"severity": 1, "aim": "best"}, "asks for no severity"),
        ({"severity": 1, "aim": "else"}, "Unknown aim"),
        ({"severity": 1, "strength": 4}, "how much worse"),
    ],
)
def test_a_worst_pick_says_what_is_asked(attacked, said, words):
    with pytest.raises(ValidationError, match=words):
        pick_worst(attacked, **said)
    assert talk_of(attacked).stage == Stage.CHOICE


def test_a_page_made_before_the_aim_changed_says_what_it_asked(attacked):
    assert pick_worst(attacked, aim="best").turns[-1].aim == "best"
