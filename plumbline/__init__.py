"""The Django project: settings, addresses, Celery. It wires the apps and holds no logic."""

from plumbline.celery import app as celery_app

__all__ = ["celery_app"]
