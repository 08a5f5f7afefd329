"""The check of integrity: a queue that was used says nothing, each fault made by hand is told."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from annotation.feedback.demonstrations import demonstration_submit
from annotation.feedback.rankings import ranking_record, ranking_submit
from annotation.feedback.revising import ranking_revise
from annotation.integrity import AT_ONCE, faults_find, judgments_cover_answers
from annotation.models import (
    Assignment,
    Demonstration,
    ImportBatch,
    Judgment,
    Project,
    Ranking,
    Task,
    TaskCompletion,
)
from annotation.people.projects import project_update
from annotation.queue.leases import assignment_release, assignment_skip
from tests.annotation.work import (
    claimed,
    completions_make,
    demonstration_task,
    heldout_end,
    prompt_make,
    ranked,
    ranking_task,
)
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def cast(cast: Cast) -> Cast:
    return heldout_end(cast)


@dataclass(frozen=True)
class Used:
    """A queue that people have worked on, in every way there is."""

    project: Project
    ranked: Task  # by Lena and Luis, its overlap
    written: Task  # by Lena; Hana has it
    staged: Task
    ranking: Ranking  # Lena's, her second revision
    demonstration: Demonstration
    lease: Assignment  # Hana's


@pytest.fixture
def used(cast: Cast) -> Used:
    project = project_update(actor=cast.ada, project=cast.project, overlap=2)
    task = ranking_task(project, 4)
    rankings = [
        ranking_submit(assignment=claimed(person, project), judgments=ranked(ranks))
        for person, ranks in ((cast.lena, [1, 1, 2, 4]), (cast.luis, [3, 1, 1, 1]))
    ]
    assert rankings[0].assignment
    revised = ranking_revise(
        labeler=cast.lena,
        assignment=rankings[0].assignment,
        base=1,
        judgments=ranked([1, 2, 2, 4]),
    )
    written = demonstration_task(project)
    said = demonstration_submit(assignment=claimed(cast.lena, project), text="So.")
    assignment_skip(assignment=claimed(cast.luis, project), reason="unclear")
    assignment_release(assignment=claimed(cast.hana, project))
    lease = claimed(cast.hana, project)
    prompt = prompt_make(project)
    ranking_record(
        project=project,
        prompt=prompt,
        completions=completions_make(prompt, 3),
        ranks=[1, 1, 2],
        source="import",
    )
    batch = ImportBatch.objects.create(project=project, state="staging", filename="f")
    staged = demonstration_task(project)
    Task.objects.filter(pk=staged.pk).update(state="staged", batch=batch)
    return Used(project, task, written, staged, revised, said, lease)


def change(row: Task | Assignment | Ranking | Demonstration | Judgment, **values: object) -> None:
    """Write past every rule of ours, as only a mistake would."""
    type(row)._default_manager.filter(pk=row.pk).update(**values)


def other_completion(used: Used) -> None:
    stranger = completions_make(prompt_make(used.project), 1)[0]
    slot = TaskCompletion.objects.filter(task=used.ranked)[0]
    TaskCompletion.objects.filter(pk=slot.pk).update(completion=stranger)


def make_extra(said: Demonstration) -> None:
    Assignment.objects.filter(demonstrations=said).update(extra=True)
    Task.objects.filter(demonstrations=said).update(submitted_count=0)


def best_at_two(used: Used) -> None:
    used.ranking.judgments.filter(rank=1).update(rank=2)


def batch_visible(used: Used) -> None:
    ImportBatch.objects.update(state="visible")


FAULTS: dict[str, tuple[Callable[[Used], object], str]] = {
    "leased_count": (
        lambda used: change(used.written, leased_count=0),
        "Task {written} counts 0 leases and 1 submissions, but has 1 and 1.",
    ),
    "submitted_count": (
        lambda used: change(used.written, submitted_count=0),
        "Task {written} counts 1 leases and 0 submissions, but has 1 and 1.",
    ),
    "an extra that counts": (
        lambda used: Assignment.objects.filter(rankings=used.ranking).update(extra=True),
        "Task {ranked} counts 0 leases and 2 submissions, but has 0 and 1.",
    ),
    "over the overlap": (
        lambda used: change(used.written, overlap=1, overlap_own=True, state="done"),
        "Task {written} has 2 leases and submissions together: its overlap is 1.",
    ),
    "a submission without feedback": (
        lambda used: change(used.demonstration, is_current=False),
        "Assignment {demonstration_assignment} of task {written} is submitted with "
        "0 rankings and demonstrations.",
    ),
    "feedback of a lease": (
        lambda used: change(used.demonstration, assignment=used.lease),
        "Demonstration {demonstration} does not fit assignment {lease}, which is leased",
    ),
    "feedback of another task": (
        lambda used: change(used.demonstration, task=used.ranked),
        "Demonstration {demonstration} does not fit assignment {demonstration_assignment}",
    ),
    "feedback of another prompt": (
        lambda used: change(used.demonstration, prompt=used.ranked.prompt),
        "Demonstration {demonstration} does not fit assignment {demonstration_assignment}",
    ),
    "a labeler twice": (
        lambda used: Ranking.objects.filter(task=used.ranked).update(labeler=used.ranking.labeler),
        "Labeler {labeler} has 2 current rankings of task {ranked}.",
    ),
    "a revision that trains where the first did not": (
        lambda used: Ranking.objects.filter(replaced_by=used.ranking).update(trains=False),
        "Ranking {ranking}, revision 2, does not follow {first}",
    ),
    "a revision left out": (
        lambda used: change(used.ranking, revision=3),
        "Ranking {ranking}, revision 3, does not follow {first}",
    ),
    "a revision of nothing": (
        lambda used: change(used.ranking, replaces=None),
        "Ranking {ranking}, revision 2, does not follow None",
    ),
    "nothing is current": (
        lambda used: change(used.ranking, is_current=False),
        "Ranking {ranking} is not current, but nothing replaces it.",
    ),
    "a judgment is missing": (
        lambda used: used.ranking.judgments.filter(rank=3).delete(),
        "Ranking {ranking} judges completions",
    ),
    "another completion": (other_completion, "Ranking {ranking} judges completions"),
    "a gap in the ranks": (
        best_at_two,
        "Ranking {ranking} is ranked with the ranks [2, 2, 2, 3].",
    ),
    "no rank": (
        lambda used: used.ranking.judgments.update(rank=None),
        "Ranking {ranking} is ranked with the ranks [None, None, None, None].",
    ),
    "a rank where none was acceptable": (
        lambda used: change(used.ranking, outcome="none_acceptable"),
        "Ranking {ranking} is none_acceptable with the ranks",
    ),
    "done too early": (
        lambda used: change(used.written, state="done"),
        "Task {written} is done with 1 of 2 submissions.",
    ),
    "open though full": (
        lambda used: change(used.ranked, state="open"),
        "Task {ranked} is open with 2 of 2 submissions.",
    ),
    "an extra beside a free place": (
        lambda used: make_extra(used.demonstration),
        "Task {written} has a free place and an extra submission that does not count.",
    ),
    "another's route": (
        lambda used: change(used.written, route=used.ranked.route),
        "Task {written}, demonstration for train, has the route “ranking train”.",
    ),
    "staged for no import": (
        lambda used: change(used.staged, batch=None),
        "Task {staged} is staged, but no unfinished import has it.",
    ),
    "staged after the import": (
        batch_visible,
        "Task {staged} is staged, but no unfinished import has it.",
    ),
    "open before the import": (
        lambda used: change(used.staged, state="open"),
        "Task {staged} is open, but its import {batch} is unfinished.",
    ),
}


def sentence(words: str, used: Used) -> str:
    rows = {name: getattr(used, name).pk for name in ("ranked", "written", "staged", "ranking")}
    return words.format(
        **rows,
        demonstration=used.demonstration.pk,
        demonstration_assignment=used.demonstration.assignment_id,
        lease=used.lease.pk,
        first=used.ranking.replaces_id,
        labeler=used.ranking.labeler_id,
        batch=ImportBatch.objects.get().pk,
    )


def test_a_used_queue_has_no_faults(used: Used) -> None:
    assert list(faults_find()) == []
    said = io.StringIO()
    call_command("check_integrity", stdout=said)
    assert said.getvalue() == "No faults.\n"


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told(used: Used, name: str) -> None:
    make, words = FAULTS[name]
    make(used)
    said = io.StringIO()
    with pytest.raises(CommandError, match="fault"):
        call_command("check_integrity", stdout=said)
    expected = sentence(words, used)
    assert any(line.startswith(expected) for line in said.getvalue().splitlines()), said.getvalue()


def test_a_row_of_another_project_is_told(cast: Cast, used: Used) -> None:
    stranger = prompt_make(cast.other)
    assert list(faults_find()) == []
    used.demonstration.prompt.completions.create(project=cast.other, text="x", text_hash="x")
    told = list(faults_find())
    assert len(told) == 1
    assert told[0].endswith("names a prompt of another project.")
    assert stranger.project == cast.other


def test_the_number_of_faults_is_told(used: Used) -> None:
    change(used.staged, batch=None)
    with pytest.raises(CommandError, match=r"^1 fault\.$"):
        call_command("check_integrity", stdout=io.StringIO())
    change(used.written, leased_count=7)
    with pytest.raises(CommandError, match=r"^2 faults\.$"):
        call_command("check_integrity", stdout=io.StringIO())


def test_what_was_given_out_before_the_overlap_was_lowered_is_no_fault(
    cast: Cast, used: Used
) -> None:
    project_update(actor=cast.ada, project=used.project, overlap=1)
    assert list(faults_find()) == []
    change(used.lease, leased_at=timezone.now() + timedelta(seconds=1))
    words = "Task {written} has 2 leases and submissions together: its overlap is 1."
    assert list(faults_find()) == [sentence(words, used)]


def test_imports_that_ended_badly_keep_their_tasks_staged_until_they_are_cleared(
    used: Used,
) -> None:
    for state in ("failed", "cancelled"):
        ImportBatch.objects.update(state=state, finished_at=None)
        assert list(faults_find()) == []
    ImportBatch.objects.update(finished_at=timezone.now())
    assert len(list(faults_find())) == 1


def test_more_rankings_than_one_query_may_name_are_looked_at(cast: Cast) -> None:
    task = ranking_task(cast.project)
    many = Task.objects.bulk_create(
        Task(project=cast.project, kind=task.kind, route=task.route, prompt=task.prompt, k=task.k)
        for _ in range(AT_ONCE + 1)
    )
    Ranking.objects.bulk_create(
        Ranking(
            project=cast.project,
            prompt=each.prompt,
            task=each,
            trains=True,
            outcome=Ranking.Outcome.NONE_ACCEPTABLE,
        )
        for each in many
    )
    assert list(judgments_cover_answers()) == []
