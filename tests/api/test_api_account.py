"""/api/account/."""

import pytest

from annotation.people.throttle import OwnThrottle
from tests.cast import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.service]
PATH = "/api/account/"
NEW = "a new horse battery"


def test_who_am_i(cast, as_):
    assert as_(cast.otto).get(PATH).json() == {
        "username": "otto",
        "first_name": "Otto",
        "last_name": "",
        "email": "",
        "site_admin": False,
        "memberships": [
            {
                "project": "elsewhere",
                "roles": ["admin", "labeler", "researcher"],
                "state": "active",
            }
        ],
    }
    assert as_(cast.sita).get(PATH).json()["site_admin"] is True


def test_the_address_changes_with_the_password(cast, as_):
    client = as_(cast.lena)
    wrong = client.patch(PATH, {"email": "l@example.org", "password": "guess"}, format="json")
    assert (wrong.status_code, list(wrong.json())) == (400, ["password"])
    said = {"email": "l@example.org", "password": PASSWORD}
    assert client.patch(PATH, said, format="json").json()["email"] == "l@example.org"
    assert client.patch(PATH, {**said, "email": "no"}, format="json").status_code == 400


def test_a_new_password_revokes_the_token(cast, as_):
    client = as_(cast.lena)
    said = {"old_password": PASSWORD, "new_password": NEW}
    weak = client.post(f"{PATH}password/", {**said, "new_password": "1234"}, format="json")
    assert (weak.status_code, list(weak.json())) == (400, ["new_password"])
    wrong = client.post(f"{PATH}password/", {**said, "old_password": "guess"}, format="json")
    assert (wrong.status_code, list(wrong.json())) == (400, ["old_password"])
    assert client.post(f"{PATH}password/", said, format="json").status_code == 204
    cast.lena.refresh_from_db()
    assert cast.lena.check_password(NEW)
    assert client.get(PATH).status_code == 401


def test_guessing_is_throttled(cast, as_):
    client = as_(cast.lena)
    said = {"old_password": "guess", "new_password": NEW}
    codes = [
        client.post(f"{PATH}password/", said, format="json").status_code
        for _ in range(OwnThrottle.most + 1)
    ]
    assert codes == [400] * OwnThrottle.most + [429]
    assert client.get(PATH).status_code == 200
