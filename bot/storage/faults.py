"""Channels whose account is at fault, a token taken back in the midst of it: what waits for them, and who knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import DateTime, String, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.queue_rows import IS_QUEUED
from bot.storage.queues import Delivery
from bot.storage.tables import Base
from bot.storage.upsert import insert_into


class FaultRow(Base):
    """One channel, until something is sent through it again."""

    __tablename__ = "faults"
    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    reason: Mapped[str] = mapped_column(String(300))
    since: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    told_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))


async def note(session: AsyncSession, channel: str, reason: str, now: dt.datetime) -> None:
    """This channel takes nothing from us now; told again and again, it is one fault."""
    row = insert_into(session, FaultRow).values(channel=channel, reason=reason[:300], since=now)
    await session.execute(row.on_conflict_do_nothing(index_elements=["channel"]))


async def over(session: AsyncSession, channel: str) -> None:
    """It takes what we send again."""
    await session.execute(delete(FaultRow).where(FaultRow.channel == channel))


async def untold(session: AsyncSession) -> Sequence[FaultRow]:
    """Faults that hold bulletins up, and that no officer knows of."""
    waits = exists().where(Delivery.channel == FaultRow.channel, IS_QUEUED, Delivery.bulletin.is_not(None))
    return (await session.scalars(select(FaultRow).where(FaultRow.told_at.is_(None), waits))).all()


async def waiting_bulletins(session: AsyncSession, channel: str) -> Sequence[int]:
    """The bulletins that wait for this channel."""
    found = select(Delivery.bulletin).where(Delivery.channel == channel, IS_QUEUED, Delivery.bulletin.is_not(None))
    return [id_ for id_ in await session.scalars(found.distinct()) if id_ is not None]


async def stopping(session: AsyncSession, bulletin: int) -> FaultRow | None:
    """The fault by which nothing more of this bulletin goes out now; None while any channel still takes some."""
    channels = set(
        await session.scalars(
            select(Delivery.channel)
            .where(Delivery.bulletin == bulletin, Delivery.state.in_(("queued", "sending")))
            .distinct()
        )
    )
    rows = (await session.scalars(select(FaultRow).where(FaultRow.channel.in_(channels)))).all()
    by_machine = channels - {"by-hand"}
    return rows[0] if by_machine and by_machine == {row.channel for row in rows} else None
