"""Finding prompts by what is said in them and by their marks."""

import pytest

from annotation.models import Prompt
from annotation.prompts.marks import marks_read
from annotation.prompts.prompts import prompt_create
from annotation.prompts.search import marks_within, prompts_marked, prompts_saying
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
        assert list(prompts_marked(prompts, kind, tag)) == [law]
    assert marks_within(prompts) == {
        "language": ["de"],
        "skills": ["law", "selfxharm", "tax-law"],
        "sensitive": ["law", "self_harm"],
    }
