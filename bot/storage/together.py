"""Rows read together: a batch asks once for what each of its messages would ask for alone."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar

from sqlalchemy import inspect, tuple_
from sqlalchemy import select as select_
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables import Base

Row = TypeVar("Row", bound=Base)
HELD = "held"  # so that the session, which holds its rows weakly, keeps those read ahead


async def preload(session: AsyncSession, table: type[Row], keys: Collection[Any]) -> None:
    """Read these rows at once; `row` then finds each, or that there is none, without asking again."""
    if not keys:
        return
    columns = inspect(table).primary_key
    wanted = columns[0].in_(keys) if len(columns) == 1 else tuple_(*columns).in_(keys)
    found = list(await session.scalars(select_(table).where(wanted)))
    identities = [inspect(each).identity or () for each in found]
    session.info.setdefault(HELD, []).extend(found)
    missing = session.info.setdefault(table, set())
    missing |= set(keys) - {identity if len(columns) > 1 else identity[0] for identity in identities}


async def row(session: AsyncSession, table: type[Row], key: Any) -> Row | None:
    """The row of this primary key."""
    return None if key in session.info.get(table, ()) else await session.get(table, key)


def add(session: AsyncSession, new: Base, key: Any) -> None:
    """Keep a row that was not there."""
    session.add(new)
    session.info.get(type(new), set()).discard(key)
