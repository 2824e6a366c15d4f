"""Officers' corrections over the pack: the newest of each field counts, and all of them are kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.core import core
from bot.storage.moments import utc
from bot.storage.tables import Correction
from content.corrections import Overlay

Overlays = Mapping[str, Mapping[str, Overlay]]  # by item and field


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One correction as it was made; `value` None took the one before back."""

    id: int
    field: str
    value: str | None
    by: str
    at: dt.datetime  # UTC


CORRECTIONS: Final = cast("Table", Correction.__table__)
VERSION: Final = select(func.max(CORRECTIONS.c.id), func.count()).select_from(CORRECTIONS)


async def overlays(session: AsyncSession) -> Overlays:
    """What lies over the pack now."""
    newest = select(func.max(Correction.id)).group_by(Correction.item, Correction.field)
    found: dict[str, dict[str, Overlay]] = {}
    for row in await session.scalars(select(Correction).where(Correction.id.in_(newest))):
        if row.value is not None:  # else the one before was taken back
            found.setdefault(row.item, {})[row.field] = Overlay(value=row.value, by=row.by, at=utc(row.at))
    return found


async def version(session: AsyncSession) -> tuple[int, int]:
    """Another one after each correction: they are only added, though not always in the order of their numbers."""
    ((newest, number),) = await core(session, VERSION)
    return newest or 0, number


async def correct(
    session: AsyncSession, *, item: str, field: str, value: str | None, by: str, at: dt.datetime | None = None
) -> None:
    """Lay a correction over one field, at this moment where no other is given; None takes the last one back."""
    session.add(Correction(item=item, field=field, value=value, by=by, at=at or dt.datetime.now(dt.UTC)))


async def history(session: AsyncSession, item: str) -> list[Entry]:
    """Every correction of an item, oldest first."""
    rows = await session.scalars(select(Correction).where(Correction.item == item).order_by(Correction.id))
    return [Entry(id=row.id, field=row.field, value=row.value, by=row.by, at=utc(row.at)) for row in rows]


async def newest(session: AsyncSession, item: str) -> int:
    """The number of an item's last correction, 0 where there is none: tells whether somebody corrected it since."""
    return await session.scalar(select(func.max(Correction.id)).where(Correction.item == item)) or 0
