"""Statements that are compiled once.

Django builds a query and compiles it to SQL anew each time it is run. In a request that runs twenty
small ones this is most of its time, so what every claim and every hand-in asks and writes is put
down once, with `Param`s in the place of values, and compiled when it is first run.
PostgreSQL plans such a statement once as well (see `settled`).
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter, methodcaller
from typing import Any, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import AutoField, BigIntegerField, Expression, Field, Model, QuerySet
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    ValuesListIterable,
    get_related_populators,
)
from django.db.models.sql import InsertQuery, UpdateQuery

Row = TypeVar("Row")
M = TypeVar("M", bound=Model)
Plan = TypeVar("Plan")
ID: "Field[Any, Any]" = BigIntegerField()
ROWS_FOUND, ROWS_COUNT = methodcaller("fetchall"), attrgetter("rowcount")
MOST_ROWS = 100
"""In one statement: PostgreSQL takes 65,535 values, and it need not parse the same one again."""
VALUES = re.compile(r"VALUES (\(.*\))(?= RETURNING)")


class Param(Expression):
    """A place for a value, named; `output_field` makes of it what the database takes. Without one
    it is a row's key."""

    def __init__(self, name: str, output_field: "Field[Any, Any]" = ID) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, *_: Any, **__: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        return "%s", [self]

    def adapt(self, values: dict[str, Any], connection: Any) -> Any:
        """What stands in this place, as the database takes it; a row stands for its key."""
        value = values[self.name]
        value = value.pk if isinstance(value, Model) else value
        return self.output_field.get_db_prep_save(value, connection=connection)


class Compiled(ABC, Generic[Plan]):
    """Compiled when it is first run, for all threads of the process. Two that come first at once
    both compile, to the same."""

    plan: Plan | None = None

    @abstractmethod
    def compile(self, connection: Any) -> Plan: ...

    def planned(self, connection: Any) -> Plan:
        if self.plan is None:
            connection.ensure_connection()
            self.plan = self.compile(connection)
        return self.plan


@dataclass(frozen=True)
class Reading(Generic[Row]):
    """A SELECT, and what makes of a row that is found what the query set gives."""

    sql: str
    params: list[Param]
    converters: list[tuple[int, list[Any], Any]]  # a column's place, its steps, its expression
    make: Callable[[Sequence[Any]], Row]

    def rows(self, found: Sequence[Sequence[Any]], connection: Any) -> list[Row]:
        return [self.make(self.converted(row, connection)) for row in found]

    def converted(self, row: Sequence[Any], connection: Any) -> Sequence[Any]:
        values = list(row)
        for place, steps, expression in self.converters:
            for step in steps:
                values[place] = step(values[place], expression, connection)
        return values


class Prepared(Compiled[Reading[Row]], Generic[Row]):
    """A query set with Params. Rows come as the query set gives them; nothing is prefetched.

    Where it locks rows, it is the caller who is inside a transaction.
    """

    def __init__(self, make: Callable[[], "QuerySet[Any, Row]"]) -> None:
        self.make = make

    def all(self, **values: Any) -> list[Row]:
        connection = connections[DEFAULT_DB_ALIAS]
        reading = self.planned(connection)
        given = [param.adapt(values, connection) for param in reading.params]
        found = run(connection, reading.sql, given, ROWS_FOUND)
        return reading.rows(found, connection)

    def first(self, **values: Any) -> Row | None:
        """The first row; the query set itself says that it wants no more."""
        return next(iter(self.all(**values)), None)

    def one(self, **values: Any) -> Row:
        """The only row. Raises the model's DoesNotExist where there is none."""
        rows = self.all(**values)
        if not rows:
            raise self.make().model.DoesNotExist
        return rows[0]

    def compile(self, connection: Any) -> Reading[Row]:
        queryset: Any = self.make()
        compiler = queryset.query.get_compiler(connection=connection)
        sql, params = settled(compiler.as_sql(), connection)
        columns = [column[0] for column in compiler.select[: compiler.col_count]]
        converters = compiler.get_converters(columns).items()
        return Reading(
            sql,
            params,
            [(place, steps, expression) for place, (steps, expression) in converters],
            ROWS[queryset._iterable_class](compiler),
        )


def model_rows(compiler: Any) -> Callable[[Sequence[Any]], Any]:
    """As Django's ModelIterable makes them."""
    db, model = compiler.connection.alias, compiler.klass_info["model"]
    fields = compiler.klass_info["select_fields"]
    mine = slice(fields[0], fields[-1] + 1)
    names = [column[0].target.attname for column in compiler.select[mine]]
    related = cast(Any, get_related_populators)(compiler.klass_info, compiler.select, db)
    annotations = list((compiler.annotation_col_map or {}).items())

    def make(row: Sequence[Any]) -> Any:
        found = model.from_db(db, names, row[mine])
        for each in related:
            each.populate(row, found)
        for name, place in annotations:
            setattr(found, name, row[place])
        return found

    return make


ROWS: dict[Any, Callable[[Any], Callable[[Sequence[Any]], Any]]] = {
    ModelIterable: model_rows,
    ValuesListIterable: lambda _: tuple,
    FlatValuesListIterable: lambda _: itemgetter(0),
}


class PreparedUpdate(Compiled[tuple[str, list[Param]]]):
    """An UPDATE of a query set's rows, with Params among its filters and values."""

    def __init__(self, make: Callable[[], "QuerySet[Any]"], **values: Any) -> None:
        self.make, self.values = make, values

    def run(self, **values: Any) -> int:
        """Returns how many rows were written."""
        connection = connections[DEFAULT_DB_ALIAS]
        sql, params = self.planned(connection)
        given = [param.adapt(values, connection) for param in params]
        return int(run(connection, sql, given, ROWS_COUNT))

    def compile(self, connection: Any) -> tuple[str, list[Param]]:
        query: Any = self.make().query.chain(UpdateQuery)
        query.add_update_values(self.values)
        return settled(query.get_compiler(connection=connection).as_sql(), connection)


class PreparedSave(Generic[M]):
    """`save(update_fields=...)` of a row that is there, without the signals."""

    def __init__(self, model: type[M], *names: str) -> None:
        fields = [model._meta.get_field(name) for name in names]
        self.names = names
        self.update = PreparedUpdate(
            lambda: model._default_manager.filter(pk=Param("pk")),
            **{
                name: Param(name, cast(Any, field))
                for name, field in zip(names, fields, strict=True)
            },
        )

    def run(self, row: M) -> None:
        self.update.run(pk=row.pk, **{name: getattr(row, name) for name in self.names})


class PreparedInsert(Compiled[str], Generic[M]):
    """Rows of a model written as bulk_create writes them, with their new keys: MOST_ROWS at most in
    a statement, or fewer where the database takes fewer values. Who writes more is inside a
    transaction."""

    def __init__(self, model: type[M]) -> None:
        self.model = model
        concrete = model._meta.local_concrete_fields
        self.fields = [field for field in concrete if not isinstance(field, AutoField)]

    def run(self, *rows: M) -> None:
        connection = connections[DEFAULT_DB_ALIAS]
        if rows:
            most = min(connection.ops.bulk_batch_size(self.fields, rows), MOST_ROWS)
            for start in range(0, len(rows), most):
                self.write(rows[start : start + most], connection)

    def write(self, rows: Sequence[M], connection: Any) -> None:
        one = self.planned(connection)
        sql = VALUES.sub(lambda found: "VALUES " + ", ".join([found[1]] * len(rows)), one)
        given = [
            field.get_db_prep_save(field.pre_save(row, add=True), connection=connection)
            for row in rows
            for field in self.fields
        ]
        keys = run(connection, sql, given, ROWS_FOUND)
        for row, (key,) in zip(rows, keys, strict=True):
            row.pk = key
            row._state.adding, row._state.db = False, connection.alias

    def compile(self, connection: Any) -> str:
        query = InsertQuery(self.model)
        query.insert_values(self.fields, [self.model()])
        compiler: Any = query.get_compiler(connection=connection)
        compiler.returning_fields = [self.model._meta.pk]
        ((sql, _params),) = compiler.as_sql()
        return str(sql)


def settled(compiled: tuple[str, Sequence[Any]], connection: Any) -> tuple[str, list[Param]]:
    """The SQL and the Params in it: what never changes is written into it.

    A plan that PostgreSQL keeps is made without the values, and may walk a partial index only
    where the statement itself says what the index is about.
    """
    sql, params = compiled
    given = iter(params)
    kept: list[Param] = []

    def place(found: "re.Match[str]") -> str:
        if found[0] == "%%":
            return "%%"
        value = next(given)
        if isinstance(value, Param):
            kept.append(value)
            return "%s"
        return literal(value, connection)

    return re.sub(r"%[%s]", place, sql), kept


def literal(value: Any, connection: Any) -> str:
    """A value as it stands in SQL that is executed with parameters."""
    if connection.vendor == "postgresql":
        written = connection.Database.sql.Literal(value).as_string(connection.connection)
    else:
        ((written,),) = connection.connection.execute("SELECT quote(?)", [value]).fetchall()
    return str(written).replace("%", "%%")


def run(connection: Any, sql: str, given: list[Any], take: Callable[[Any], Any]) -> Any:
    """What `take` takes of the cursor of a statement.

    As by `connection.cursor()`; but where nobody listens to what is run, the layers that would tell
    them, which take as long as a small statement, are left out.
    """
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    if connection.execute_wrappers or connection.queries_logged:
        with cursor_make(connection, connection.cursor) as cursor:
            cursor.execute(sql, given)
            return take(cursor)
    with connection.wrap_database_errors:
        cursor = cursor_make(connection, connection.create_cursor)
        cursor.execute(sql, given)
        return take(cursor)


def cursor_make(connection: Any, make: Callable[[], Any]) -> Any:
    """On PostgreSQL a cursor that leaves the values out of the statements, which are planned once
    where the connection's prepare_threshold is reached."""
    if connection.vendor != "postgresql":
        return make()
    raw = connection.connection
    usual, raw.cursor_factory = raw.cursor_factory, connection.Database.Cursor
    try:
        return make()
    finally:
        raw.cursor_factory = usual
