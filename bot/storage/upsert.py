"""An INSERT that may meet a row that is there already; SQLite and PostgreSQL each have their own words for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from bot.storage.tables import Base

Insert = postgresql.Insert | sqlite.Insert


def insert_into(session: AsyncSession | Session, table: type[Base] | Table) -> Insert:
    """To be ended by `on_conflict_do_nothing` or `on_conflict_do_update`."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(table)


class New:
    """A row that is kept, and gives its number, only where there is none of these keys; made once."""

    def __init__(self, table: Table, *keys: str) -> None:
        self._sqlite, self._postgresql = (
            made.on_conflict_do_nothing(index_elements=keys).returning(table.c.id)
            for made in (sqlite.insert(table), postgresql.insert(table))
        )

    def on(self, session: AsyncSession | Session) -> ReturningInsert[Any]:
        """As this session's database says it."""
        return self._postgresql if session.get_bind().dialect.name == "postgresql" else self._sqlite


class Upsert:
    """A row that is new, or changes the one of its primary key; both statements are made once."""

    def __init__(self, table: Table, changed: Callable[[Table, Any], Mapping[str, Any]]) -> None:
        """`changed(table, new)`: the columns that a row which is there takes over, from the new one or the old."""
        keys = list(table.primary_key.columns)
        self._sqlite, self._postgresql = (
            made.on_conflict_do_update(index_elements=keys, set_=changed(table, made.excluded))
            for made in (sqlite.insert(table), postgresql.insert(table))
        )

    def on(self, session: AsyncSession | Session) -> Insert:
        """As this session's database says it."""
        return self._postgresql if session.get_bind().dialect.name == "postgresql" else self._sqlite


def taking(*columns: str) -> Callable[[Table, Any], Mapping[str, Any]]:
    """These columns as the new row has them."""
    return lambda _, new: {name: new[name] for name in columns}


def adding(column: str) -> Callable[[Table, Any], Mapping[str, Any]]:
    """So many more."""
    return lambda table, new: {column: table.c[column] + new[column]}
