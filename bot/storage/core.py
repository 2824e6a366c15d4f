"""Statements that every message needs: made once, of the tables alone; no object of a session comes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage import swift
from bot.storage.ready import Statement

Values = Mapping[str, object] | Sequence[Mapping[str, object]]


async def core(session: AsyncSession, statement: Statement, values: Values | None = None) -> Sequence[Any]:
    """The rows of a statement within the session's transaction, after what its objects have changed.

    The statement is a constant: on SQLite it is kept for ever, ready for the driver (`storage/ready.py`).
    """
    if session.in_transaction() and (session.new or session.dirty or session.deleted):
        await session.flush()
    if isinstance(session, swift.Session):
        return session.run(statement, values)
    found = await (await session.connection()).execute(statement, values)
    return found.all() if found.returns_rows else ()
