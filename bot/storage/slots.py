"""Recurring hours of a list: every Tuesday and Friday, say, its next approved bulletin goes out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.bulletins import BulletinListRow, BulletinRow
from bot.storage.lists import SlotRow
from content.hours import HERE


def next_after(weekday: int, at: dt.time, moment: dt.datetime) -> dt.datetime:
    """The first such hour after a moment, UTC; Monday is 0."""
    local = moment.astimezone(HERE)
    day = local.date() + dt.timedelta(days=(weekday - local.weekday()) % 7)
    found = dt.datetime.combine(day, at, HERE)
    return (found if found > local else found + dt.timedelta(days=7)).astimezone(dt.UTC)


async def set_slots(
    session: AsyncSession, list_: int, slots: Sequence[tuple[int, dt.time]], now: dt.datetime
) -> None:
    """These hours of the week are the list's, and no others."""
    await session.execute(delete(SlotRow).where(SlotRow.list == list_))
    session.add_all(
        SlotRow(list=list_, weekday=weekday, at=f"{at:%H:%M}", next_at=next_after(weekday, at, now))
        for weekday, at in dict.fromkeys(slots)
    )
    await session.flush()


async def of_list(session: AsyncSession, list_: int) -> Sequence[SlotRow]:
    """The hours of a list, from Monday on."""
    found = select(SlotRow).where(SlotRow.list == list_).order_by(SlotRow.weekday, SlotRow.at)
    return (await session.scalars(found)).all()


async def any_due(session: AsyncSession, now: dt.datetime) -> bool:
    """Whether an hour has come: a look that takes no lock."""
    return bool(await session.scalar(select(exists().where(SlotRow.next_at <= now))))


async def take(session: AsyncSession, now: dt.datetime) -> list[BulletinRow]:
    """For each hour that has come, the approved bulletin that waits longest for it is scheduled to that hour."""
    taken = []
    due = select(SlotRow).where(SlotRow.next_at <= now).order_by(SlotRow.next_at, SlotRow.id)
    for slot in await session.scalars(due.with_for_update(skip_locked=True)):
        hour, minute = map(int, slot.at.split(":"))
        if row := await _next_approved(session, slot.list):
            row.state, row.schedule_at, row.changed_at = "scheduled", slot.next_at, now
            taken.append(row)
            await session.flush()
        slot.next_at = next_after(slot.weekday, dt.time(hour, minute), now)
    return taken


async def _next_approved(session: AsyncSession, list_: int) -> BulletinRow | None:
    mine = exists().where(BulletinListRow.bulletin == BulletinRow.id, BulletinListRow.list == list_)
    return await session.scalar(
        select(BulletinRow)
        .where(BulletinRow.state == "approved", mine)
        .order_by(BulletinRow.approved_at, BulletinRow.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
