import pytest

from plumbline import celery_app, tasks


def test_each_reconcile_gets_its_turn(monkeypatch):
    called = []

    def broken():
        called.append("broken")
        raise ValueError("a bug")

    monkeypatch.setattr(tasks, "RECONCILES", (broken, lambda: called.append("next")))
    tasks.reconcile_task()
    assert called == ["broken", "next"]


@pytest.mark.django_db
def test_there_is_nothing_to_reconcile_in_an_empty_site():
    for reconcile in tasks.RECONCILES:
        reconcile()


def test_beat_calls_a_task_that_exists():
    celery_app.loader.import_default_modules()
    for entry in celery_app.conf.beat_schedule.values():
        assert entry["task"] in celery_app.tasks


@pytest.mark.parametrize("name", ["inference.jobs.run", "training.rounds.advance"])
def test_what_is_sent_by_name_exists(name):
    celery_app.loader.import_default_modules()
    assert name in celery_app.tasks
