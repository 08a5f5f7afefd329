"""Finding a project's prompts: by words in them, by where they come from, by their marks."""

from typing import Any

from django.db import connection
from django.db.models import Func, Lookup, QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast
from django.db.models.sql.compiler import SQLCompiler

from annotation.people.models import Project
from annotation.prompts.models import Prompt
from annotation.prompts.search_index import FEWEST

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


class Indexed(Func):
    """As Said, by the name that PostgreSQL's index knows it by."""

    function = "prompt_said"
    output_field = TextField()


@TextField.register_lookup
class Ilike(Lookup):
    """PostgreSQL's own ILIKE, which its index answers; Django's icontains compares capitals."""

    lookup_name = "ilike"

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} ILIKE {right}", (*left_params, *right_params)


def prompts_saying(prompts: Prompts, words: str) -> Prompts:
    """Those in whose conversation each of the words stands, in any order and case.

    Words of less than three letters are in no index: what the others leave is read for them.
    """
    indexed = [word for word in words.split() if len(word) >= FEWEST]
    if indexed and connection.vendor == "postgresql":
        prompts = prompts.alias(indexed=Indexed("messages"))
        for word in indexed:
            prompts = prompts.filter(indexed__ilike=f"%{escaped(word)}%")
    elif indexed:
        query = " ".join('"{}"'.format(word.replace('"', '""')) for word in indexed)
        matching = RawSQL("SELECT rowid FROM prompts_said WHERE prompts_said MATCH %s", [query])
        prompts = prompts.filter(pk__in=matching)
    for word in words.split():
        if len(word) < FEWEST:
            prompts = prompts.alias(said=Said("messages")).filter(said__icontains=word)
    return prompts


def escaped(word: str) -> str:
    """A word as LIKE takes it for itself."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def prompts_with(prompts: Prompts, project: Project, **columns: str) -> Prompts:
    """Those of the project whose columns, all of one index, say this.

    SQLite goes by the order that is wanted: it would read every prompt, from the latest on, until
    it has found enough of what few say. There the index is asked by itself, which reads none.
    """
    if connection.vendor != "sqlite":
        return prompts.filter(project=project, **columns)
    return prompts.filter(pk__in=Prompt.objects.filter(project=project, **columns).values("pk"))


def prompts_marked(prompts: Prompts, project: Project, kind: str, tag: str) -> Prompts:
    """Those of the project that have `tag` as their language, or among their skills or sensitive
    categories."""
    if kind == "language":
        return prompts_with(prompts, project, language=tag)
    # A tag holds no quotes, so that what the list is written as holds it once and whole. Asked by
    # itself: an index holds all marks, so that no prompt is read for a tag that few have.
    tagged = Prompt.objects.filter(project=project).alias(tags=Cast(kind, TextField()))
    return prompts.filter(pk__in=tagged.filter(tags__contains=f'"{tag}"').values("pk"))


def first_marked(project: Project) -> RawSQL:
    """The first prompt of every combination of marks, found from each to the next along their
    index; PostgreSQL's DISTINCT reads all prompts instead."""
    return RawSQL(
        """
        WITH RECURSIVE firsts(id) AS (
          (SELECT id FROM prompts_prompt WHERE project_id = %s
           ORDER BY language, skills, sensitive LIMIT 1)
          UNION ALL
          SELECT (SELECT later.id FROM prompts_prompt AS later
                  WHERE later.project_id = met.project_id
                    AND (later.language, later.skills, later.sensitive)
                      > (met.language, met.skills, met.sensitive)
                  ORDER BY later.language, later.skills, later.sensitive LIMIT 1)
          FROM firsts JOIN prompts_prompt AS met ON met.id = firsts.id
        )
        SELECT id FROM firsts
        """,
        [project.pk],
    )


def marks_within(project: Project) -> dict[str, list[str]]:
    """The languages, skills and categories that any of the project's prompts is marked as."""
    languages, skills, sensitive = set[str](), set[str](), set[str]()
    prompts = Prompt.objects.filter(project=project)
    if connection.vendor == "postgresql":
        prompts = prompts.filter(pk__in=first_marked(project))
    for language, *tags in prompts.values_list("language", "skills", "sensitive").distinct():
        languages.update({language} - {""})
        skills.update(tags[0])
        sensitive.update(tags[1])
    return {
        "language": sorted(languages),
        "skills": sorted(skills),
        "sensitive": sorted(sensitive),
    }
