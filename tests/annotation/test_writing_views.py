"""The pages on which labelers write prompts."""

import pytest

from annotation.models import Demonstration, Prompt, Writing, WritingDraft

pytestmark = pytest.mark.django_db

HERE = "/p/everyday/write/plain/"
POSTED = {"use_case": "chat", "text": "One\r\ntwo", "answer": "Never posted."}


@pytest.fixture
def lena(client, cast):
    cast.project.prompts_wanted = 5
    cast.project.user_stories = "Cook\nTravel"
    cast.project.save()
    client.force_login(cast.lena)
    return client


def words(answer):
    return answer.content.decode()


def test_the_way_there_is_shown_while_prompts_are_wanted(lena, cast):
    assert "5 wanted" in words(lena.get("/p/everyday/work/"))
    cast.project.prompts_wanted = 0
    cast.project.save()
    page = words(lena.get("/p/everyday/work/"))
    assert "Write" not in page
    assert "No more prompts are wanted" in words(lena.get(HERE))


def test_a_prompt_is_handed_in(lena):
    answer = lena.post(HERE, POSTED)
    assert (answer.status_code, answer["Location"]) == (302, HERE)
    assert Prompt.objects.get().messages[0]["content"] == "One\ntwo"
    assert not Demonstration.objects.exists()
    page = words(lena.get(HERE))
    assert "Your prompt is in." in page
    assert "1 written today" in page
    assert "4 of 5 prompts" in page


def test_a_few_shot_group_is_handed_in_without_its_blank_rows(lena):
    posted = {
        "use_case": "other",
        "instruction": "Add.",
        "query": ["1+1", "", "2+2"],
        "response": ["2", " ", "4"],
    }
    assert lena.post("/p/everyday/write/few_shot/", posted).status_code == 302
    assert Demonstration.objects.count() == 2


def test_what_is_refused_comes_back(lena):
    answer = lena.post(HERE, {**POSTED, "use_case": "", "with_answer": "on"})
    assert answer.status_code == 422
    page = words(answer)
    assert "Choose a use case." in page
    assert "One\ntwo" in page
    assert "Never posted." in page
    assert " checked" in page


def test_a_draft_is_kept_and_shown(lena):
    body = {"draft": {"text": "Half <b>", "pairs": 3}, "base": 0, "writer": "w"}
    url = f"{HERE}draft/"
    assert lena.post(url, body, content_type="application/json").status_code == 204
    assert lena.post(f"{HERE}beat/", {"active_seconds": "5"}).status_code == 204
    assert "Half &lt;b&gt;" in words(lena.get(HERE))
    assert WritingDraft.objects.get().active_seconds == 5
    stale = {**body, "writer": "other"}
    assert lena.post(url, stale, content_type="application/json").status_code == 412
    assert lena.post(url, "{", content_type="application/json").status_code == 400
    wild = {"draft": {"text": [1], "pairs": [{"query": 1}, None], "story": {}, "answer": None}}
    for kind in ("plain", "few_shot", "user_based"):
        url = f"/p/everyday/write/{kind}/"
        assert lena.post(f"{url}draft/", wild, content_type="application/json").status_code == 204
        assert lena.get(url).status_code == 200


def test_the_preview_shows_what_is_read(lena):
    posted = {"instruction": "Add.", "query": ["1+1", "2+2"], "response": ["2", "<i>4"]}
    page = words(lena.post("/p/everyday/write/few_shot/preview/", posted))
    assert "Prompt 2 of 2" in page
    assert "&lt;i&gt;4" in page
    page = words(lena.post(f"{HERE}preview/", {"text": "*Hi*", "with_answer": "1", "answer": "Ho"}))
    assert "<em>Hi</em>" in page
    assert "Ho" in page
    assert "What you write shows here" in words(lena.post(f"{HERE}preview/", {}))


def test_a_story_goes_on_with_its_draft_or_another_is_taken(lena):
    url = "/p/everyday/write/user_based/"
    first = lena.get(url).context["story"]
    [other] = {"Cook", "Travel"} - {first}
    assert lena.get(f"{url}?story=1").context["story"] == other
    body = {"draft": {"story": other}}
    lena.post(f"{url}draft/", body, content_type="application/json")
    page = lena.get(url)
    assert (page.context["story"], page.context["next_story"]) == (other, 0)
    assert lena.get(f"{url}?story=x").context["story"] == other
    lena.post(url, {"use_case": "chat", "text": "Soup?", "story": other, "draft_revision": 0})
    assert Writing.objects.get().story == other
    assert lena.get(url).context["story"] == first


def test_what_one_has_written_is_listed_and_withdrawn(lena, cast, client):
    lena.post(HERE, POSTED)
    writing = Writing.objects.get()
    page = words(lena.get("/p/everyday/written/"))
    asked = page.split('<details class="plain">')[1]  # asked first, without scripts too
    assert str(writing.public_id) not in page.split("<details")[0]
    assert str(writing.public_id) in asked.split("</details>")[0]
    client.force_login(cast.luis)
    assert str(writing.public_id) not in words(client.get("/p/everyday/written/"))
    url = "/p/everyday/written/withdraw/"
    assert client.post(url, {"writing": writing.public_id}).status_code == 404
    client.force_login(cast.lena)
    assert client.post(url, {"writing": "x"}).status_code == 404
    answer = client.post(url, {"writing": writing.public_id}, follow=True)
    assert "Withdrawn." in words(answer)
    assert not Prompt.objects.exists()


def test_it_checks_access(client, cast):
    for person, status in ((cast.otto, 404), (cast.ada, 403)):
        client.force_login(person)
        for url in (HERE, f"{HERE}preview/", "/p/everyday/written/"):
            assert client.post(url).status_code == status
    client.force_login(cast.lena)
    for kind in ("x", "user_based"):  # no such kind; not without stories
        assert client.get(f"/p/everyday/write/{kind}/").status_code == 404


def test_the_admin_opens_it_and_sees_the_counts(lena, client, cast):
    lena.post(HERE, POSTED)
    client.force_login(cast.ada)
    page = words(client.get("/p/everyday/"))
    assert "Prompts that labelers wrote" in page
    assert "Chat 1" in page
    assert 'name="prompts_wanted"' in words(client.get("/p/everyday/settings/"))


def test_what_the_server_has_is_told_to_its_writer_only(cast, lena, enter):
    lena.post(
        "/p/everyday/write/plain/draft/",
        {"draft": {"text": "Half a prompt"}},
        content_type="application/json",
    )
    prefix = lena.get("/p/everyday/write/plain/").context["kept"]
    assert prefix == f"plumbline:writing:everyday:{cast.lena.public_id}:plain:"
    own = {"kept": prefix, "draft": {"text": "Half a prompt"}}
    assert lena.post("/write/kept/").json() == {"drafts": [own]}
    assert enter(cast.otto).post("/write/kept/").json() == {"drafts": []}
    cast.project.memberships.update(state="suspended")
    assert lena.post("/write/kept/").json() == {"drafts": []}
    assert lena.get("/write/kept/").status_code == 405
