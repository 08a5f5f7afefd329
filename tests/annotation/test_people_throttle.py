"""Tries at a password are counted once, whoever counts them."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from annotation.models import SignInTry
from annotation.people.throttle import WINDOW, SignInThrottle, sign_in_allowed
from tests.training.processes import database_url

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.service]


def sign_in_attempted(name: str = "lena") -> bool:
    return sign_in_allowed(RequestFactory().post("/sign-in/", {"username": name}), None)


def test_of_tries_at_the_same_moment_no_more_are_allowed() -> None:
    def attempted(_: int) -> bool:
        try:
            return sign_in_attempted()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        allowed = list(pool.map(attempted, range(3 * SignInThrottle.most)))
    assert allowed.count(True) <= SignInThrottle.most
    assert not sign_in_attempted()
    assert sign_in_attempted("luis")


def test_another_process_counts_on() -> None:
    script = (
        "import django; django.setup();"
        "from tests.annotation.test_people_throttle import sign_in_attempted;"
        f"assert all(sign_in_attempted() for _ in range({SignInThrottle.most}))"
    )
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "plumbline.settings",
        "ALLOWED_HOSTS": "testserver",
    }
    subprocess.run(
        [sys.executable, "-c", script], env=environment, cwd=settings.BASE_DIR, check=True
    )
    assert not sign_in_attempted()


def test_a_try_counts_for_a_minute_and_is_kept_no_longer() -> None:
    for _ in range(SignInThrottle.most):
        assert sign_in_attempted()
    assert not sign_in_attempted()
    SignInTry.objects.update(at=timezone.now() - timedelta(seconds=WINDOW + 1))
    assert sign_in_attempted()
    assert SignInTry.objects.count() == 2  # by name and address, and by address
