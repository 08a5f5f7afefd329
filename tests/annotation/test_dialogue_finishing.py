"""The end of a conversation: everything it teaches, once, and exactly as it was shown."""

from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.dialogue.finishing import conversation_finish, unfinished
from annotation.dialogue.talks import Stage, talk_of
from annotation.dialogue.turns import (
    answers_offer,
    turn_pick,
    turn_say,
    turn_undo,
    turn_write,
)
from annotation.exchange.exports import export_lines
from annotation.feedback.signals import feedback_submitted
from annotation.integrity import faults_find
from annotation.models import (
    Assignment,
    Completion,
    Conversation,
    Demonstration,
    Dialogue,
    Membership,
    Prompt,
    Ranking,
    Turn,
)
from annotation.people.projects import project_update
from annotation.prompts.marks import Marks
from annotation.prompts.prompts import split_for
from annotation.queue.leases import assignment_skip
from annotation.queue.tasks import task_close
from tests.annotation.work import claim, counts, dialogue_task, lease_age, prompt_make

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def lease(cast):
    dialogue_task(cast.project)
    return claim(cast.lena, cast.project)


def step(lease):
    return talk_of(lease).step


def say_and_pick(lease, text, index=0, strength=2):
    turn_say(assignment=lease, step=step(lease), text=text)
    shown = [answer.text for answer in answers_offer(assignment=lease).offered]
    turn_pick(assignment=lease, step=step(lease), index=index, strength=strength)
    return shown


def say_and_write(lease, text, answer):
    turn_say(assignment=lease, step=step(lease), text=text)
    if talk_of(lease).stage == Stage.ANSWERS:
        answers_offer(assignment=lease)
    turn_write(assignment=lease, step=step(lease), text=answer)


def ranks(ranking):
    return {each.completion.text: each.rank for each in ranking.judgments.all()}


def test_a_pick_becomes_a_ranking_and_what_was_written_a_demonstration(cast, lease):
    first = say_and_pick(lease, "Hello", 1, 3)
    say_and_write(lease, "More", "My own.")
    conversation = conversation_finish(assignment=lease)
    assert (conversation.state, Assignment.objects.get().state) == ("finished", "submitted")
    assert counts(lease.task) == (1, 0, "done")

    picked, refused = Ranking.objects.order_by("pk")
    assert picked.prompt.messages == [{"role": "user", "content": "Hello"}]
    assert (picked.outcome, picked.strength) == ("ranked", 3)
    assert ranks(picked) == {text: 1 if text == first[1] else 2 for text in first}
    assert (refused.outcome, refused.strength) == ("none_acceptable", None)
    assert list(ranks(refused).values()) == [None] * 3

    demonstration = Demonstration.objects.get()
    assert demonstration.text == "My own."
    assert demonstration.prompt == refused.prompt
    assert demonstration.prompt.messages == [
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": first[1]},
        {"role": "user", "content": "More"},
    ]
    for said in (picked, refused, demonstration):
        assert (said.labeler, said.assignment, said.task) == (cast.lena, lease, lease.task)
        assert said.trains
        assert (said.instructions_version, said.rubric_version) == (1, 1)
    assert {prompt.use_case for prompt in Prompt.objects.all()} == {"chat"}
    assert {prompt.source for prompt in Prompt.objects.all()} == {"labeler"}
    chosen = [turn.chosen and turn.chosen.text for turn in Turn.objects.filter(role="assistant")]
    assert chosen == [first[1], None]
    assert list(faults_find()) == []


def test_both_sides_become_demonstrations(cast):
    dialogue_task(cast.project, mode="both_sides", system="Be brief.")
    lease = claim(cast.lena, cast.project)
    say_and_write(lease, "Hello", "Hi")
    say_and_write(lease, "And?", "Nothing")
    conversation_finish(assignment=lease)
    assert [
        (len(row.prompt.messages), row.text) for row in Demonstration.objects.order_by("pk")
    ] == [
        (2, "Hi"),
        (4, "Nothing"),
    ]
    assert not Ranking.objects.exists()
    assert list(faults_find()) == []


def test_finishing_twice_is_finishing_once(lease):
    heard = []

    def hear(sender, kind, **_):
        heard.append(kind)

    feedback_submitted.connect(hear)
    say_and_pick(lease, "Hello")
    first = conversation_finish(assignment=lease)
    assert conversation_finish(assignment=lease) == first
    assert (Ranking.objects.count(), Prompt.objects.count(), Completion.objects.count()) == (
        1,
        1,
        3,
    )
    assert counts(lease.task) == (1, 0, "done")
    for call in (
        lambda: turn_say(assignment=lease, step=step(lease), text="More"),
        lambda: turn_undo(assignment=lease, step=step(lease)),
        lambda: answers_offer(assignment=lease),
    ):
        with pytest.raises(ValidationError, match="submitted already"):
            call()


def test_a_failure_in_the_middle_leaves_all_as_it_was(lease, monkeypatch):
    say_and_pick(lease, "Hello")
    say_and_write(lease, "More", "Mine")

    def killed(*args, **kwargs):
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(Demonstration.objects, "create", killed)
        with pytest.raises(RuntimeError):
            conversation_finish(assignment=lease)
    assert not Prompt.objects.exists()
    assert not Ranking.objects.exists()
    assert (Conversation.objects.get().state, Assignment.objects.get().state) == ("open", "leased")
    conversation_finish(assignment=lease)
    assert (Ranking.objects.count(), Demonstration.objects.count()) == (2, 1)
    assert list(faults_find()) == []


def test_it_ends_with_an_answer_and_is_long_enough(cast):
    dialogue_task(cast.project, min_turns=2)
    lease = claim(cast.lena, cast.project)

    def refused():
        with pytest.raises(ValidationError) as error:
            conversation_finish(assignment=lease)
        assert error.value.messages == [unfinished(talk_of(lease))]
        return error.value.messages[0]

    assert refused() == "Go on for 2 more turns before you finish."
    assert not Conversation.objects.exists()
    say_and_pick(lease, "Hello")
    assert refused() == "Go on for 1 more turn before you finish."
    say_and_pick(lease, "More")
    turn_say(assignment=lease, step=step(lease), text="And more")
    assert refused() == "Answer the last message before you finish, or undo it."
    answers_offer(assignment=lease)
    assert "Answer the last message" in refused()
    turn_undo(assignment=lease, step=step(lease))
    assert unfinished(talk_of(lease)) == ""
    conversation_finish(assignment=lease)


def test_nothing_is_taken_in_under_instructions_that_were_not_read(cast, lease):
    say_and_pick(lease, "Hello")
    project_update(actor=cast.ada, project=cast.project, instructions="New ones.")
    with pytest.raises(ValidationError, match="instructions have changed"):
        conversation_finish(assignment=lease, instructions_version=1)
    assert not Ranking.objects.exists()
    conversation_finish(assignment=lease, instructions_version=2)
    assert Ranking.objects.get().instructions_version == 2


def test_what_was_skipped_is_not_finished(lease):
    say_and_pick(lease, "Hello")
    assignment_skip(assignment=lease, reason="unclear")
    with pytest.raises(ValidationError, match="skipped"):
        conversation_finish(assignment=lease)
    assert not Prompt.objects.exists()
    assert list(faults_find()) == []


def test_late_work_is_kept_as_an_extra(cast, lease):
    say_and_pick(lease, "Hello")
    lease_age(lease, hours=2)
    other = claim(cast.luis, cast.project)
    assert other.task == lease.task
    say_and_pick(lease, "More")
    conversation_finish(assignment=lease)
    assert Assignment.objects.get(pk=lease.pk).extra
    say_and_pick(other, "Hello")
    task_close(task=other.task)
    conversation_finish(assignment=other)
    assert Ranking.objects.count() == 3
    assert list(faults_find()) == []


# --- what trains, and the split ---


def test_what_a_heldout_labeler_says_never_trains_nor_do_its_prompts(cast):
    dialogue_task(cast.project, mode="both_sides")
    Membership.objects.filter(user=cast.hana).update(heldout=False)
    lease = claim(cast.hana, cast.project)
    Membership.objects.filter(user=cast.hana).update(heldout=True)
    say_and_write(lease, "Hello", "Hi")
    say_and_write(lease, "More", "No")
    conversation_finish(assignment=lease)
    assert set(Demonstration.objects.values_list("trains", flat=True)) == {False}
    assert set(Prompt.objects.values_list("split", flat=True)) == {"test"}


def test_an_evaluation_never_trains(cast):
    dialogue_task(cast.project, purpose="evaluation")
    lease = claim(cast.lena, cast.project)
    say_and_pick(lease, "Hello")
    conversation_finish(assignment=lease)
    assert not Ranking.objects.get().trains


@pytest.mark.parametrize("split", ["valid", "test"])
def test_a_conversation_stands_on_the_side_of_its_first_prompt(cast, lease, split):
    prompt_make(cast.project, "Hello", split=split)
    for text in ("Hello", "More", "And more"):
        say_and_pick(lease, text)
    conversation_finish(assignment=lease)
    assert set(Prompt.objects.values_list("split", flat=True)) == {split}


def test_a_persons_conversations_stand_on_one_side(cast):
    for number in range(6):
        dialogue_task(cast.project, mode="both_sides")
        lease = claim(cast.lena, cast.project)
        say_and_write(lease, f"Hello {number}", "Hi")
        conversation_finish(assignment=lease)
    contributor = f"user:{cast.lena.public_id}"
    sides = set(Prompt.objects.values_list("contributor", "split"))
    assert sides == {(contributor, split_for(contributor))}


def test_what_a_prompt_asks_of_its_labelers_its_dialogue_asks_too(cast):
    prompt = prompt_make(cast.project, "Hallo", marks=Marks(language="de"))
    dialogue_task(cast.project, mode="both_sides", prompts=[prompt])
    Membership.objects.filter(user=cast.lena).update(languages=["de"])
    assert claim(cast.luis, cast.project) is None
    lease = claim(cast.lena, cast.project)
    turn_write(assignment=lease, step=0, text="Guten Tag")
    say_and_write(lease, "Und?", "Nichts")
    conversation_finish(assignment=lease)
    assert set(Prompt.objects.values_list("language", flat=True)) == {"de"}


@pytest.mark.parametrize("answers", [2, 3, 4])
def test_the_worst_that_was_picked_is_stored_last(cast, answers):
    project_update(actor=cast.ada, project=cast.project, ranking_aim="worst", severity_asked="each")
    script = [[f"Answer {number}" for number in range(answers)]]
    dialogue_task(cast.project, answers=answers, script=script)
    lease = claim(cast.lena, cast.project)
    turn_say(assignment=lease, step=0, text="Hello")
    shown = [answer.text for answer in answers_offer(assignment=lease).offered]
    turn_pick(assignment=lease, step=2, index=1, strength=3, severity=4, aim="worst")
    turn_say(assignment=lease, step=3, text="More")
    turn_write(assignment=lease, step=4, text="Mine")
    conversation_finish(assignment=lease)
    ranking = Ranking.objects.get()
    assert (ranking.aim, ranking.strength) == ("worst", 3)
    assert ranks(ranking) == {text: 2 if text == shown[1] else 1 for text in shown}
    severe = ranking.judgments.exclude(severity=None)
    assert [(each.completion.text, each.severity) for each in severe] == [(shown[1], 4)]
    after = Demonstration.objects.get().prompt.messages
    assert after[1] == {"role": "assistant", "content": shown[1]}
    pairs = export_lines(project=cast.project, form="trl-preference")
    assert {line["rejected"][0]["content"] for line in pairs} == {shown[1]}
    assert list(faults_find()) == []
    Turn.objects.filter(picked__isnull=False).update(aim="best", severity=None)
    assert "does not fit" in str(list(faults_find()))


# --- any sequence ---


class Beside:
    """A conversation as a labeler sees it, kept beside the one that is stored.

    `talk` has an entry for each message: what was said, the answers shown, the one that the talk
    went on with, and its strength (None where it was written).
    """

    def __init__(self, lease):
        self.lease = lease
        self.talk = []
        self.finished = False
        self.repeat = lambda: None

    def act(self, name, index, strength, number):
        """Do it where a page would let it be done; "again" sends the last request once more."""
        stage, self.step = talk_of(self.lease).stage, step(self.lease)
        if name == "again":
            self.repeat()
        elif name == "say" and stage == Stage.USER:
            self.talk.append({"message": f"Message {number}", "shown": []})
            self.send(turn_say, text=f"Message {number}")
        elif name == "ask" and stage in (Stage.ANSWERS, Stage.CHOICE):
            offered = answers_offer(assignment=self.lease).offered
            self.talk[-1]["shown"] = [answer.text for answer in offered]
        elif name == "pick" and stage == Stage.CHOICE:
            self.talk[-1] |= {"answer": self.talk[-1]["shown"][index], "strength": strength}
            self.send(turn_pick, index=index, strength=strength)
        elif name == "write" and stage in (Stage.ANSWERS, Stage.CHOICE):
            self.talk[-1] |= {"answer": f"Written {number}", "strength": None}
            self.send(turn_write, text=f"Written {number}")
        elif name == "undo" and self.talk:
            self.undo()
        elif name == "finish" and self.talk and "answer" in self.talk[-1]:
            self.finished = True
            for _ in range(2):
                conversation_finish(assignment=self.lease)

    def send(self, call, **said):
        self.repeat = partial(call, assignment=self.lease, step=self.step, **said)
        self.repeat()

    def undo(self):
        turn_undo(assignment=self.lease, step=self.step)
        self.repeat = lambda: None
        if "answer" in self.talk[-1]:
            del self.talk[-1]["answer"], self.talk[-1]["strength"]
        else:
            self.talk.pop()

    def compare(self):
        """Everything stored is what was said and shown, and nothing else is stored."""
        conversation = Conversation.objects.filter(assignment=self.lease).first()
        rows = conversation.turns.all() if conversation else []
        turns: Any = {turn.position: turn for turn in rows}
        said = []
        for place, entry in enumerate(self.talk):
            assert turns.pop(2 * place).text == entry["message"]
            said.append({"role": "user", "content": entry["message"]})
            turn = turns.pop(2 * place + 1, None)
            assert shown(turn) == entry["shown"]
            if "answer" in entry:
                assert turn.text == entry["answer"]
                if self.finished:
                    assert turn.prompt.messages == said
                    self.compare_feedback(turn, entry)
                said.append({"role": "assistant", "content": entry["answer"]})
        assert turns == {}
        assert list(faults_find()) == []

    def compare_feedback(self, turn, entry):
        about = {"prompt": turn.prompt, "assignment": self.lease}
        picked = entry["strength"] is not None
        rankings = Ranking.objects.filter(**about)
        assert [(each.strength, ranks(each)) for each in rankings] == [
            (
                entry["strength"],
                {
                    text: (1 if text == entry["answer"] else 2) if picked else None
                    for text in entry["shown"]
                },
            )
        ] * bool(entry["shown"])
        written = Demonstration.objects.filter(**about).values_list("text", flat=True)
        assert list(written) == [entry["answer"]] * (not picked)


def shown(turn):
    if turn is None:
        return []
    slots = {answer.slot: answer.text for answer in turn.answers.all()}
    return [slots.pop(slot) for slot in turn.order] + list(slots.values())


ACTS = st.sampled_from(["say", "ask", "pick", "write", "undo", "finish", "again"])


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=st.lists(st.tuples(ACTS, st.integers(0, 2), st.integers(0, 3)), max_size=30))
def test_any_sequence_stores_exactly_what_was_shown(cast, acts):
    dialogue_task(cast.project, priority=Assignment.objects.count())
    beside = Beside(claim(cast.lena, cast.project))
    for number, (name, index, strength) in enumerate(acts):
        beside.act(name, index, strength, number)
        if beside.finished:
            break
    beside.compare()
    if not beside.finished:  # or the next example would go on with it
        assignment_skip(assignment=beside.lease, reason="unclear")


# --- the check of integrity ---

FAULTS = {
    "a finished conversation of a lease": (
        lambda: Assignment.objects.update(state="leased"),
        "is finished, but its assignment",
    ),
    "an open conversation handed in": (
        lambda: Conversation.objects.update(state="open", ended_at=None),
        "is open, but its assignment",
    ),
    "no conversation": (
        lambda: Conversation.objects.all().delete(),
        "of a dialogue is submitted without a conversation",
    ),
    "turns out of order": (
        lambda: Turn.objects.filter(position=3).update(role="user", provenance="written"),
        "has turns out of order",
    ),
    "another winner": (
        lambda: Turn.objects.filter(position=1).update(picked=(F("picked") + 1) % 3),
        "does not fit what was made of it",
    ),
    "another strength": (
        lambda: Ranking.objects.filter(outcome="ranked").update(strength=0),
        "does not fit what was made of it",
    ),
    "another text": (
        lambda: Demonstration.objects.update(text="Other"),
        "does not fit what was made of it",
    ),
    "no demonstration": (
        lambda: Demonstration.objects.all().delete(),
        "does not fit what was made of it",
    ),
    "feedback of no turn": (
        lambda: Turn.objects.filter(position=1).update(prompt=None),
        "of a dialogue belongs to none of its turns",
    ),
    "a task that asks nothing": (
        lambda: Dialogue.objects.all().delete(),
        "asks for a dialogue, but nothing says what about",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told(lease, name):
    say_and_pick(lease, "Hello")
    say_and_write(lease, "More", "Mine")
    conversation_finish(assignment=lease)
    assert list(faults_find()) == []
    make, words = FAULTS[name]
    make()
    assert any(words in fault for fault in faults_find()), list(faults_find())
