"""Statements of the tables alone: no object of the session's comes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import CursorResult, Executable
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage import swift

Rows = CursorResult[*tuple[Any, ...]]
Values = Mapping[str, object] | Sequence[Mapping[str, object]]


async def core(session: AsyncSession, statement: Executable, values: Values | None = None) -> Rows:
    """Execute it within the session's transaction, after what its objects have changed, with a third of the work."""
    if session.new or session.dirty or session.deleted:
        await session.flush()
    if isinstance(session, swift.Session):
        return session.core.execute(statement, values)
    return await (await session.connection()).execute(statement, values)
