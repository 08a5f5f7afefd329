"""A redirect reaches the whole page, with scripts and without."""

import pytest
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from annotation.htmx import by_htmx, go_to


@pytest.mark.parametrize(
    ("asks", "status", "header"), [(True, 200, "HX-Redirect"), (False, 302, "Location")]
)
def test_both_are_sent_on(rf, asks, status, header):
    request: HttpRequest = rf.get("/", headers={"HX-Request": "true"} if asks else {})
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]
    assert by_htmx(request) is asks
    answer = go_to(request, "/there/")
    assert (answer.status_code, answer[header]) == (status, "/there/")
