"""Changing many prompts at once."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from annotation.models import AuditEvent, Prompt, PromptJob, Task
from annotation.pool import edits
from annotation.pool.edits import Change, change_read, prompts_edit
from annotation.pool.jobs import job_run
from annotation.pool.selecting import Wanted
from annotation.pool.tasks import WORKS
from annotation.prompts.marks import marks_read
from tests.annotation.exchange_files import Killed
from tests.annotation.pool import fresh, scanned
from tests.annotation.work import demonstration_task, prompt_make
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def edit(cast: Cast, wanted: Wanted, **change: Any) -> tuple[int, PromptJob | None]:
    return prompts_edit(
        actor=cast.ada, project=cast.project, wanted=wanted, change=change_read(**change)
    )


def test_a_few_are_changed_at_once_with_their_tasks(cast: Cast) -> None:
    task = demonstration_task(cast.project)
    assert task.prompt is not None
    spared = prompt_make(cast.project, marks=marks_read(skills="law"))
    other = prompt_make(cast.other)
    count, job = edit(
        cast,
        Wanted(ids=(task.prompt.pk, other.pk)),
        use_case="chat",
        language="de-AT",
        skills="sql, law",
        sensitive=["violence"],
    )
    assert (count, job) == (1, None)
    prompt = fresh(task.prompt)
    assert (prompt.use_case, prompt.language) == ("chat", "de")
    assert (prompt.skills, prompt.sensitive) == (["law", "sql"], ["violence"])
    task.refresh_from_db()
    assert (task.route.language, task.route.tags) == ("de", ["law", "sql"])
    assert fresh(spared).use_case == "other"
    assert fresh(other).language == ""
    event = AuditEvent.objects.get(verb="prompts_edit")
    assert event.data["wanted"] == {"ids": [task.prompt.pk, other.pk]}
    edit(cast, Wanted(ids=(prompt.pk,)), skills="", sensitive=[])
    assert (fresh(prompt).skills, fresh(prompt).sensitive) == ([], [])
    assert fresh(prompt).language == "de"


def test_a_language_may_be_as_the_scan_told_it(cast: Cast) -> None:
    german = prompt_make(cast.project, "Schreibe ein Gedicht über den Herbst und den Wind.")
    unclear = prompt_make(cast.project, "x = 3", marks=marks_read(language="pt"))
    scanned(cast.project)
    edit(cast, Wanted(), language="identified")
    assert (fresh(german).language, fresh(unclear).language) == ("de", "pt")


def test_what_is_found_is_withdrawn_and_put_back(cast: Cast) -> None:
    task = demonstration_task(cast.project)
    spared = prompt_make(cast.project, "Name a lake.")
    assert edit(cast, Wanted(words="NUMBER"), move="withdraw")[0] == 1
    task.refresh_from_db()
    assert task.state == Task.State.CLOSED
    assert fresh(spared).state == "active"
    assert edit(cast, Wanted(state="withdrawn"), move="restore")[0] == 1
    assert not Prompt.objects.filter(state="withdrawn").exists()


def test_many_are_a_workers_and_a_killed_one_goes_on(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edits, "MOST_NOW", 3)
    monkeypatch.setattr(edits, "CHUNK", 2)
    prompts = [prompt_make(cast.project) for _ in range(7)]
    count, job = edit(cast, Wanted(use_case="other"), use_case="chat")
    assert count == 0
    assert job is not None
    later = prompt_make(cast.project)
    real, met = edits.prompts_change, []

    def killed(**said: Any) -> None:
        real(**said)
        met.append(said["ids"])
        if len(met) == 2:
            raise Killed

    monkeypatch.setattr(edits, "prompts_change", killed)
    with pytest.raises(Killed):
        job_run(job_id=job.pk, works=WORKS)
    assert Prompt.objects.filter(use_case="chat").count() == 2
    PromptJob.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=5))
    job_run(job_id=job.pk, works=WORKS)
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == ("succeeded", 7, 7)
    assert {fresh(prompt).use_case for prompt in prompts} == {"chat"}
    assert fresh(later).use_case == "other"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "Say what is to be changed"),
        ({"use_case": "talk"}, "Choose a use case"),
        ({"move": "burn"}, "Withdraw prompts or put them back"),
        ({"language": "?"}, "tag"),
    ],
)
def test_a_change_that_is_none_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        change_read(**change)


def test_nothing_selected_changes_nothing(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="Choose the prompts first"):
        edit(cast, Wanted(ids=()), use_case="chat")
    assert change_read(language="") == Change(language="")
