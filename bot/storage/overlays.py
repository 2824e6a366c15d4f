"""Officers' corrections over the pack: the newest of each field counts, and all of them are kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables import Correction
from content.pack import Overlay


async def overlays(session: AsyncSession) -> Mapping[str, Mapping[str, Overlay]]:
    """What lies over the pack now, by item and field."""
    found: dict[str, dict[str, Overlay]] = {}
    for row in await session.scalars(select(Correction).order_by(Correction.id)):
        fields = found.setdefault(row.item, {})
        if row.value is None:
            fields.pop(row.field, None)
        else:
            fields[row.field] = Overlay(value=row.value, by=row.by, at=row.at)
    return found


async def correct(session: AsyncSession, *, item: str, field: str, value: str | None, by: str) -> None:
    """Lay a correction over one field; None takes the last one back."""
    session.add(Correction(item=item, field=field, value=value, by=by, at=dt.datetime.now(dt.UTC)))


async def history(session: AsyncSession, item: str) -> list[Correction]:
    """Every correction of an item, oldest first."""
    return list(await session.scalars(select(Correction).where(Correction.item == item).order_by(Correction.id)))
