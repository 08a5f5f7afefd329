"""The admin's pages: project, settings, members."""

import re
from typing import Any

import pytest
from django.test import Client

from annotation.models import Membership, Project, Prompt, Task, User
from annotation.people.forms import ProjectEditForm
from annotation.people.projects import project_update
from annotation.prompts.prompts import prompt_create
from annotation.queue.tasks import task_create
from annotation.texts import newlines_plain
from tests.cast import Cast


def sign_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def check_access(client: Client, cast: Cast, url: str, *, member_status: int = 403) -> None:
    """Anonymous people are sent to sign in, outsiders get 404, a labeler gets 403."""
    client.logout()
    answer = client.get(url)
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/sign-in/")
    assert sign_in(client, cast.otto).get(url).status_code == 404
    assert sign_in(client, cast.lena).get(url).status_code == member_status


SETTINGS = {
    "name": "Everyday help",
    "instructions": "Be *kind*.",
    "k_min": "4",
    "k_max": "6",
    "overlap": "2",
    "lease_minutes": "20",
    "prompts_wanted": "30",
    "prompts_per_day": "3",
    "user_stories": "Cook\r\nTravel",
    "ranking_aim": "worst",
    "harm_categories": "Fraud\r\nHate",
    "likert": "on",
    "worst": "awful",
    "best": "superb",
    "flags_label": ["Makes something up", "", "Too long!"],
    "flags_key": ["hallucination", "", ""],
}
RUBRIC: dict[str, Any] = {
    "likert": {"worst": "awful", "best": "superb"},
    "flags": [
        {"key": "hallucination", "label": "Makes something up"},
        {"key": "too_long", "label": "Too long!"},
    ],
}


def test_project_it_works(client: Client, cast: Cast) -> None:
    ask = [{"role": "user", "content": "Write a haiku."}]
    prompt, _ = prompt_create(project=cast.project, messages=ask)
    task_create(project=cast.project, kind=Task.Kind.DEMONSTRATION, prompt=prompt)
    answer = sign_in(client, cast.ada).get("/p/everyday/")
    overview = answer.context["overview"]
    assert (overview.prompts, overview.tasks[0].open, overview.members) == (1, 1, 5)
    assert overview.labelers == 3
    assert "Demonstration" in answer.content.decode()


def test_project_leaves_out_what_an_import_has_not_finished(client: Client, cast: Cast) -> None:
    batch = cast.project.import_batches.create(filename="a.jsonl", state="staging")
    Prompt.objects.create(
        project=cast.project, messages=[{"role": "user", "content": "x"}], batch=batch
    )
    answer = sign_in(client, cast.rosa).get("/p/everyday/")
    assert answer.context["overview"].prompts == 0
    assert "Nothing to work on yet" in answer.content.decode()


def test_project_it_checks_access(client: Client, cast: Cast) -> None:
    check_access(client, cast, "/p/everyday/")


def test_project_new_it_works(client: Client, cast: Cast) -> None:
    sign_in(client, cast.sita)
    assert client.get("/projects/new/").status_code == 200
    answer = client.post("/projects/new/", {**SETTINGS, "slug": ""})
    assert answer.status_code == 302
    project = Project.objects.get(name="Everyday help")
    assert (project.slug, project.k_max, project.rubric) == ("everyday-help", 6, RUBRIC)
    assert project.memberships.get().user == cast.sita


def test_project_new_refuses_a_taken_address(client: Client, cast: Cast) -> None:
    answer = sign_in(client, cast.sita).post("/projects/new/", {**SETTINGS, "slug": "everyday"})
    assert "Another project has this address" in answer.content.decode()
    assert Project.objects.count() == 2


def test_project_new_it_checks_access(client: Client, cast: Cast) -> None:
    url = "/projects/new/"
    assert client.get(url).status_code == 302
    for refused in (cast.lena, cast.rosa):
        assert sign_in(client, refused).get(url).status_code == 403
        assert client.post(url, SETTINGS).status_code == 403
    assert sign_in(client, cast.otto).get(url).status_code == 200  # administers Elsewhere


def test_project_edit_it_works(client: Client, cast: Cast) -> None:
    sign_in(client, cast.ada)
    page = client.get("/p/everyday/settings/").content.decode()
    assert 'value="Fails the instruction"' in page
    assert client.post("/p/everyday/settings/", SETTINGS).status_code == 302
    project = Project.objects.get(slug="everyday")
    assert (project.name, project.overlap, project.rubric) == ("Everyday help", 2, RUBRIC)
    assert (project.instructions_version, project.rubric_version) == (2, 2)
    assert (project.prompts_wanted, project.prompts_per_day, project.prompts_ask) == (30, 3, False)
    assert project.user_stories == "Cook\nTravel"
    assert (project.ranking_aim, project.severity_asked) == ("worst", "never")
    assert project.harm_categories == "Fraud\nHate"


@pytest.mark.parametrize("instructions", ["  Be kind.\n\n- and plain\n", "Made\r\nelsewhere\r\n"])
def test_project_edit_of_nothing_makes_no_version(
    client: Client, cast: Cast, instructions: str
) -> None:
    project = project_update(actor=cast.ada, project=cast.project, instructions=instructions)
    form = ProjectEditForm.initial_of(project)
    for name in ("annotations", "flags"):
        rows = form.pop(name)
        form |= {f"{name}_{part}": [row[part] for row in rows] for part in ("key", "label")}
        form[f"{name}_only"] = [", ".join(row.get("only", [])) for row in rows]
    form["instructions"] = newlines_plain(instructions).replace("\n", "\r\n")  # as browsers do
    del form["rubric"]
    assert sign_in(client, cast.ada).post("/p/everyday/settings/", form).status_code == 302
    after = Project.objects.get(slug="everyday")
    assert after.instructions == instructions
    assert after.instructions_version == project.instructions_version
    assert after.rubric_version == project.rubric_version
    client.post("/p/everyday/settings/", {**form, "instructions": "New\r\nwords"})
    assert Project.objects.get(slug="everyday").instructions == "New\nwords"


def settings_page(client: Client) -> dict[str, Any]:
    """The form as a browser would send it back unchanged."""
    page = client.get("/p/everyday/settings/")
    initial = page.context["form"].initial
    form = {name: value for name, value in initial.items() if value is not False and value != []}
    rows = {name: form.pop(name) for name in ("annotations", "flags")}
    for name, each in rows.items():
        form |= {f"{name}_{part}": [row[part] for row in each] for part in ("key", "label")}
        form[f"{name}_only"] = [", ".join(row.get("only", [])) for row in each]
    form.pop("rubric", None)
    return form | {"base": page.context["base"]}


def test_of_two_admins_neither_undoes_what_the_other_saved(client: Client, cast: Cast) -> None:
    sign_in(client, cast.ada)
    hers, theirs = settings_page(client), settings_page(client)
    saved = client.post("/p/everyday/settings/", theirs | {"daily_cap": "77", "k_min": "5"})
    assert saved.status_code == 302
    later = hers | {"lease_minutes": "12", "flags_label": ["Rude"], "flags_key": ["rude"]}
    assert client.post("/p/everyday/settings/", later).status_code == 302
    project = Project.objects.get(slug="everyday")
    assert (project.daily_cap, project.k_min, project.lease_minutes) == (77, 5, 12)
    assert [flag["key"] for flag in project.rubric["flags"]] == ["rude"]


def test_who_changes_what_another_has_changed_is_told_and_may_insist(
    client: Client, cast: Cast
) -> None:
    sign_in(client, cast.ada)
    hers = settings_page(client)
    project_update(actor=cast.ada, project=cast.project, instructions="Theirs.", daily_cap=77)
    answer = client.post("/p/everyday/settings/", hers | {"instructions": "Hers."})
    page = answer.content.decode()
    assert "Somebody else has changed this meanwhile" in page
    assert "Hers." in page
    project = Project.objects.get(slug="everyday")
    assert (project.instructions, project.instructions_version) == ("Theirs.", 2)
    again = hers | {"instructions": "Hers.", "base": answer.context["base"]}
    assert client.post("/p/everyday/settings/", again).status_code == 302
    project.refresh_from_db()
    assert (project.instructions, project.instructions_version) == ("Hers.", 3)
    assert project.daily_cap == 77


@pytest.mark.parametrize("base", ["", "no JSON", "[]", '{"daily_cap": 7}'])
def test_a_base_that_says_nothing_changes_what_is_sent(
    client: Client, cast: Cast, base: str
) -> None:
    form = settings_page(sign_in(client, cast.ada)) | {"daily_cap": "3", "base": base}
    assert client.post("/p/everyday/settings/", form).status_code == 302
    assert Project.objects.get(slug="everyday").daily_cap == 3


def test_project_edit_of_the_queue(client: Client, cast: Cast) -> None:
    sign_in(client, cast.ada)
    queue = {
        "agreement_wanted": "70",
        "overlap_most": "4",
        "queue_order": "breadth",
        "gold_every": "10",
        "daily_cap": "40",
        "max_open_leases": "7",
        "revise_minutes": "0",
        "sensitive_label": ["Violence", "Medical detail", ""],
        "sensitive_key": ["violence", "", ""],
    }
    assert client.post("/p/everyday/settings/", {**SETTINGS, **queue}).status_code == 302
    project = Project.objects.get(slug="everyday")
    assert (project.agreement_wanted, project.overlap_most) == (70, 4)
    assert (project.revise_minutes, project.max_open_leases) == (0, 7)
    assert (project.queue_order, project.gold_every, project.daily_cap) == ("breadth", 10, 40)
    assert [each["key"] for each in project.sensitive] == ["violence", "medical_detail"]
    page = client.get("/p/everyday/settings/").content.decode()
    for shown in (
        'value="70"',
        'value="breadth" selected',
        "Medical detail",
        "Add a category",
        "Add an annotation",
    ):
        assert shown in page
    assert client.post("/p/everyday/settings/", SETTINGS).status_code == 302
    project.refresh_from_db()
    assert (project.agreement_wanted, project.queue_order) == (70, "breadth")  # empty ones stay
    assert len(project.sensitive) == 2
    client.post("/p/everyday/settings/", {**SETTINGS, "sensitive_label": [""]})
    project.refresh_from_db()
    assert project.sensitive == []


def test_project_edit_without_a_grade(client: Client, cast: Cast) -> None:
    data = {key: value for key, value in SETTINGS.items() if key != "likert"}
    sign_in(client, cast.ada).post("/p/everyday/settings/", {**data, "worst": "", "best": ""})
    assert Project.objects.get(slug="everyday").rubric == {**RUBRIC, "likert": None}


def test_project_edit_of_what_is_asked_under_a_condition(client: Client, cast: Cast) -> None:
    more = {
        "annotations_label": ["Closed domain", "Ambiguous", ""],
        "annotations_key": ["closed", "", ""],
        "flags_only": ["closed , ambiguous", "", ""],
        "likert_required": "on",
        "strength": "required",
    }
    sign_in(client, cast.ada)
    assert client.post("/p/everyday/settings/", {**SETTINGS, **more}).status_code == 302
    made_up, too_long = RUBRIC["flags"]
    assert Project.objects.get(slug="everyday").rubric == {
        "likert": {"worst": "awful", "best": "superb", "required": True},
        "flags": [{**made_up, "only": ["closed", "ambiguous"]}, too_long],
        "annotations": [
            {"key": "closed", "label": "Closed domain"},
            {"key": "ambiguous", "label": "Ambiguous"},
        ],
        "strength": "required",
    }
    page = client.get("/p/everyday/settings/").content.decode()
    assert 'value="closed, ambiguous"' in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"k_min": "7", "k_max": "5"}, "Must not be less than the fewest"),
        ({"k_max": "12"}, "less than or equal to 9"),
        ({"best": ""}, "Say what this end of the scale means"),
        ({"flags_label": ["A b", "a B"], "flags_key": ["", ""]}, "belongs to more than one flag"),
        ({"flags_label": ["100 %"], "flags_key": [""]}, "begins with a letter"),
        ({"flags_only": ["closed"]}, "waits for closed, which is no key above"),
    ],
)
def test_project_edit_says_what_is_wrong(
    client: Client, cast: Cast, change: dict[str, object], words: str
) -> None:
    answer = sign_in(client, cast.ada).post("/p/everyday/settings/", {**SETTINGS, **change})
    assert words in answer.content.decode()
    assert Project.objects.get(slug="everyday").name == "Everyday"


def test_project_edit_it_checks_access(client: Client, cast: Cast) -> None:
    check_access(client, cast, "/p/everyday/settings/")
    assert sign_in(client, cast.rosa).post("/p/everyday/settings/", SETTINGS).status_code == 403
    assert Project.objects.get(slug="everyday").name == "Everyday"


def test_markdown_preview_it_works(client: Client, cast: Cast) -> None:
    text = "Be *kind*. <script>alert(1)</script>"
    answer = sign_in(client, cast.ada).post("/projects/preview/", {"instructions": text})
    page = answer.content.decode()
    assert "<em>kind</em>" in page
    assert "<script" not in page


def test_markdown_preview_it_checks_access(client: Client, cast: Cast) -> None:
    assert client.post("/projects/preview/", {}).status_code == 302
    assert sign_in(client, cast.ada).get("/projects/preview/").status_code == 405


def test_members_it_works(client: Client, cast: Cast) -> None:
    page = sign_in(client, cast.ada).get("/p/everyday/members/").content.decode()
    assert "lena" in page
    assert "Held out" in page
    assert "otto" not in page


def test_members_it_checks_access(client: Client, cast: Cast) -> None:
    check_access(client, cast, "/p/everyday/members/")
    assert sign_in(client, cast.rosa).get("/p/everyday/members/").status_code == 403


NEW = {"username": "nora", "roles": ["labeler"], "state": "active", "password": "steel anchor 12"}


def test_a_first_password_is_kept_as_typed(client: Client, cast: Cast) -> None:
    password = "  steel anchor 12  "
    sign_in(client, cast.ada).post("/p/everyday/members/new/", {**NEW, "password": password})
    assert User.objects.get(username="nora").check_password(password)


def test_member_new_makes_an_account(client: Client, cast: Cast) -> None:
    sign_in(client, cast.ada)
    assert client.get("/p/everyday/members/new/").status_code == 200
    data = {**NEW, "roles": ["labeler", "reviewer"], "heldout": "on"}
    assert client.post("/p/everyday/members/new/", data).status_code == 302
    member = Membership.objects.get(project=cast.project, user__username="nora")
    assert member.heldout
    assert {row.role for row in member.roles.all()} == {"labeler", "reviewer"}
    assert member.user.check_password("steel anchor 12")


def test_member_new_adds_an_account_that_exists(client: Client, cast: Cast) -> None:
    data = {**NEW, "username": "otto", "password": ""}
    assert sign_in(client, cast.ada).post("/p/everyday/members/new/", data).status_code == 302
    assert Membership.objects.filter(project=cast.project, user=cast.otto).exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": ""}, "Nobody is called “nora”"),
        ({"username": "otto"}, "leave the password empty"),
        ({"username": "lena", "password": ""}, "is a member already"),
        ({"password": "1234"}, "too short"),
        ({"roles": []}, "This field is required"),
    ],
)
def test_member_new_says_what_is_wrong(
    client: Client, cast: Cast, change: dict[str, object], words: str
) -> None:
    data = {**NEW, **change}
    answer = sign_in(client, cast.ada).post("/p/everyday/members/new/", data)
    assert words in answer.content.decode()
    assert User.objects.count() == 7
    assert cast.project.memberships.count() == 5
    assert cast.otto.check_password("correct horse battery")


def test_member_new_it_checks_access(client: Client, cast: Cast) -> None:
    check_access(client, cast, "/p/everyday/members/new/")
    assert client.post("/p/everyday/members/new/", NEW).status_code == 403
    assert not User.objects.filter(username="nora").exists()


def test_member_edit_it_works(client: Client, cast: Cast) -> None:
    member = cast.project.memberships.get(user=cast.lena)
    url = f"/p/everyday/members/{member.pk}/"
    assert "checked" in sign_in(client, cast.ada).get(url).content.decode()
    client.post(url, {"roles": ["reviewer"], "state": "suspended"})
    member.refresh_from_db()
    assert (member.state, [row.role for row in member.roles.all()]) == ("suspended", ["reviewer"])


def test_member_edit_keeps_the_last_admin(client: Client, cast: Cast) -> None:
    member = cast.project.memberships.get(user=cast.ada)
    url = f"/p/everyday/members/{member.pk}/"
    answer = sign_in(client, cast.ada).post(url, {"roles": ["labeler"], "state": "active"})
    assert "at least one active admin" in answer.content.decode()
    assert [row.role for row in member.roles.all()] == ["admin"]


def test_member_edit_it_checks_access(client: Client, cast: Cast) -> None:
    lena = cast.project.memberships.get(user=cast.lena)
    check_access(client, cast, f"/p/everyday/members/{lena.pk}/")
    otto = cast.other.memberships.get(user=cast.otto)
    url = f"/p/everyday/members/{otto.pk}/"
    assert sign_in(client, cast.ada).get(url).status_code == 404  # of another project


def test_work_settings_it_works(client: Client, cast: Cast) -> None:
    url = "/p/everyday/work/settings/"
    page = sign_in(client, cast.lena).get(url).content.decode()
    assert "Self-harm" in page
    assert url in client.get("/p/everyday/work/").content.decode()
    data = {"languages": "de, en-GB", "declined": ["violence"]}
    assert client.post(url, data)["Location"] == "/p/everyday/work/"
    member = cast.project.memberships.get(user=cast.lena)
    assert (member.languages, member.declined) == (["de", "en"], ["violence"])
    assert 'value="violence" id="id_declined_1" checked' in re.sub(
        r"\s+", " ", client.get(url).content.decode()
    )
    assert "such as en" in client.post(url, {"languages": "Deutsch"}).content.decode()
    cast.project.sensitive = []
    cast.project.save()
    assert "Never give me" not in client.get(url).content.decode()


def test_work_settings_it_checks_access(client: Client, cast: Cast) -> None:
    url = "/p/everyday/work/settings/"
    check_access(client, cast, url, member_status=200)
    for person in (cast.ada, cast.rosa):
        assert sign_in(client, person).get(url).status_code == 403
    page = sign_in(client, cast.sita).get(url, follow=True)  # the site admin is no member
    assert "Only members have settings" in page.content.decode()


def test_member_edit_of_languages_and_skills(client: Client, cast: Cast) -> None:
    member = cast.project.memberships.get(user=cast.lena)
    url = f"/p/everyday/members/{member.pk}/"
    data = {"roles": ["labeler"], "state": "active", "languages": "pt", "skills": "law, sql"}
    assert sign_in(client, cast.ada).post(url, data).status_code == 302
    member.refresh_from_db()
    assert (member.languages, member.skills) == (["pt"], ["law", "sql"])
    assert 'value="law, sql"' in client.get(url).content.decode()
    assert "pt · law, sql" in client.get("/p/everyday/members/").content.decode()
