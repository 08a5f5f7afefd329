"""The base model's page and its address in the API."""

import pytest
from django.core.cache import cache
from django.test import Client

from inference.registry import base_reference
from tests.cast import Cast

PAGE = "/p/everyday/models/base/"
API = "/api/projects/everyday/base/"


def sign_in(client: Client, user: object) -> Client:
    client.force_login(user)  # type: ignore[arg-type]
    return client


def test_admins_and_researchers_choose_the_base(client: Client, cast: Cast) -> None:
    cache.clear()
    for person, reference in ((cast.rosa, "owner/one"), (cast.ada, "owner/two")):
        answer = sign_in(client, person).post(PAGE, {"reference": reference})
        assert answer.headers["Location"] == "/p/everyday/models/"
        assert f'value="{reference}"' in client.get(PAGE).content.decode()
        assert base_reference(project=cast.project) == reference
    assert PAGE in client.get("/p/everyday/models/").content.decode()
    client.post(PAGE, {"reference": ""})
    assert base_reference(project=cast.project) == ""


def test_a_refused_base_is_explained(client: Client, cast: Cast) -> None:
    page = sign_in(client, cast.rosa).post(PAGE, {"reference": "/etc"}).content.decode()
    assert "Name a folder inside the storage" in page
    assert 'value="/etc"' in page


@pytest.mark.parametrize("address", [PAGE, API])
def test_others_choose_no_base(client: Client, cast: Cast, address: str) -> None:
    assert sign_in(client, cast.lena).get(address).status_code == 403
    assert sign_in(client, cast.otto).get(address).status_code == 404
    assert client.put(address, {"reference": "a/b"}, "application/json").status_code == 404


def test_the_api_reads_and_sets_it(client: Client, cast: Cast) -> None:
    sign_in(client, cast.rosa)
    assert client.get(API).json() == {"reference": ""}
    put = client.put(API, {"reference": "owner/name"}, "application/json")
    assert (put.status_code, put.json()) == (200, {"reference": "owner/name"})
    refused = client.put(API, {"reference": "../x"}, "application/json")
    assert (refused.status_code, list(refused.json())) == (400, ["reference"])
    assert client.get(API).json() == {"reference": "owner/name"}
    assert client.put(API, {"reference": ""}, "application/json").json() == {"reference": ""}
