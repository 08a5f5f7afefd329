"""Finding prompts by what is said in them and by their marks."""

import pytest

from annotation.models import Prompt
from annotation.prompts.marks import marks_read
from annotation.prompts.prompts import prompt_create
from annotation.prompts.search import marks_within, prompts_marked, prompts_saying, prompts_with
from tests.annotation.work import prompt_make
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def test_words_are_sought_in_every_message_and_nowhere_else(cast: Cast) -> None:
    talk, _ = prompt_create(
        project=cast.project,
        messages=[
            {"role": "system", "content": "Be “brief”."},
            {"role": "user", "content": 'Say "ä\\n" 100%.\nNow!'},
        ],
    )
    prompts = Prompt.objects.all()
    for words in ("brief now", "BRIEF", "“brief”", '"ä\\n"', "100%.", "  "):
        assert list(prompts_saying(prompts, words)) == [talk], words
    for words in ("brief later", "role", "system", "content", "1_0", "u00e4"):
        assert not prompts_saying(prompts, words), words


def test_a_mark_is_one_tag_of_its_kind(cast: Cast) -> None:
    law = prompt_make(
        cast.project, marks=marks_read(language="de", skills="law", sensitive=["self_harm"])
    )
    prompt_make(cast.project, marks=marks_read(skills="tax-law, selfxharm", sensitive=["law"]))
    prompt_make(cast.project)
    prompts = Prompt.objects.order_by("-pk")
    for kind, tag in (("language", "de"), ("skills", "law"), ("sensitive", "self_harm")):
        assert list(prompts_marked(prompts, cast.project, kind, tag)) == [law]
        assert not prompts_marked(prompts, cast.other, kind, tag)
    assert marks_within(cast.project) == {
        "language": ["de"],
        "skills": ["law", "selfxharm", "tax-law"],
        "sensitive": ["law", "self_harm"],
    }


def test_marks_are_those_of_the_project_each_once(cast: Cast) -> None:
    assert marks_within(cast.project) == {"language": [], "skills": [], "sensitive": []}
    for language, skills in (("de", ""), ("is", "law"), ("", "law, tax"), ("is", "law"), ("", "")):
        prompt_make(cast.project, marks=marks_read(language=language, skills=skills))
    prompt_make(cast.other, marks=marks_read(language="en", skills="art", sensitive=["war"]))
    assert marks_within(cast.project) == {
        "language": ["de", "is"],
        "skills": ["law", "tax"],
        "sensitive": [],
    }
    assert marks_within(cast.other)["skills"] == ["art"]


def test_columns_narrow_within_the_project(cast: Cast) -> None:
    made = [prompt_make(project) for project in (cast.project, cast.project, cast.other)]
    Prompt.objects.filter(pk__in=[made[1].pk, made[2].pk]).update(use_case="chat", split="test")
    prompts = Prompt.objects.order_by("-pk")
    assert list(prompts_with(prompts, cast.project, use_case="chat", split="test")) == [made[1]]
    assert not prompts_with(prompts, cast.project, use_case="chat", split="valid")
