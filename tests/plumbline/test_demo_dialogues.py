"""The demo's project of dialogues: made once, beside the demo's own first project only."""

import pytest

from annotation.models import Dialogue, Membership, Project, Task
from annotation.people.projects import project_create, user_create
from plumbline import demo
from plumbline.demo_dialogues import SLUG, demo_dialogues_seed
from simulation.world import world_create

pytestmark = pytest.mark.django_db


def test_it_is_made_once_and_everybody_is_in_it() -> None:
    world_create(name="Everyday help", slug=demo.SLUG, labelers=3, password=demo.PASSWORD)
    assert demo_dialogues_seed()
    members = Membership.objects.filter(project__slug=SLUG)
    assert set(members.values_list("user__username", flat=True)) == set(demo.ACCOUNTS.values())
    modes = Dialogue.objects.order_by("pk").values_list("mode", flat=True)
    assert list(modes) == ["choose"] * 4 + ["both_sides"] * 2
    Task.objects.update(state="closed")
    assert not demo_dialogues_seed()
    assert not Task.objects.exclude(state="closed").exists()


def test_a_site_that_is_not_the_demos_is_left_alone() -> None:
    otto = user_create(actor=None, username="otto", password="correct horse battery")
    project_create(actor=otto, name="Everyday", slug=demo.SLUG)
    assert not demo_dialogues_seed()
    assert not Project.objects.filter(slug=SLUG).exists()
