"""Labelers write prompts through the API."""

import pytest

from annotation.models import Demonstration, Prompt

pytestmark = [pytest.mark.django_db, pytest.mark.service]

HERE = "/api/projects/everyday/written/"
PLAIN = {"kind": "plain", "use_case": "chat", "text": "Hi there", "answer": "Hello."}


@pytest.fixture
def lena(cast, as_):
    body = {"prompts_wanted": 5, "prompts_ask": True, "user_stories": "Cook"}
    changed = as_(cast.ada).patch("/api/projects/everyday/", body, format="json")
    assert changed.json()["prompts_wanted"] == 5
    return as_(cast.lena)


def test_write_list_and_withdraw(lena, cast, as_):
    said = lena.post(HERE, PLAIN, format="json")
    assert said.status_code == 201
    row = said.json()
    assert row["prompts"] == [[{"role": "user", "content": "Hi there"}]]
    assert (row["kind"], row["use_case"], "prompt_id" in row) == ("plain", "chat", False)
    assert Demonstration.objects.get().labeler == cast.lena
    assert [each["id"] for each in lena.get(HERE).json()["results"]] == [row["id"]]
    one = f"{HERE}{row['id']}/"
    assert lena.get(one).json() == row
    assert as_(cast.luis).get(HERE).json()["results"] == []
    assert as_(cast.luis).delete(one).status_code == 404
    assert lena.delete(one).status_code == 204
    assert not Prompt.objects.exists()


def test_a_few_shot_group(lena):
    pairs = [{"query": str(n), "response": "x"} for n in range(3)]
    body = {"kind": "few_shot", "use_case": "other", "instruction": "Map.", "pairs": pairs}
    said = lena.post(HERE, body, format="json")
    assert (said.status_code, len(said.json()["prompts"])) == (201, 3)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": None}, "text"),
        ({"text": ""}, "text"),
        ({"use_case": "x"}, "use_case"),
        ({"story": "Cook"}, "story"),
        ({"kind": "user_based", "story": "Other"}, "story"),
        ({"pairs": [{"query": "x"}]}, "pairs"),
        ({"kind": "few_shot"}, "text"),
        ({"magic": 1}, "magic"),
    ],
)
def test_what_is_wrong_is_told_by_field(lena, change, field):
    said = lena.post(HERE, {**PLAIN, **change}, format="json")
    assert (said.status_code, list(said.json())) == (400, [field])


def test_only_labelers_write(lena, cast, as_):
    assert as_(cast.ada).post(HERE, PLAIN, format="json").status_code == 403
    assert as_(cast.otto).post(HERE, PLAIN, format="json").status_code == 404
