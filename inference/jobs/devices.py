"""Who computes where: one lease per device, so that learner, sampler and live engine never fight.

A device is "auto" (what torch finds), "cpu" or "cuda", with a number where there are several:
DEVICES=cuda:0,cuda:1.
"""

import os
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from inference.jobs.models import DeviceLease


def device_lease_take(*, holder: str) -> str | None:
    """Lease the first device that is free, or whose holder has stopped beating; None: all busy."""
    for device in settings.DEVICES:
        DeviceLease.objects.get_or_create(device=device)
        rows = DeviceLease.objects.filter(_free(), device=device)
        if rows.update(holder=holder, heartbeat_at=timezone.now()):
            return str(device)
    return None


def device_lease_beat(*, device: str, holder: str) -> bool:
    """False when another has taken the lease meanwhile."""
    rows = DeviceLease.objects.filter(device=device, holder=holder)
    return bool(rows.update(heartbeat_at=timezone.now()))


def device_lease_release(*, device: str, holder: str) -> None:
    rows = DeviceLease.objects.filter(device=device, holder=holder)
    rows.update(holder="", heartbeat_at=None)


def devices_free() -> int:
    """How many devices could be leased now."""
    busy = DeviceLease.objects.filter(device__in=settings.DEVICES).exclude(_free()).count()
    return len(settings.DEVICES) - busy


def device_kind(device: str) -> str:
    """What a spec says: auto, cpu or cuda."""
    return device.partition(":")[0]


def device_threads() -> int:
    """A fair share of this machine's cores for one process of one device."""
    given = os.environ.get("OMP_NUM_THREADS", "")
    if given.isdigit() and int(given) > 0:
        return int(given)
    return max(1, len(os.sched_getaffinity(0)) // len(settings.DEVICES))


def device_environment(device: str) -> dict[str, str]:
    """Variables by which a process keeps to its device and its share of the cores."""
    kind, _, number = device.partition(":")
    variables = {
        "OMP_NUM_THREADS": str(device_threads()),
        # Threads that wait for each other by spinning take ten times as long on a busy machine.
        "OMP_WAIT_POLICY": os.environ.get("OMP_WAIT_POLICY", "passive"),
        "TOKENIZERS_PARALLELISM": "false",
    }
    if kind == "cpu":
        variables["CUDA_VISIBLE_DEVICES"] = ""
    elif number:
        variables["CUDA_VISIBLE_DEVICES"] = number
    return variables


def _free() -> Q:
    lost = timezone.now() - timedelta(seconds=settings.HEARTBEAT_LOST)
    return Q(holder="") | Q(heartbeat_at__lt=lost) | Q(heartbeat_at=None)
