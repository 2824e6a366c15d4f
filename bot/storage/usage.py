"""How much of a platform's allowance is used: messages of the month in both directions, people ever.

Rows of its own: inbox and outbox are erased after 30 days, contacts by `/xoa`, and the platform forgets neither.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, cast

from sqlalchemy import String, Table, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables import Base
from bot.storage.together import count_later
from bot.storage.upsert import Upsert, adding
from content.hours import HERE

RECEIVED: Final = "received"
SENT: Final = "sent"
PEOPLE: Final = "people"
NEARLY: Final = 0.8  # of a month's messages, or of the people: it is time to warn
EVER: Final = ""  # the period of what never begins anew


class Count(Base):
    """One number of one channel in one period."""

    __tablename__ = "usage"
    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    what: Mapped[str] = mapped_column(String(10), primary_key=True)
    period: Mapped[str] = mapped_column(String(7), primary_key=True)  # "2026-11", or `EVER`
    n: Mapped[int] = mapped_column(default=0)


COUNTED: Final = Upsert(cast("Table", Count.__table__), adding("n"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What is used."""

    messages: int  # of this month, both directions
    people: int  # ever


def count(session: AsyncSession, channel: str, what: str, now: dt.datetime, n: int = 1) -> None:
    """So many more; processes that count at once add up."""
    if n > 0:
        count_later(session, COUNTED, channel, what, EVER if what == PEOPLE else _month(now), n=n)


async def used(session: AsyncSession, channel: str, now: dt.datetime) -> Usage:
    """What a channel has used of its allowance."""
    rows = await session.execute(
        select(Count.what, Count.n).where(Count.channel == channel, Count.period.in_((EVER, _month(now))))
    )
    found = {row.what: row.n for row in rows}
    return Usage(messages=found.get(RECEIVED, 0) + found.get(SENT, 0), people=found.get(PEOPLE, 0))


def _month(now: dt.datetime) -> str:
    return f"{now.astimezone(HERE):%Y-%m}"
