"""An INSERT that may meet a row that is there already; SQLite and PostgreSQL each have their own words for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from bot.storage.tables import Base

Insert = postgresql.Insert | sqlite.Insert
Said = TypeVar("Said")
INSERTS: Final[Mapping[str, Callable[[Any], Insert]]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_into(session: AsyncSession | Session, table: type[Base] | Table) -> Insert:
    """To be ended by `on_conflict_do_nothing` or `on_conflict_do_update`."""
    return INSERTS[_name(session)](table)


def _name(session: AsyncSession | Session) -> str:
    return session.get_bind().dialect.name


class _Made(Generic[Said]):
    """One statement in the words of each database, made once."""

    def __init__(self, table: Table, ended: Callable[[Any], Said]) -> None:
        self._by_name = {dialect: ended(insert(table)) for dialect, insert in INSERTS.items()}

    def on(self, session: AsyncSession) -> Said:
        """As this session's database says it."""
        return self._by_name[_name(session)]


class New(_Made[ReturningInsert[Any]]):
    """A row that is kept, and gives its number, only where there is none of these keys."""

    def __init__(self, table: Table, *keys: str) -> None:
        super().__init__(table, lambda made: made.on_conflict_do_nothing(index_elements=keys).returning(table.c.id))


class Upsert(_Made[Insert]):
    """A row that is new, or changes the one of its primary key, `keys`."""

    def __init__(self, table: Table, changed: Callable[[Table, Any], Mapping[str, Any]]) -> None:
        """`changed(table, new)`: the columns that a row which is there takes over, from the new one or the old."""
        self.keys = tuple(column.key for column in table.primary_key.columns)
        super().__init__(
            table,
            lambda made: made.on_conflict_do_update(index_elements=self.keys, set_=changed(table, made.excluded)),
        )


def taking(*columns: str) -> Callable[[Table, Any], Mapping[str, Any]]:
    """These columns as the new row has them."""
    return lambda _, new: {name: new[name] for name in columns}


def adding(column: str) -> Callable[[Table, Any], Mapping[str, Any]]:
    """So many more."""
    return lambda table, new: {column: table.c[column] + new[column]}
