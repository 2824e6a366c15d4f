"""Which cards were handed over and which boards put up: the latest entry of each counts, and all are kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.codes import Visit


async def done(
    session: AsyncSession, *, serial: int, kind: str, done_on: dt.date, place: str, remark: str, by: str
) -> bool:
    """Write an entry down; False where the same stands there already, so that a list read twice counts once."""
    same = select(Visit.id).where(
        Visit.serial == serial, Visit.kind == kind, Visit.done_on == done_on, Visit.place == place,
        Visit.remark == remark,
    )  # fmt: skip
    if await session.scalar(same.limit(1)) is not None:
        return False
    now = dt.datetime.now(dt.UTC)
    session.add(Visit(kind=kind, serial=serial, place=place, done_on=done_on, remark=remark, by=by, at=now))
    return True


async def latest(session: AsyncSession, serials: Collection[int]) -> dict[int, Visit]:
    """The last entry of each of these codes."""
    found: dict[int, Visit] = {}
    ordered = sorted(serials)
    for first in range(0, len(ordered), 5000):
        some = select(Visit).where(Visit.serial.in_(ordered[first : first + 5000])).order_by(Visit.id)
        found |= {visit.serial: visit for visit in await session.scalars(some) if visit.serial}
    return found
