"""The page on which admins list and mark prompts."""

import re

import pytest
from django.test import Client

from annotation.models import Prompt, User
from annotation.prompts.marks import marks_read
from tests.annotation.work import demonstration_task, prompt_make
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]

HERE = "/p/everyday/prompts/"


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_a_long_prompt_is_cut_with_a_sign_of_it(cast: Cast) -> None:
    prompt_make(cast.project, "word " * 20 + "end.")
    prompt_make(cast.project, "word " * 200)
    page = client_of(cast.ada).get(HERE).content.decode()
    assert "word end." in page
    assert "word …</div>" in page or "word…</div>" in page


def test_a_prompt_is_marked_and_its_tasks_with_it(cast: Cast) -> None:
    task = demonstration_task(cast.project)
    client = client_of(cast.ada)
    assert f"{HERE}{task.prompt_id}/" in client.get(HERE).content.decode()
    said = {"language": "pt-BR", "skills": "Law, sql", "sensitive": ["violence"]}
    page = client.post(f"{HERE}{task.prompt_id}/", said, follow=True).content.decode()
    assert "its tasks with it" in page
    assert "pt · law · sql · Violence" in page
    prompt = Prompt.objects.get()
    assert (prompt.language, prompt.skills, prompt.sensitive) == (
        "pt",
        ["law", "sql"],
        ["violence"],
    )
    task.refresh_from_db()
    assert (task.route.language, task.route.tags) == ("pt", ["law", "sql"])
    page = client.get(f"{HERE}{prompt.pk}/").content.decode()
    assert 'value="law, sql"' in page
    assert page.count(" checked") == 1
    client.post(f"{HERE}{prompt.pk}/", {"language": ""})
    prompt.refresh_from_db()
    assert (prompt.language, prompt.skills, prompt.sensitive) == ("", [], [])


def test_what_is_no_tag_is_told_beside_its_field(cast: Cast) -> None:
    prompt = prompt_make(cast.project, marks=marks_read(sensitive=["of_old"]))
    client = client_of(cast.ada)
    page = client.post(f"{HERE}{prompt.pk}/", {"language": "?", "skills": "a b"}).content.decode()
    assert "A language is a tag" in page
    assert 'value="a b"' in page
    assert 'value="of_old"' in page  # a category that the project has no more stays to be kept
    prompt.refresh_from_db()
    assert prompt.sensitive == ["of_old"]


def test_other_projects_prompts_and_other_peoples_eyes(cast: Cast) -> None:
    other = prompt_make(cast.other)
    mine = prompt_make(cast.project)
    assert client_of(cast.ada).get(f"{HERE}{other.pk}/").status_code == 404
    assert client_of(cast.rosa).get(f"{HERE}{mine.pk}/").status_code == 403
    Prompt.objects.filter(pk=other.pk).delete()
    assert b"No prompts yet" in client_of(cast.otto).get("/p/elsewhere/prompts/").content


def said_in(page: str) -> list[str]:
    """The prompts of a list, as they are shown."""
    return re.findall(r'class="clamp"[^>]*>([^<]*)</div>', page)


def test_a_list_is_narrowed_by_words_and_by_what_a_prompt_is(cast: Cast) -> None:
    prompt_make(
        cast.project, "Übersetze den Satz.", use_case="rewrite", marks=marks_read(language="de")
    )
    prompt_make(cast.project, "Is 50% of it enough?", source="customer")
    prompt_make(
        cast.project, "Name a poison.", marks=marks_read(skills="law", sensitive=["self_harm"])
    )
    prompt_make(cast.other, "Name an elsewhere.")
    client = client_of(cast.ada)
    found = {
        "": ["Name a poison.", "Is 50% of it enough?", "Übersetze den Satz."],
        "words=NAME": ["Name a poison."],
        "words=satz+%C3%9Cbersetze": ["Übersetze den Satz."],
        "words=0%25": ["Is 50% of it enough?"],
        "words=content": [],  # a name of the stored form, not a word of anybody
        "use_case=rewrite": ["Übersetze den Satz."],
        "source=customer": ["Is 50% of it enough?"],
        "split=train&source=generated": [],
        "marked=language:de": ["Übersetze den Satz."],
        "marked=skills:law": ["Name a poison."],
        "marked=sensitive:self_harm": ["Name a poison."],
        "marked=sensitive:self_harm&words=satz": [],
    }
    pages = {query: client.get(f"{HERE}?{query}").content.decode() for query in found}
    assert {query: said_in(page) for query, page in pages.items()} == found
    assert "No such prompt" in pages["words=content"]


def test_a_choice_that_there_is_not_is_told_and_narrows_nothing(cast: Cast) -> None:
    prompt_make(cast.project, "One.")
    page = client_of(cast.ada).get(f"{HERE}?split=x&words=%00&marked=skills:law").content.decode()
    assert said_in(page) == ["One."]
    assert page.count('class="errorlist"') == 3


def test_categories_have_their_names(cast: Cast) -> None:
    prompt_make(cast.project, marks=marks_read(sensitive=["self_harm", "of_old"]))
    page = client_of(cast.ada).get(HERE).content.decode()
    assert '<td class="muted">of_old · Self-harm</td>' in page
    assert '<option value="sensitive:self_harm">Self-harm</option>' in page
    assert "language:" not in page  # offered is only what some prompt has


def test_pages_and_marks_keep_what_the_list_is_narrowed_to(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotation.pool.prompt_views.PER_PAGE", 1)
    first, _other, last = (
        prompt_make(cast.project, text) for text in ("A cat", "A dog", "Two cat")
    )
    client = client_of(cast.ada)
    page = client.get(f"{HERE}?words=cat").content.decode()
    assert f'href="{HERE}{last.pk}/?words=cat"' in page
    earlier = f"words=cat&before={last.pk}"
    assert f'href="?{earlier.replace("&", "&amp;")}"' in page
    page = client.get(f"{HERE}?{earlier}").content.decode()
    assert said_in(page) == ["A cat"]
    assert f'href="?words=cat&amp;after={first.pk}"' in page
    later = client.get(f"{HERE}?words=cat&after={first.pk}").content.decode()
    assert said_in(later) == ["Two cat"]
    answer = client.post(f"{HERE}{first.pk}/?{earlier}", {"language": "en"})
    assert answer.headers["location"] == f"{HERE}?{earlier}"


def test_more_than_are_counted_are_told(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotation.pool.selecting.MOST_COUNTED", 2)
    for _ in range(3):
        prompt_make(cast.project)
    page = client_of(cast.ada).get(HERE).content.decode()
    assert "more than 2" in page
    assert "Change all found" in page
