"""The cafés that show films: each showing that was confirmed, one a day and café."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Date, DateTime, ForeignKey, String, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.lists import ListRow, MemberRow
from bot.storage.statistics import monday
from bot.storage.tables import Base
from bot.storage.upsert import insert_into
from content.values import fold

TARGET: Final = 2  # showings a week, as the report counts them
CHAT, OFFICER = "chat", "officer"  # who said so: the café in its chat, or an officer for it
FILM: Final = "chieu phim"


class Showing(Base):
    """A café showed the film on that day."""

    __tablename__ = "showings"
    member: Mapped[int] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    how: Mapped[str] = mapped_column(String(10))  # `CHAT` or `OFFICER`
    by: Mapped[str] = mapped_column(String(40))  # the officer's short name; of a chat its channel
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


def is_film(topic: str) -> bool:
    """Whether a list of this topic is one of cafés that show films: `chiếu phim`, `chieu-phim`."""
    return fold(topic) == FILM


async def lists(session: AsyncSession) -> list[ListRow]:
    """The lists of cafés."""
    return [row for row in await session.scalars(select(ListRow).order_by(ListRow.name)) if is_film(row.topic)]


async def cafes(session: AsyncSession, ids: Collection[int]) -> Sequence[MemberRow]:
    """The cafés of these lists that are still there, by name."""
    found = select(MemberRow).where(MemberRow.list.in_(ids), MemberRow.active)
    return (await session.scalars(found.order_by(MemberRow.title, MemberRow.id))).all()


async def confirm(session: AsyncSession, member: int, day: dt.date, *, how: str, by: str, now: dt.datetime) -> bool:
    """The café showed the film on that day; False where that was known."""
    new = insert_into(session, Showing).values(member=member, day=day, how=how, by=by, at=now)
    done = await session.scalars(new.on_conflict_do_nothing().returning(Showing.member))
    return done.first() is not None


async def take_back(session: AsyncSession, member: int, day: dt.date) -> bool:
    """It did not after all; False where nobody had said so."""
    gone = delete(Showing).where(Showing.member == member, Showing.day == day).returning(Showing.member)
    return (await session.scalars(gone.execution_options(synchronize_session=False))).first() is not None


async def between(
    session: AsyncSession, members: Collection[int], since: dt.date, until: dt.date
) -> dict[int, list[Showing]]:
    """The showings of each café, the oldest first; both days included."""
    mine = select(Showing).where(Showing.member.in_(members), Showing.day >= since, Showing.day <= until)
    found: dict[int, list[Showing]] = {}
    for row in await session.scalars(mine.order_by(Showing.day)):
        found.setdefault(row.member, []).append(row)
    return found


async def in_week(session: AsyncSession, member: int, day: dt.date) -> int:
    """How often it showed films in the week of this day."""
    first = monday(day)
    return len((await between(session, [member], first, first + dt.timedelta(days=6))).get(member, ()))


def by_week(rows: Collection[Showing]) -> Counter[dt.date]:
    """How many in each week, by its Monday."""
    return Counter(monday(row.day) for row in rows)
