"""What was said unasked about a bulletin, to whom, and how often: said once, however many processes look."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import DateTime, ForeignKey, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.moments import utc
from bot.storage.tables import Base
from bot.storage.upsert import insert_into


class Nudge(Base):
    """Somebody was told; the first time is step 0."""

    __tablename__ = "nudges"
    bulletin: Mapped[int] = mapped_column(ForeignKey("bulletins.id", ondelete="CASCADE"), primary_key=True)
    who: Mapped[str] = mapped_column(String(40), primary_key=True)  # "officer:12", "member:40"
    step: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


async def last(session: AsyncSession, ids: Collection[int]) -> dict[tuple[int, str], tuple[int, dt.datetime]]:
    """The last step of each (bulletin, who), and when it was."""
    rows = await session.scalars(select(Nudge).where(Nudge.bulletin.in_(ids)).order_by(Nudge.step))
    return {(row.bulletin, row.who): (row.step, utc(row.at)) for row in rows}


async def take(session: AsyncSession, bulletin: int, who: str, step: int, now: dt.datetime) -> bool:
    """Write down that this is said now; False where another process said it."""
    new = insert_into(session, Nudge).values(bulletin=bulletin, who=who, step=step, at=now)
    done = await session.scalars(new.on_conflict_do_nothing().returning(Nudge.step))
    return done.first() is not None
