"""The demo's first start, killed anywhere, and the next one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.core.management import call_command
from django.utils import timezone
from django.utils.module_loading import import_string
from pytest_django.fixtures import Settings

from annotation.models import Demonstration, Membership, Prompt, Task, User
from annotation.people.projects import project_create, user_create
from inference.models import Generation, SamplingItem, SamplingJob
from plumbline import demo
from plumbline.demo import demo_seed
from tests.annotation.exchange_files import Killed
from tests.inference.tiny import tiny_causal_lm, tiny_tokenizer

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def small(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo of a few prompts on an untrained model, and nobody who takes its messages."""
    for name, count in (
        ("PROMPTS", 20),
        ("DEMONSTRATIONS", 6),
        ("DEMONSTRATIONS_WAITING", 3),
        ("RANKINGS_WAITING", 2),
    ):
        monkeypatch.setattr(demo, name, count)
    monkeypatch.setattr(current_app, "send_task", lambda *_, **__: None)
    settings.BASE_MODEL = str(tmp_path / "base")
    tiny_causal_lm().save_pretrained(settings.BASE_MODEL)
    tiny_tokenizer().save_pretrained(settings.BASE_MODEL)


def seeded() -> dict[str, Any]:
    """All that the seeding makes, without ids and times."""
    tasks = Task.objects.order_by("prompt__content_hash", "kind")
    return {
        "users": sorted(User.objects.values_list("username", flat=True)),
        "members": sorted(
            Membership.objects.values_list("project__slug", "user__username", "roles__role")
        ),
        "prompts": sorted(Prompt.objects.values_list("content_hash", "split", "use_case")),
        "demonstrations": sorted(
            Demonstration.objects.values_list("prompt__content_hash", "text", "labeler__username")
        ),
        "tasks": [
            (
                task.prompt and task.prompt.content_hash,
                *(task.kind, task.state, task.k, task.submitted_count, task.leased_count),
                *task.slots.order_by("slot").values_list("completion__text", flat=True),
            )
            for task in tasks
        ],
        "jobs": list(SamplingJob.objects.values_list("project__slug", "state", "k")),
        "items": sorted(SamplingItem.objects.values_list("prompt__content_hash", "state")),
        "generations": sorted(Generation.objects.values_list("completion__text", "index")),
    }


def seed_killed_in(monkeypatch: pytest.MonkeyPatch, place: str, call: int, *, after: bool) -> None:
    """Seed until the process is gone: before, or after, the call-th call of what stands there."""
    real: Callable[..., Any] = import_string(place)
    calls = [0]

    def dies(*args: Any, **kwargs: Any) -> Any:
        calls[0] += 1
        if calls[0] == call and not after:
            raise Killed
        made = real(*args, **kwargs)
        if calls[0] == call:
            raise Killed
        return made

    with monkeypatch.context() as patched:
        patched.setattr(place, dies)
        with pytest.raises(Killed):
            demo_seed()


PLACES = (
    ("simulation.world.user_create", 2, True),
    ("simulation.world.member_add", 3, False),
    ("plumbline.demo.world_create", 1, True),
    ("simulation.world.prompt_create", 11, False),
    ("plumbline.demo.prompts_add", 1, True),
    ("annotation.feedback.asking.audit", 1, False),
    ("simulation.work.task_do", 3, False),
    ("simulation.work.demonstration_submit", 4, True),
    ("plumbline.demo.demonstrations_add", 1, True),
    ("annotation.feedback.asking.audit", 1, True),
    ("plumbline.demo.demonstrations_ask", 1, True),
    ("plumbline.demo.base_model_get", 1, True),
    ("inference.sampling.job_queue", 1, False),
    ("plumbline.demo.rankings_ask", 1, True),
    ("inference.jobs.supervisor._watch", 1, False),
    ("inference.sampling_handler.item_settle", 2, False),
)


def test_a_seeding_killed_anywhere_is_finished_by_the_next_starts(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert demo_seed()
    wanted = seeded()
    assert {name: len(rows) for name, rows in wanted.items()} == {
        "users": 5,
        "members": 5,
        "prompts": 20,
        "demonstrations": 6,
        "tasks": 11,
        "jobs": 1,
        "items": 2,
        "generations": 10,
    }
    call_command("flush", interactive=False, verbosity=0)

    settings.HEARTBEAT_LOST = 0.2
    for place, call, after in PLACES:
        seed_killed_in(monkeypatch, place, call, after=after)
    assert demo_seed()
    assert seeded() == wanted
    assert not demo_seed()
    assert seeded() == wanted


def test_what_people_do_afterwards_is_theirs() -> None:
    demo_seed()
    Membership.objects.filter(user__username="luis").update(state="suspended")
    Task.objects.update(state="closed")
    project = SamplingJob.objects.get().project
    waits = SamplingJob.objects.create(project=project, k=4, queued_at=timezone.now())
    assert not demo_seed()
    waits.refresh_from_db()
    assert waits.state == "queued"
    assert not Task.objects.exclude(state="closed").exists()


def test_somebodys_own_project_of_that_name_is_left_alone() -> None:
    otto = user_create(actor=None, username="otto", password="correct horse battery")
    project_create(actor=otto, name="Everyday", slug=demo.SLUG)
    assert not demo_seed()
    assert not Prompt.objects.exists()
    assert User.objects.count() == 1
