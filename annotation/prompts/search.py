"""Finding a project's prompts: by words in them, by where they come from, by their marks."""

from typing import Any

from django.db.models import Func, QuerySet, TextField
from django.db.models.functions import Cast
from django.db.models.sql.compiler import SQLCompiler

from annotation.prompts.models import Prompt

Prompts = QuerySet[Prompt]


class Said(Func):
    """What all messages of a conversation say, as one text."""

    template = (
        "(SELECT group_concat(json_extract(value, '$.content'), char(10))"
        " FROM json_each(%(expressions)s))"
    )
    output_field = TextField()

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Any:
        template = (
            "(SELECT string_agg(message ->> 'content', chr(10))"
            " FROM jsonb_array_elements(%(expressions)s) AS message)"
        )
        return self.as_sql(compiler, connection, template=template, **context)


def prompts_saying(prompts: Prompts, words: str) -> Prompts:
    """Those in whose conversation each of the words stands, in any order and case."""
    for word in words.split():
        prompts = prompts.alias(said=Said("messages")).filter(said__icontains=word)
    return prompts


def prompts_marked(prompts: Prompts, kind: str, tag: str) -> Prompts:
    """Those that have `tag` as their language, or among their skills or sensitive categories."""
    if kind == "language":
        return prompts.filter(language=tag)
    # A tag holds no quotes, so that what the list is written as holds it once and whole.
    return prompts.alias(tags=Cast(kind, TextField())).filter(tags__contains=f'"{tag}"')


def marks_within(prompts: Prompts) -> dict[str, list[str]]:
    """The languages, skills and categories that any of the prompts is marked as."""
    languages, skills, sensitive = set[str](), set[str](), set[str]()
    rows = prompts.order_by().values_list("language", "skills", "sensitive").distinct()
    for language, *tags in rows:
        languages.update({language} - {""})
        skills.update(tags[0])
        sensitive.update(tags[1])
    return {
        "language": sorted(languages),
        "skills": sorted(skills),
        "sensitive": sorted(sensitive),
    }
