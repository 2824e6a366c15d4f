"""Rows read together: a batch asks once for what each of its messages would ask for alone."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Select, bindparam, inspect, tuple_
from sqlalchemy import select as select_
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables import Base

Row = TypeVar("Row", bound=Base)


@cache
def _wanted(table: type[Base]) -> Select[Any]:
    columns = inspect(table).primary_key
    keys: BindParameter[Any] = bindparam("keys", expanding=True)
    return select_(table).where(columns[0].in_(keys) if len(columns) == 1 else tuple_(*columns).in_(keys))


async def preload(session: AsyncSession, table: type[Row], keys: Collection[Any]) -> None:
    """Read these rows at once; `row` then finds each, or that there is none, without asking again."""
    if not keys:
        return
    held = session.info.setdefault(table, {})
    held |= dict.fromkeys(keys)
    for each in await session.scalars(_wanted(table), {"keys": list(keys)}):
        identity: tuple[Any, ...] = inspect(each).identity or ()
        held[identity if len(identity) > 1 else identity[0]] = each


async def row(session: AsyncSession, table: type[Row], key: Any) -> Row | None:
    """The row of this primary key."""
    held = session.info.get(table, {})
    if key not in held:
        return await session.get(table, key)
    found: Row | None = held[key]
    if found is None or found in session:
        return found
    return await session.get(table, key)  # it was erased meanwhile, or is another one now


def add(session: AsyncSession, new: Base, key: Any) -> None:
    """Keep a row that was not there."""
    session.add(new)
    if key in (held := session.info.get(type(new), {})):
        held[key] = new
