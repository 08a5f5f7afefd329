"""The index of what prompts say follows the prompts."""

import pytest
from django.core.management import call_command
from django.db import connection

from annotation.models import Prompt
from annotation.prompts.search import prompts_saying
from annotation.prompts.search_index import SQLITE_TRIGGERS
from tests.annotation.work import prompt_make
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def found(words: str) -> list[str]:
    return [prompt.messages[0]["content"] for prompt in prompts_saying(Prompt.objects.all(), words)]


def test_prompts_come_into_it_and_go(cast: Cast) -> None:
    prompt_make(cast.project, "Name a lake in Österreich.")
    rows = [
        Prompt(
            project=cast.project, messages=[{"role": "user", "content": text}], content_hash=text
        )
        for text in ("A teapot.", "你好，请帮我写一封信")
    ]
    Prompt.objects.bulk_create(rows)
    assert found("eapo") == ["A teapot."]
    assert found("帮我写") == ["你好，请帮我写一封信"]
    assert found("帮我") == ["你好，请帮我写一封信"]
    assert found("sterr AKE") == ["Name a lake in Österreich."]
    for odd in ('"', "' OR 1", "NEAR(", "lake*", "%_%", "\\", "a^b", "lake AND teapot"):
        assert found(odd) == [], odd
    Prompt.objects.filter(content_hash="A teapot.").delete()
    assert found("teapot") == []
    prompt_make(cast.project, "Another teapot.")
    assert found("teapot") == ["Another teapot."]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has triggers")
def test_a_rebuilt_table_gets_its_triggers_back(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER prompts_said_insert")
    call_command("migrate", verbosity=0)
    prompt_make(cast.project, "A teapot.")
    assert found("teapot") == ["A teapot."]
    assert len(SQLITE_TRIGGERS) == 2
