from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from inference.jobs.devices import (
    device_environment,
    device_kind,
    device_lease_beat,
    device_lease_release,
    device_lease_take,
    device_threads,
    devices_free,
)
from inference.models import DeviceLease

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.service]


def test_a_device_has_one_holder(settings):
    settings.DEVICES = ["auto"]
    assert devices_free() == 1
    assert device_lease_take(holder="run:1") == "auto"
    assert device_lease_take(holder="run:2") is None
    assert devices_free() == 0
    device_lease_release(device="auto", holder="run:1")
    assert devices_free() == 1
    assert device_lease_take(holder="run:2") == "auto"


def test_each_of_several_devices_is_taken(settings):
    settings.DEVICES = ["cuda:0", "cuda:1"]
    taken = [device_lease_take(holder=f"run:{number}") for number in range(3)]
    assert taken == ["cuda:0", "cuda:1", None]


def test_only_the_holder_beats_and_releases(settings):
    settings.DEVICES = ["auto"]
    device_lease_take(holder="run:1")
    assert device_lease_beat(device="auto", holder="run:1")
    assert not device_lease_beat(device="auto", holder="run:2")
    device_lease_release(device="auto", holder="run:2")
    assert devices_free() == 0


def test_a_silent_holder_loses_the_device(settings):
    settings.DEVICES = ["auto"]
    device_lease_take(holder="run:1")
    DeviceLease.objects.update(heartbeat_at=timezone.now() - timedelta(seconds=1000))
    assert devices_free() == 1
    assert device_lease_take(holder="run:2") == "auto"
    assert not device_lease_beat(device="auto", holder="run:1")


def test_of_many_at_once_one_gets_it(settings):
    settings.DEVICES = ["auto"]

    def take(number):
        try:
            return device_lease_take(holder=f"run:{number}")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(take, range(8)), key=str) == [None] * 7 + ["auto"]


def test_a_process_keeps_to_its_device(settings, monkeypatch):
    settings.DEVICES = ["cuda:0", "cuda:1"]
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert device_kind("cuda:1") == "cuda"
    assert device_environment("cuda:1")["CUDA_VISIBLE_DEVICES"] == "1"
    assert device_environment("cpu")["CUDA_VISIBLE_DEVICES"] == ""
    assert "CUDA_VISIBLE_DEVICES" not in device_environment("auto")
    assert device_environment("auto")["OMP_NUM_THREADS"] == "3"
    assert device_environment("auto")["OMP_WAIT_POLICY"] == "passive"


def test_devices_share_the_cores(settings, monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)))
    settings.DEVICES = ["cpu:0", "cpu:1"]
    assert device_threads() == 4
