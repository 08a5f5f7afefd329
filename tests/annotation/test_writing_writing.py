"""Prompts that labelers write, and take back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from annotation.integrity import faults_find
from annotation.models import (
    AuditEvent,
    Demonstration,
    Membership,
    Prompt,
    Task,
    Writing,
    WritingDraft,
    WrittenPrompt,
)
from annotation.overview import project_overview
from annotation.prompts.prompts import completion_create, split_for
from annotation.queue.draft_revisions import DraftSeen
from annotation.writing.content import WritingInput, kinds_open
from annotation.writing.drafts import writing_draft_save, writing_seconds_add
from annotation.writing.few_shot import Pair
from annotation.writing.wanted import quota_get, stories_ordered
from annotation.writing.writing import writing_create, writing_withdraw
from tests.annotation.work import claimed, prompt_make

pytestmark = [pytest.mark.django_db, pytest.mark.service]

STORIES = "Plan a week of meals\n\n Write to a landlord \nPlan a week of meals"
PAIRS = (Pair("2+2", "4"), Pair("3+3", "6"), Pair("4+4", "8"))


@pytest.fixture
def project(cast):
    cast.project.prompts_wanted = 10
    cast.project.user_stories = STORIES
    cast.project.save()
    return cast.project


def plain(text="Name a bird.", **fields):
    return WritingInput(kind="plain", use_case="open_qa", text=text, **fields)


def few_shot(pairs=PAIRS, **fields):
    given = {"instruction": "Add.", "pairs": pairs, "use_case": "other", **fields}
    return WritingInput(kind="few_shot", **given)


def test_a_prompt_is_stored_under_its_labeler(cast, project):
    writing = writing_create(labeler=cast.lena, project=project, said=plain(), active_seconds=7)
    prompt = Prompt.objects.get()
    assert prompt.messages == [{"role": "user", "content": "Name a bird."}]
    assert (prompt.use_case, prompt.source) == ("open_qa", "labeler")
    assert prompt.contributor == f"user:{cast.lena.public_id}"
    assert prompt.split == split_for(prompt.contributor)
    assert (prompt.written.writing, writing.labeler, writing.active_seconds) == (
        writing,
        cast.lena,
        7,
    )
    assert not Demonstration.objects.exists()
    assert not Task.objects.exists()


def test_a_few_shot_group_is_prompts_with_demonstrations(cast, project):
    writing = writing_create(labeler=cast.lena, project=project, said=few_shot())
    rows = list(writing.prompts.select_related("prompt"))
    assert [row.position for row in rows] == [1, 2, 3]
    assert len({row.prompt.split for row in rows}) == 1
    said = {each.prompt_id: each for each in Demonstration.objects.all()}
    assert [said[row.prompt_id].text for row in rows] == ["4", "6", "8"]
    for one in said.values():
        assert (one.source, one.labeler, one.trains) == ("person", cast.lena, True)
        assert one.instructions_version == project.instructions_version
    assert writing.content["instruction"] == "Add."
    assert writing.content["pairs"][1] == {"query": "3+3", "response": "6"}
    assert list(faults_find()) == []


def test_a_group_is_stored_whole_or_not_at_all(cast, project):
    taken = few_shot().prompts()[2][0]
    prompt_make(project, taken)
    with pytest.raises(ValidationError, match="Prompt 3 of 3 is in the project already"):
        writing_create(labeler=cast.lena, project=project, said=few_shot())
    assert (Prompt.objects.count(), Demonstration.objects.count()) == (1, 0)
    assert not Writing.objects.exists()


def test_a_prompt_that_is_there_already_is_refused(cast, project):
    writing_create(labeler=cast.lena, project=project, said=plain())
    with pytest.raises(ValidationError, match="This prompt is in the project already"):
        writing_create(labeler=cast.luis, project=project, said=plain(" Name a bird.\n"))


def test_handing_in_twice_is_handing_in_once(cast, project):
    project.prompts_wanted = 3  # no more than the group has
    project.ranking_aim = "worst"
    project.save()
    said = few_shot()
    first = writing_create(labeler=cast.lena, project=project, said=said, active_seconds=7)
    own = {"project": project, "labeler": cast.lena, "kind": "few_shot"}
    writing_draft_save(**own, draft={"instruction": "Add."})
    again = writing_create(
        labeler=cast.lena, project=project, said=said, active_seconds=7, seen=DraftSeen(0)
    )
    assert (again, again.active_seconds) == (first, 7)
    assert not WritingDraft.objects.exists()
    project.prompts_wanted = 5
    project.save()
    said = attack(answer="I\r\nwon't.", sensitive=("violence",))
    first = writing_create(labeler=cast.lena, project=project, said=said)
    assert writing_create(labeler=cast.lena, project=project, said=said) == first
    assert (Writing.objects.count(), Prompt.objects.count()) == (2, 4)
    assert Demonstration.objects.count() == 4


@pytest.mark.parametrize("other", [{"answer": None}, {"sensitive": ()}, {"use_case": "other"}])
def test_what_differs_was_not_handed_in_before(cast, project, other):
    project.ranking_aim = "worst"
    project.save()
    said = attack(answer="I won't.", sensitive=("violence",))
    writing_create(labeler=cast.lena, project=project, said=said)
    with pytest.raises(ValidationError, match="already"):
        writing_create(labeler=cast.lena, project=project, said=replace(said, **other))


def test_what_was_handed_in_long_ago_is_not_taken_for_the_same(cast, project):
    writing_create(labeler=cast.lena, project=project, said=plain())
    Writing.objects.update(created_at=timezone.now() - timedelta(hours=25))
    with pytest.raises(ValidationError, match="already"):
        writing_create(labeler=cast.lena, project=project, said=plain())


def test_an_answer_is_a_demonstration(cast, project):
    project.prompts_ask = True
    project.save()
    writing_create(labeler=cast.lena, project=project, said=plain(answer="A **wren**."))
    assert Demonstration.objects.get().text == "A **wren**."
    assert not Task.objects.exists()


@pytest.mark.parametrize("split", ["train", "valid", "test"])
def test_others_are_asked_where_the_project_says_so(cast, project, split, monkeypatch):
    monkeypatch.setattr("annotation.prompts.prompts.split_for", lambda _: split)
    project.prompts_ask = True
    project.save()
    writing_create(labeler=cast.lena, project=project, said=plain())
    if split == "test":
        assert not Task.objects.exists()
    else:
        assert claimed(cast.luis, project).task.kind == "demonstration"


def test_a_user_based_prompt_keeps_its_story(cast, project):
    said = WritingInput(
        kind="user_based",
        use_case="generation",
        text="Write a letter.",
        story="Write to a landlord",
    )
    assert writing_create(labeler=cast.lena, project=project, said=said).story == said.story
    assert stories_ordered(project=project, labeler=cast.lena) == [
        "Plan a week of meals",
        "Write to a landlord",
    ]


def attack(harm="Crime and fraud", **fields):
    return WritingInput(kind="red_team", use_case="chat", text="Pick a lock?", harm=harm, **fields)


SOMBER = {"sensitive": ("violence",)}


@pytest.mark.parametrize("said", [plain(**SOMBER), few_shot(**SOMBER)])
def test_whatever_the_kind_its_sensitive_content_is_marked(cast, project, said):
    writing = writing_create(labeler=cast.lena, project=project, said=said)
    marks = {tuple(row.prompt.sensitive) for row in writing.prompts.all()}
    assert marks == {("violence",)}


def test_a_red_team_writes_attacks_and_says_what_they_aim_at(cast, project):
    with pytest.raises(ValidationError, match="does not ask for this kind"):
        writing_create(labeler=cast.lena, project=project, said=attack())
    project.ranking_aim = "worst"
    project.save()
    assert kinds_open(project)[0] == "red_team"
    for said in (attack(""), attack("Rudeness")):
        with pytest.raises(ValidationError, match="what harm"):
            writing_create(labeler=cast.lena, project=project, said=said)
    with pytest.raises(ValidationError, match="no such category"):
        writing_create(labeler=cast.lena, project=project, said=attack(sensitive=("x",)))
    said = attack(answer="I won't.", sensitive=("violence",))
    writing = writing_create(labeler=cast.lena, project=project, said=said)
    assert writing.prompts.get().prompt.sensitive == ["violence"]
    assert (writing.kind, writing.harm) == ("red_team", "Crime and fraud")
    assert Demonstration.objects.get().text == "I won't."
    project.harm_categories = " "
    project.save()
    assert "red_team" not in kinds_open(project)


def test_held_out_labelers_write_for_the_test_split(cast, project):
    writing_create(labeler=cast.hana, project=project, said=few_shot())
    assert set(Prompt.objects.values_list("split", flat=True)) == {"test"}
    assert not Demonstration.objects.filter(trains=True).exists()
    assert Demonstration.objects.count() == 3


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (plain(" "), "text"),
        (plain(answer=""), "text"),
        (WritingInput(kind="plain", text="x"), "use_case"),
        (WritingInput(kind="plain", text="x", use_case="magic"), "use_case"),
        (WritingInput(kind="magic", text="x", use_case="other"), "kind"),
        (plain(story="Plan a week of meals"), "story"),
        (plain(harm="Other"), "harm"),
        (few_shot(text="x"), "text"),
        (few_shot(pairs=PAIRS[:1]), "pairs"),
        (WritingInput(kind="user_based", use_case="chat", text="x", story="None of it"), "story"),
        (plain("x" * 200_001), "text"),
    ],
)
def test_what_does_not_fit_is_refused(cast, project, said, field):
    with pytest.raises(ValidationError) as refused:
        writing_create(labeler=cast.lena, project=project, said=said)
    assert set(refused.value.message_dict) == {field}
    assert not Prompt.objects.exists()


def test_without_stories_there_are_two_kinds(cast):
    assert kinds_open(cast.project) == ["plain", "few_shot"]


def test_only_active_labelers_write(cast, project):
    for person in (cast.ada, cast.otto):
        with pytest.raises(PermissionDenied):
            writing_create(labeler=person, project=project, said=plain())
    Membership.objects.filter(user=cast.lena).update(state="suspended")
    with pytest.raises(PermissionDenied):
        writing_create(labeler=cast.lena, project=project, said=plain())


def test_no_more_than_wanted_is_taken(cast, project):
    project.prompts_wanted = 4
    project.save()
    writing_create(labeler=cast.lena, project=project, said=few_shot())
    assert quota_get(project=project, labeler=cast.luis).left == 1
    more = tuple(Pair(str(n), "x") for n in range(2))
    writing_create(labeler=cast.luis, project=project, said=few_shot(more))  # goes past it
    with pytest.raises(ValidationError, match="No more prompts are wanted"):
        writing_create(labeler=cast.luis, project=project, said=plain())


def test_a_day_has_its_most(cast, project):
    project.prompts_per_day = 1
    project.save()
    writing = writing_create(labeler=cast.lena, project=project, said=plain())
    with pytest.raises(ValidationError, match="most for one person is 1,"):
        writing_create(labeler=cast.lena, project=project, said=plain("Another."))
    writing_create(labeler=cast.luis, project=project, said=plain("Another."))
    Writing.objects.filter(pk=writing.pk).update(created_at=timezone.now() - timedelta(days=1))
    writing_create(labeler=cast.lena, project=project, said=plain("A third."))


def test_a_draft_ends_with_the_prompt_and_brings_its_time(cast, project):
    own = {"project": project, "labeler": cast.lena, "kind": "plain"}
    writing_draft_save(**own, draft={"text": "Na"}, active_seconds=5)
    writing_seconds_add(**own, seconds=6)
    writing_draft_save(**{**own, "kind": "few_shot"}, draft={"instruction": "Add."})
    said = {"labeler": cast.lena, "project": project, "said": plain(), "active_seconds": 1}
    writing = writing_create(**said, seen=DraftSeen(0))
    assert writing.active_seconds == 12
    assert WritingDraft.objects.get().kind == "few_shot"


def test_a_draft_that_was_not_seen_stays_and_its_time_is_counted_once(cast, project):
    own = {"project": project, "labeler": cast.lena, "kind": "plain"}
    writing_draft_save(**own, draft={"text": "A first"}, base=0, writer="a", active_seconds=5)
    writing_draft_save(**own, draft={"text": "Quite another"}, base=1, writer="b")
    common = {"labeler": cast.lena, "project": project}
    writing = writing_create(**common, said=plain("A first"), seen=DraftSeen(0, "a"))
    assert writing.active_seconds == 5
    assert writing_create(**common, said=plain("By the API")).active_seconds == 0
    row = WritingDraft.objects.get()
    assert (row.draft["text"], row.active_seconds) == ("Quite another", 0)
    writing_create(**common, said=plain("Quite another"), seen=DraftSeen(2, "c"))
    assert not WritingDraft.objects.exists()


def test_what_nobody_worked_with_is_withdrawn_whole(cast, project):
    project.prompts_ask = True
    project.save()
    for said in (few_shot(), plain()):
        writing = writing_create(labeler=cast.lena, project=project, said=said)
        in_another_tab = Writing.objects.get(pk=writing.pk)
        for each in (writing, in_another_tab):
            writing_withdraw(labeler=cast.lena, writing=each)
    for model in (Writing, WrittenPrompt, Prompt, Demonstration, Task):
        assert not model.objects.exists(), model
    assert AuditEvent.objects.filter(verb="writing_withdraw", actor=cast.lena).count() == 2
    writing_create(labeler=cast.lena, project=project, said=plain())  # the text is free again


def test_what_somebody_worked_with_stays(cast, project, monkeypatch):
    monkeypatch.setattr("annotation.prompts.prompts.split_for", lambda _: "train")
    project.prompts_ask = True
    project.save()
    claimed_, sampled, old = (
        writing_create(labeler=cast.lena, project=project, said=plain(text)) for text in "abc"
    )
    assert claimed(cast.luis, project).task.prompt == claimed_.prompts.get().prompt
    completion_create(prompt=sampled.prompts.get().prompt, text="An answer.")
    Writing.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(hours=25))
    old.refresh_from_db()
    for writing, words in ((claimed_, "worked"), (sampled, "worked"), (old, "more than a day")):
        with pytest.raises(ValidationError, match=words):
            writing_withdraw(labeler=cast.lena, writing=writing)
    assert Prompt.objects.count() == 3


def test_the_overview_counts_by_kind_and_use_case(cast, project):
    writing_create(labeler=cast.lena, project=project, said=few_shot())
    writing_create(labeler=cast.lena, project=project, said=plain())
    overview = project_overview(project)
    assert [(row.kind, row.use_cases, row.total) for row in overview.written] == [
        ("Plain", [("Open QA", 1)], 1),
        ("Few-shot", [("Other", 3)], 3),
    ]
