"""The Celery application; `celeryconfig` says how it is set."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "plumbline.settings")

app = Celery("plumbline")
# By name: read when first needed, once Django's settings can be.
app.config_from_object("plumbline.celeryconfig")
app.autodiscover_tasks(
    [
        "annotation.exchange",
        "annotation.people",
        "annotation.pool",
        "annotation.quality",
        "annotation.review",
        "inference.jobs",
        "training",
        "plumbline",
    ]
)
