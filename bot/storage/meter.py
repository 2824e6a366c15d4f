"""How many bulletins each list got in each week, against its duty; and who was reminded of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Date, DateTime, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage import officers
from bot.storage.bulletins import BulletinListRow, BulletinRow
from bot.storage.lists import ListRow
from bot.storage.officers import Officer
from bot.storage.published import STANDS, here
from bot.storage.statistics import monday
from bot.storage.tables import Base
from bot.storage.upsert import insert_into
from content.hours import HERE

WEEK: Final = dt.timedelta(weeks=1)


class Reminder(Base):
    """Somebody was reminded of a week; once, whichever process did it."""

    __tablename__ = "reminders"
    what: Mapped[str] = mapped_column(String(40), primary_key=True)  # "officer:12"
    week: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One list in one week: what went out, and what is due to go out before it ends."""

    list: int
    name: str
    target: int
    sent: int
    waiting: int

    @property
    def missing(self) -> int:
        """How many are still to be written."""
        return max(0, self.target - self.sent - self.waiting)


async def by_week(session: AsyncSession, since: dt.date, until: dt.date) -> dict[int, Counter[dt.date]]:
    """Per list, bulletins by the Monday of their week; none taken back, no corrections. Both days included."""
    sent = (
        select(BulletinListRow.list, BulletinRow.queued_at)
        .join(BulletinRow, BulletinRow.id == BulletinListRow.bulletin)
        .where(BulletinRow.state.in_(STANDS), BulletinRow.corrects.is_(None))
        .where(
            BulletinRow.queued_at >= start_of(since), BulletinRow.queued_at < start_of(until + dt.timedelta(days=1))
        )
    )
    found: dict[int, Counter[dt.date]] = {}
    for list_, at in await session.execute(sent):
        if at:
            found.setdefault(list_, Counter())[monday(here(at).date())] += 1
    return found


async def falling_short(session: AsyncSession, today: dt.date) -> Mapping[Officer, Sequence[Duty]]:
    """Who is to be told of which lists that this week will not have enough."""
    week = monday(today)
    sent = await by_week(session, week, week + dt.timedelta(days=6))
    due = (
        select(BulletinListRow.list)
        .join(BulletinRow, BulletinRow.id == BulletinListRow.bulletin)
        .where(BulletinRow.state == "scheduled", BulletinRow.held_since.is_(None), BulletinRow.corrects.is_(None))
        .where(BulletinRow.schedule_at < start_of(week + WEEK))
    )
    waiting = Counter(await session.scalars(due))
    found: dict[Officer, list[Duty]] = {}
    for each in await session.scalars(select(ListRow).where(ListRow.target > 0).order_by(ListRow.id)):
        duty = Duty(
            list=each.id, name=each.name, target=each.target, sent=sent.get(each.id, Counter())[week],
            waiting=waiting[each.id],
        )  # fmt: skip
        if duty.missing:
            for officer in await _responsible(session, each):
                found.setdefault(officer, []).append(duty)
    return found


async def reminded(session: AsyncSession, officer: Officer, week: dt.date, now: dt.datetime) -> bool:
    """Write down that he is reminded of this week; False where he was already."""
    new = insert_into(session, Reminder).values(what=f"officer:{officer.id}", week=week, at=now)
    done = await session.scalars(new.on_conflict_do_nothing().returning(Reminder.what))
    return done.first() is not None


async def _responsible(session: AsyncSession, each: ListRow) -> Sequence[Officer]:
    """The list's officer; where none is named, or he is gone, those who may write for its unit."""
    named = await officers.by_id(session, each.officer) if each.officer else None
    if named and not named.disabled:
        return [named]
    return await officers.with_role(session, "editor", each.unit)


def start_of(day: dt.date) -> dt.datetime:
    """The moment at which a day begins here, UTC."""
    return dt.datetime.combine(day, dt.time(), HERE).astimezone(dt.UTC)
