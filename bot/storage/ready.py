"""A statement that was made once, ready for Python's own SQLite: SQLAlchemy writes it, and does not run it.

Worth it only where each message needs it: of what takes SQLite some microseconds, that running is most of the work.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import DateTime, Dialect, Insert, ReturnsRows, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import TypeEngine

Statement = Select[*tuple[Any, ...]] | UpdateBase
Values = Mapping[str, object]
Convert = Callable[[Any], Any]
MISSING: Final = object()


def _again(kind: TypeEngine[Any], convert: Convert | None) -> Convert | None:
    """A moment of many rows is one object: it is put into words once."""
    if convert is None or not isinstance(kind, DateTime):
        return convert
    last: Any = None
    made: Any = convert(None)

    def converted(value: Any) -> Any:
        nonlocal last, made
        if value is not last:
            last, made = value, convert(value)
        return made

    return converted


class Ready:
    """One statement for one dialect."""

    def __init__(self, statement: Statement, dialect: Dialect, columns: Sequence[str]) -> None:
        """`columns`: those that an INSERT is given; all of them each time, since nothing else fills in a default."""
        inserts = isinstance(statement, Insert)
        made: Any = statement.compile(dialect=dialect, column_keys=list(columns) if inserts else None)
        self._sql: str = str(made)
        self._dialect = dialect
        binds = [made.binds[name] for name in made.positiontup]
        self._binds: list[tuple[str, object, Convert | None]] = [
            (
                bind.key,
                MISSING if inserts or bind.required else bind.value,
                _again(bind.type, bind.type.dialect_impl(dialect).bind_processor(dialect)),
            )
            for bind in binds
        ]
        asked = statement.exported_columns if isinstance(statement, ReturnsRows) else ()
        readers = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in asked]
        self._returns = bool(readers)
        self._readers = [(place, reader) for place, reader in enumerate(readers) if reader]

    def run(self, driver: sqlite3.Connection, values: Values | Sequence[Values] | None) -> list[tuple[Any, ...]]:
        """Execute it, once for each of several values; the rows, of all of them where it returns any."""
        try:
            if not isinstance(values, Sequence):
                return self._read(driver.execute(self._sql, self._bound(values or {})))
            if self._returns:
                return [row for each in values for row in self._read(driver.execute(self._sql, self._bound(each)))]
            driver.executemany(self._sql, map(self._bound, values))
        except sqlite3.Error as error:
            raise DBAPIError.instance(
                self._sql, None, error, sqlite3.Error, hide_parameters=True, dialect=self._dialect
            ) from error  # fmt: skip
        return []

    def _bound(self, values: Values) -> list[object]:
        bound: list[object] = []
        for name, default, convert in self._binds:
            value = values[name] if default is MISSING else values.get(name, default)
            bound.append(value if convert is None else convert(value))
        return bound

    def _read(self, cursor: sqlite3.Cursor) -> list[tuple[Any, ...]]:
        if not self._returns:
            return []
        rows = cursor.fetchall()
        if not self._readers:
            return rows
        found = []
        for row in rows:
            read = list(row)
            for place, reader in self._readers:
                read[place] = reader(read[place])
            found.append(tuple(read))
        return found
