"""`among(column, "ids")`: rows whose column is one of many values, the many in one parameter.

`IN` writes a place for each value, so that the statement is another one for each number of them: both SQLAlchemy and
the database read it anew each time. Here its words never change: SQLite is given JSON, PostgreSQL an array.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson
from sqlalchemy import Boolean, ColumnElement, Dialect, Integer, Text, bindparam, literal_column
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator, TypeEngine


class _Many(TypeDecorator[Collection[Any]]):
    """Whole numbers or words."""

    impl = Text
    cache_ok = True

    def __init__(self, *, numbers: bool) -> None:
        super().__init__()
        self.numbers = numbers

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """As each database takes it."""
        array = postgresql.ARRAY(Integer if self.numbers else Text)
        return dialect.type_descriptor(array if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        """JSON where there are no arrays."""
        many = list(value or ())
        return many if dialect.name == "postgresql" else orjson.dumps(many).decode()


class among(FunctionElement[bool]):  # noqa: N801 - it reads as a function, as `exists` does
    """Whether a column, of whole numbers or words, is one of the values that the parameter `name` holds."""

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        many = _Many(numbers=isinstance(column.type, Integer))
        super().__init__(column, bindparam(name, type_=many))

    def self_group(self, against: OperatorType | None = None) -> among:  # noqa: ARG002 - the library's signature
        """It is a condition already: `= 1` after it, as after other functions, would keep SQLite from its indexes."""
        return self


def word(state: str) -> ColumnElement[str]:
    """A word of our own that never changes: it stands in the statement itself."""
    return literal_column(f"'{state}'")


def words(*states: str) -> list[ColumnElement[str]]:
    """Several of them, for an `IN`."""
    return [word(state) for state in states]


@compiles(among, "sqlite")
def _on_sqlite(element: among, compiler: SQLCompiler, **more: Any) -> str:
    column, many = (compiler.process(part, **more) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({many}))"  # noqa: S608 - a column's name and a place


@compiles(among, "postgresql")
def _on_postgresql(element: among, compiler: SQLCompiler, **more: Any) -> str:
    column, many = (compiler.process(part, **more) for part in element.clauses)
    return f"{column} = ANY({many})"
