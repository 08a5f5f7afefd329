"""/api/projects/, prompts, completions and tasks."""

import pytest

from annotation.models import Membership, Project, Task
from tests.annotation.work import completions_make, prompt_make, ranking_task

pytestmark = [pytest.mark.django_db, pytest.mark.service]

HERE = "/api/projects/everyday/"


def test_the_list_holds_the_callers_projects(cast, as_):
    def slugs(person):
        return [row["slug"] for row in as_(person).get("/api/projects/").json()["results"]]

    assert slugs(cast.lena) == ["everyday"]
    assert slugs(cast.otto) == ["elsewhere"]
    assert slugs(cast.sita) == ["elsewhere", "everyday"]
    for state, words in (("invited", "not active yet"), ("onboarding", "being introduced")):
        Membership.objects.filter(user=cast.lena).update(state=state)
        assert slugs(cast.lena) == []
        refused = as_(cast.lena).get("/api/projects/everyday/")
        assert refused.status_code == 403
        assert words in refused.json()["detail"]
    Membership.objects.filter(user=cast.lena).update(state="suspended")
    assert slugs(cast.lena) == []


def test_create_and_change_a_project(cast, as_):
    client = as_(cast.ada)
    made = client.post("/api/projects/", {"name": "New", "k_min": 5}, format="json")
    assert (made.status_code, made.json()["slug"], made.json()["k_min"]) == (201, "new", 5)
    changed = client.patch("/api/projects/new/", {"instructions": "Be kind."}, format="json")
    assert changed.json()["instructions_version"] == 2
    refused = as_(cast.lena).post("/api/projects/", {"name": "Mine"}, format="json")
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"k_min": 3}, "k_min"),
        ({"k_min": "many"}, "k_min"),
        ({"overlap": 0}, "overlap"),
        ({"rubric": {"flags": []}}, "rubric"),
        ({"nmae": "typo"}, "nmae"),
        ({"slug": "other"}, "slug"),
        ({"name": ""}, "name"),
        ({"overlap": 2**40}, "overlap"),
    ],
)
def test_a_bad_setting_is_named(cast, as_, change, field):
    said = as_(cast.ada).patch(HERE, change, format="json")
    assert said.status_code == 400
    assert list(said.json()) == [field]
    assert all(isinstance(words, str) for words in said.json()[field])
    assert Project.objects.get(slug="everyday").name == "Everyday"


def test_members_without_the_role_get_403(cast, as_):
    assert as_(cast.lena).patch(HERE, {"name": "Mine"}, format="json").status_code == 403
    for path in ("prompts/", "tasks/", "exports/kwise/", "imports/", "rounds/", "models/"):
        assert as_(cast.lena).get(HERE + path).status_code == 403


def test_prompts_are_added_once(cast, as_):
    client = as_(cast.rosa)
    body = {"messages": [{"role": "user", "content": "Hi?"}], "contributor": "c1"}
    first = client.post(f"{HERE}prompts/", body, format="json")
    again = client.post(f"{HERE}prompts/", body, format="json")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    found = client.get(f"{HERE}prompts/{first.json()['id']}/").json()
    assert found["messages"] == body["messages"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"messages": []},
        {"messages": [{"role": "assistant", "content": "Hello."}]},
        {"messages": [{"role": "user", "content": "x", "extra": 1}]},
        {"messages": "Hi?"},
        {"messages": [{"role": "user", "content": "a\0b"}]},
        {"messages": [{"role": "user", "content": "x"}], "use_case": "juggling"},
        {"messages": [{"role": "user", "content": "x"}], "split": "test"},
        [],
    ],
)
def test_bad_prompts_are_400(cast, as_, body):
    assert as_(cast.ada).post(f"{HERE}prompts/", body, format="json").status_code == 400


def test_prompts_and_tasks_are_marked(cast, as_):
    client = as_(cast.ada)
    body = {
        "messages": [{"role": "user", "content": "Olá?"}],
        "language": "pt-BR",
        "sensitive": ["self-harm"],
    }
    prompt = client.post(f"{HERE}prompts/", body, format="json").json()
    assert (prompt["language"], prompt["sensitive"]) == ("pt", ["self_harm"])
    asked = {"kind": "demonstration", "prompt": prompt["id"], "skills": ["Law"]}
    own = client.post(f"{HERE}tasks/", asked, format="json").json()
    assert (own["language"], own["skills"], own["sensitive"]) == ("pt", ["law"], ["self_harm"])
    asked.pop("skills")
    plain = client.post(f"{HERE}tasks/", asked, format="json").json()
    at = f"{HERE}prompts/{prompt['id']}/"
    marked = client.patch(at, {"language": "", "skills": ["tax"]}, format="json").json()
    assert (marked["language"], marked["skills"]) == ("", ["tax"])
    assert marked["sensitive"] == ["self_harm"]
    said = [client.get(f"{HERE}tasks/{one['id']}/").json()["skills"] for one in (plain, own)]
    assert said == [["tax"], ["law"]]
    assert as_(cast.rosa).patch(at, {"language": "de"}, format="json").status_code == 403
    foreign = prompt_make(cast.other)
    assert client.patch(f"{HERE}prompts/{foreign.pk}/", {}, format="json").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [("language", "english"), ("skills", ["two words"]), ("sensitive", "hate"), ("mood", "good")],
)
def test_bad_marks_are_400(cast, as_, field, value):
    prompt = prompt_make(cast.project)
    path = f"{HERE}prompts/{prompt.pk}/"
    answer = as_(cast.ada).patch(path, {field: value}, format="json")
    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_completions_of_a_prompt(cast, as_):
    prompt, foreign = prompt_make(cast.project), prompt_make(cast.other)
    client, path = as_(cast.ada), f"{HERE}prompts/{prompt.pk}/completions/"
    codes = [client.post(path, {"text": text}, format="json").status_code for text in "aab"]
    assert codes == [201, 200, 201]
    assert [row["text"] for row in client.get(path).json()["results"]] == ["a", "b"]
    assert client.get(f"{HERE}prompts/{foreign.pk}/completions/").status_code == 404
    assert client.get(f"{HERE}prompts/{foreign.pk}/").status_code == 404


def test_tasks_are_made_and_withdrawn(cast, as_):
    prompt = prompt_make(cast.project)
    ids = [answer.pk for answer in completions_make(prompt, 4)]
    client = as_(cast.ada)
    body = {"kind": "ranking", "prompt": prompt.pk, "completions": ids, "overlap": 2}
    made = client.post(f"{HERE}tasks/", body, format="json")
    assert (made.status_code, made.json()["k"], made.json()["overlap"]) == (201, 4, 2)
    closed = client.post(f"{HERE}tasks/{made.json()['id']}/close/")
    assert closed.json()["state"] == "closed"
    assert [row["state"] for row in client.get(f"{HERE}tasks/").json()["results"]] == ["closed"]


def test_bad_tasks_are_400_and_name_the_field(cast, as_):
    prompt, foreign = prompt_make(cast.project), prompt_make(cast.other)
    ids = [answer.pk for answer in completions_make(prompt, 4)]
    theirs = [answer.pk for answer in completions_make(foreign, 4)]
    good = {"kind": "ranking", "prompt": prompt.pk, "completions": ids}
    for change, field in (
        ({"prompt": foreign.pk}, "prompt"),
        ({"completions": theirs}, "completions"),
        ({"completions": ids[:3]}, "non_field_errors"),
        ({"completions": [ids[0]] * 4}, "non_field_errors"),
        ({"completions": [2**63, 2**63 + 1, 10**30, -1]}, "completions"),
        ({"prompt": 10**30}, "prompt"),
        ({"kind": "gold"}, "kind"),
        ({"purpose": "gold"}, "purpose"),
        ({"overlap": 0}, "overlap"),
        ({"k": 4}, "k"),
    ):
        said = as_(cast.ada).post(f"{HERE}tasks/", {**good, **change}, format="json")
        assert (said.status_code, list(said.json())) == (400, [field])
    assert not Task.objects.exists()


def test_another_projects_task_is_404(cast, as_):
    task = ranking_task(cast.other)
    assert as_(cast.ada).get(f"{HERE}tasks/{task.pk}/").status_code == 404
    assert as_(cast.ada).post(f"{HERE}tasks/{task.pk}/close/").status_code == 404


def test_demonstrations_are_asked_for(cast, as_):
    rows = [prompt_make(cast.project, split="train") for _ in range(3)]
    path = f"{HERE}tasks/demonstrations/"
    said = as_(cast.rosa).post(path, {"count": 2}, format="json")
    assert (said.status_code, said.json()) == (201, {"asked": 2})
    tasks = Task.objects.filter(kind="demonstration").order_by("pk")
    assert [task.prompt for task in tasks] == rows[:2]
    assert as_(cast.ada).post(path, {"count": 2}, format="json").json() == {"asked": 1}
    refused = as_(cast.ada).post(path, {"count": 2}, format="json")
    assert refused.status_code == 400
    assert "No prompt is left" in refused.json()["count"][0]
    assert as_(cast.lena).post(path, {"count": 2}, format="json").status_code == 403
    assert as_(cast.ada).get(path).status_code == 405


@pytest.mark.parametrize("body", [{}, {"count": 0}, {"count": 1_001}, {"count": "many"}])
def test_how_many_demonstrations_is_checked(cast, as_, body):
    prompt_make(cast.project, split="train")
    said = as_(cast.ada).post(f"{HERE}tasks/demonstrations/", body, format="json")
    assert (said.status_code, list(said.json())) == (400, ["count"])


def test_a_project_is_copied(cast, as_):
    prompt_make(cast.project)
    client, path = as_(cast.ada), f"{HERE}copy/"
    assert client.get(path).status_code == 404
    made = client.post(path, {"name": "Again", "prompts": True}, format="json")
    assert (made.status_code, made.json()["slug"]) == (201, "again")
    progress = client.get("/api/projects/again/copy/").json()
    assert (progress["state"], progress["done"]) == ("queued", 0)
    taken = client.post(path, {"name": "Again", "slug": "again"}, format="json")
    assert (taken.status_code, list(taken.json())) == (400, ["slug"])
    for person, status in ((cast.lena, 403), (cast.rosa, 403), (cast.otto, 404)):
        assert as_(person).post(path, {"name": "Mine"}, format="json").status_code == status
