"""An INSERT that may meet a row that is there already; SQLite and PostgreSQL each have their own words for it."""

from __future__ import annotations

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from bot.storage.tables import Base


def insert_into(session: AsyncSession | Session, table: type[Base] | Table) -> postgresql.Insert | sqlite.Insert:
    """To be ended by `on_conflict_do_nothing` or `on_conflict_do_update`."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(table)
