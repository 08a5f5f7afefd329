"""The site's settings, with runs whose learner is scripted: for workers started by tests."""

from plumbline.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.training.scripted_app"]  # noqa: F405
