"""The index of what prompts say: by three letters in a row, so that any part of a word is found, in
any language.

SQLite keeps it in a table of its own (FTS5, which holds no text again), written by triggers in the
transaction that writes the prompt; PostgreSQL in an index over what the messages say (pg_trgm).
"""

from typing import Any

FEWEST = 3
"""Letters. Shorter words are in no index."""

# The statements are put together of constants alone.
# ruff: noqa: S608
SAID = "(SELECT group_concat(json_extract(value, '$.content'), char(10)) FROM json_each({}))"

SQLITE_TABLE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS prompts_said "
    "USING fts5(said, content='', tokenize='trigram')"
)
SQLITE_TRIGGERS = (
    "CREATE TRIGGER IF NOT EXISTS prompts_said_insert AFTER INSERT ON prompts_prompt BEGIN "
    "INSERT INTO prompts_said(rowid, said) "
    f"VALUES (new.id, {SAID.format('new.messages')}); END",
    "CREATE TRIGGER IF NOT EXISTS prompts_said_delete AFTER DELETE ON prompts_prompt BEGIN "
    "INSERT INTO prompts_said(prompts_said, rowid, said) "
    f"VALUES ('delete', old.id, {SAID.format('old.messages')}); END",
)
SQLITE_FILL = (
    f"INSERT INTO prompts_said(rowid, said) SELECT id, {SAID.format('messages')} "
    "FROM prompts_prompt"
)
POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE OR REPLACE FUNCTION prompt_said(messages jsonb) RETURNS text "
    "LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$ "
    "SELECT string_agg(message ->> 'content', chr(10)) "
    "FROM jsonb_array_elements(messages) AS message $$",
    "CREATE INDEX IF NOT EXISTS prompts_said "
    "ON prompts_prompt USING gin (prompt_said(messages) gin_trgm_ops)",
)


def index_create(_apps: Any, schema_editor: Any) -> None:
    """Make the index and fill it from the prompts that there are: a step of a migration."""
    if schema_editor.connection.vendor == "sqlite":
        for statement in (SQLITE_TABLE, *SQLITE_TRIGGERS, SQLITE_FILL):
            schema_editor.execute(statement)
    elif schema_editor.connection.vendor == "postgresql":
        for statement in POSTGRESQL:
            schema_editor.execute(statement)


def index_drop(_apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER IF EXISTS prompts_said_insert")
        schema_editor.execute("DROP TRIGGER IF EXISTS prompts_said_delete")
        schema_editor.execute("DROP TABLE IF EXISTS prompts_said")
    elif schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS prompts_said")
        schema_editor.execute("DROP FUNCTION IF EXISTS prompt_said")


def triggers_restore(**signal: Any) -> None:
    """After a migration: on SQLite Django rebuilds a table to change it, and its triggers go."""
    from django.db import connections  # noqa: PLC0415

    connection = connections[signal["using"]]
    if connection.vendor != "sqlite":
        return
    tables = connection.introspection.table_names()
    if "prompts_said" in tables and "prompts_prompt" in tables:
        with connection.cursor() as cursor:
            for statement in SQLITE_TRIGGERS:
                cursor.execute(statement)
