"""Celery's settings. The database is the truth; the broker only carries, so results are not kept
and a message is acknowledged early: the reconcile makes good what is lost."""

from typing import Any

from django.conf import settings

from plumbline.transport import transport_install

broker_url: str = settings.CELERY_BROKER_URL
broker_connection_retry_on_startup = True
broker_transport_options: dict[str, Any] = {}
if broker_url == "filesystem://":
    broker_url = "filesystem://localhost"  # kombu warns at every connection that names no host
if broker_url.startswith("filesystem"):
    transport_install()
    _folder = settings.CELERY_BROKER_FOLDER
    broker_transport_options = {
        "data_folder_in": str(_folder / "messages"),
        "data_folder_out": str(_folder / "messages"),
        "control_folder": str(_folder / "control"),
    }

task_default_queue = "cpu"
task_ignore_result = True
task_acks_late = False
worker_prefetch_multiplier = 1
worker_hijack_root_logger = False
timezone = settings.TIME_ZONE

beat_schedule = {
    "reconcile": {
        "task": "plumbline.reconcile",
        "schedule": settings.RECONCILE_EVERY,
        # One is enough, however many have waited.
        "options": {"queue": "cpu", "expires": settings.RECONCILE_EVERY},
    }
}
beat_schedule_filename = str(settings.VAR_DIR / "beat")
