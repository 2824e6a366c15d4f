"""What was asked, counted by day, kind, unit and channel: numbers without people, for the ward and for everyone.

Within a transaction the counts are written once, right before its end: a batch of answers costs few rows, and
processes that count at once hold the same row for a moment only.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from sqlalchemy import Date, String, Table, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables import Base, Thumb
from bot.storage.together import count_later
from bot.storage.upsert import Upsert, adding
from content.hours import HERE

NOWHERE: Final = ""  # of a question that names no unit
NO_QUESTION: Final = frozenset({"smalltalk", "clarify"})  # a greeting; a question that goes on
BY_PEOPLE: Final = frozenset({"handover", "out_of_scope"})  # what no answer of ours solved


class Asked(Base):
    """How many questions of one kind came on one day."""

    __tablename__ = "asked"
    day: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    unit: Mapped[str] = mapped_column(String(48), primary_key=True, default=NOWHERE)
    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    n: Mapped[int] = mapped_column(default=0)


COUNTED: Final = Upsert(cast("Table", Asked.__table__), adding("n"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of the questions were solved without an officer."""

    questions: int
    solved: int

    @property
    def percent(self) -> int | None:
        """In whole percent; None where nothing was asked."""
        return round(100 * self.solved / self.questions) if self.questions else None


def asked(
    session: AsyncSession, *, kind: str, channel: str, unit: str | None = None, now: dt.datetime | None = None
) -> None:
    """One more question; written when the transaction ends."""
    day = (now or dt.datetime.now(dt.UTC)).astimezone(HERE).date()
    count_later(session, COUNTED, day, kind[:20], (unit or NOWHERE)[:48], channel[:20])


async def by_kind(
    session: AsyncSession, since: dt.date, until: dt.date, *, unit: str | None = None
) -> dict[str, int]:
    """How often each kind was asked from `since` to `until`, both included; of one unit, or of all."""
    found = select(Asked.kind, func.sum(Asked.n)).where(Asked.day >= since, Asked.day <= until).group_by(Asked.kind)
    rows = await session.execute(found if unit is None else found.where(Asked.unit == unit))
    return {kind: int(n) for kind, n in rows}


async def by_week(session: AsyncSession, since: dt.date, until: dt.date) -> dict[dt.date, dict[str, int]]:
    """The same, week by week, by the Monday that it begins with."""
    rows = await session.execute(
        select(Asked.day, Asked.kind, func.sum(Asked.n))
        .where(Asked.day >= since, Asked.day <= until)
        .group_by(Asked.day, Asked.kind)
    )
    weeks: dict[dt.date, Counter[str]] = {}
    for day, kind, n in rows:
        weeks.setdefault(monday(day), Counter())[kind] += int(n)
    return {week: dict(kinds) for week, kinds in sorted(weeks.items())}


async def thumbs(session: AsyncSession) -> tuple[int, int]:
    """How many answers were said to have helped, and how many not, ever; numbers nobody answers do not count."""
    rows = await session.execute(
        select(func.sum(Thumb.helpful), func.sum(Thumb.unhelpful)).where(~Thumb.item.startswith("dead:"))
    )
    helpful, unhelpful = rows.one()
    return int(helpful or 0), int(unhelpful or 0)


def share(kinds: Mapping[str, int]) -> Share:
    """How many of these needed no officer."""
    questions = {kind: n for kind, n in kinds.items() if kind not in NO_QUESTION}
    solved = sum(n for kind, n in questions.items() if kind not in BY_PEOPLE)
    return Share(questions=sum(questions.values()), solved=solved)


def monday(day: dt.date) -> dt.date:
    """The first day of its week."""
    return day - dt.timedelta(days=day.weekday())
