"""Asking for demonstrations: which prompts, how many, by whom; the form on the project's page."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from annotation.feedback.asking import demonstrations_ask, prompts_undemonstrated
from annotation.feedback.demonstrations import demonstration_record, demonstration_submit
from annotation.models import AuditEvent, Demonstration, ImportBatch, Project, Prompt, Task
from annotation.queue.tasks import task_close
from tests.annotation.work import claimed, demonstration_task, prompt_make, ranking_task
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def prompts(project: Project, count: int) -> list[Prompt]:
    return [prompt_make(project, split="train") for _ in range(count)]


def asked_for(project: Project) -> list[int]:
    tasks = Task.objects.filter(project=project, kind=Task.Kind.DEMONSTRATION)
    return list(tasks.order_by("pk").values_list("prompt_id", flat=True))


def test_the_oldest_prompts_are_asked_about_once(cast: Cast) -> None:
    rows = prompts(cast.project, 5)
    assert demonstrations_ask(actor=cast.ada, project=cast.project, count=2) == 2
    assert demonstrations_ask(actor=cast.rosa, project=cast.project, count=20) == 3
    assert asked_for(cast.project) == [row.pk for row in rows]
    events = AuditEvent.objects.filter(verb="demonstrations_ask").order_by("pk")
    assert [(one.actor, one.project, one.data) for one in events] == [
        (cast.ada, cast.project, {"count": 2}),
        (cast.rosa, cast.project, {"count": 3}),
    ]
    with pytest.raises(ValidationError, match="No prompt is left"):
        demonstrations_ask(actor=cast.ada, project=cast.project, count=1)


def test_the_tasks_are_like_any_of_the_project(cast: Cast) -> None:
    Project.objects.filter(pk=cast.project.pk).update(overlap=2)
    row = prompts(cast.project, 1)[0]
    demonstrations_ask(actor=cast.ada, project=cast.project, count=1)
    task = Task.objects.get(prompt=row)
    assert (task.overlap, task.overlap_own, task.state, task.purpose) == (2, False, "open", "train")
    said = demonstration_submit(assignment=claimed(cast.lena, cast.project), text="So.")
    assert (said.task, said.trains) == (task, True)


@pytest.mark.parametrize("count", [0, -1, 1_001, 10**30])
def test_a_count_out_of_range_is_refused(cast: Cast, count: int) -> None:
    prompts(cast.project, 1)
    with pytest.raises(ValidationError, match="1 to 1,000") as refused:
        demonstrations_ask(actor=cast.ada, project=cast.project, count=count)
    assert list(refused.value.message_dict) == ["count"]
    assert not Task.objects.exists()


def test_what_is_left_to_ask_about(cast: Cast) -> None:
    """Neither what was said or asked already, nor what is another's, hidden or for the test."""
    demonstration_record(prompt=prompts(cast.project, 1)[0], text="From a file.")
    waiting = demonstration_task(cast.project)
    withdrawn, staged = demonstration_task(cast.project), demonstration_task(cast.project)
    Prompt.objects.filter(project=cast.project).update(split="train")
    task_close(task=withdrawn)
    Task.objects.filter(pk=staged.pk).update(state="staged")
    ranked = ranking_task(cast.project)
    Prompt.objects.filter(tasks=ranked).update(split="valid")
    prompt_make(cast.project, split="test")
    prompt_make(cast.other, split="train")
    batch = ImportBatch.objects.create(project=cast.project, state="staging", filename="f")
    prompt_make(cast.project, split="train", batch=batch)
    assert list(prompts_undemonstrated(cast.project)) == [withdrawn.prompt, ranked.prompt]
    Demonstration.objects.update(is_current=False)
    task_close(task=waiting)
    assert prompts_undemonstrated(cast.project).count() == 4


# --- the form on the project's page ---


@pytest.fixture
def ada(client: Client, cast: Cast) -> Client:
    client.force_login(cast.ada)
    return client


def test_the_page_asks_and_tells(ada: Client, cast: Cast) -> None:
    prompts(cast.project, 3)
    page = ada.get("/p/everyday/").content.decode()
    assert 'action="/p/everyday/ask/"' in page
    assert "3 prompts have none" in page
    told = ada.post("/p/everyday/ask/", {"count": "2"}, follow=True).content.decode()
    assert "Labelers are asked for 2 demonstrations now." in told
    assert "1 prompt has none" in told
    told = ada.post("/p/everyday/ask/", {"count": "20"}, follow=True).content.decode()
    assert "asked for 1 demonstration now" in told
    assert "/p/everyday/ask/" not in told  # nothing is left to ask about


@pytest.mark.parametrize("count", ["", "x", "0", "-3", "2.5", "1001", "9" * 5_000])
def test_the_page_says_what_is_wrong(ada: Client, cast: Cast, count: str) -> None:
    prompts(cast.project, 1)
    told = ada.post("/p/everyday/ask/", {"count": count}, follow=True).content.decode()
    assert "Ask for 1 to 1,000 demonstrations at a time." in told
    assert not Task.objects.exists()


def test_only_admins_and_researchers_ask(client: Client, cast: Cast) -> None:
    prompts(cast.project, 3)
    for person, status in ((cast.lena, 403), (cast.otto, 404), (cast.rosa, 302)):
        client.force_login(person)
        assert client.post("/p/everyday/ask/", {"count": "1"}).status_code == status
    assert len(asked_for(cast.project)) == 1
    membership = cast.project.memberships.get(user=cast.lena)
    membership.roles.create(role="reviewer")
    client.force_login(cast.lena)
    assert b"/p/everyday/ask/" not in client.get("/p/everyday/").content
    assert client.post("/p/everyday/ask/", {"count": "1"}).status_code == 403
    client.force_login(cast.rosa)
    assert client.get("/p/everyday/ask/").headers["Location"] == "/p/everyday/"
