"""What officers decided about questions without an answer; each decision is kept, and can be taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final, Literal

from sqlalchemy import DateTime, Index, String, Text, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.moments import utc
from bot.storage.tables import Base, Unanswered

# `alias`: they ask for an item; `draft`: whoever writes packs shall write an answer; `skip`: nothing is to be done.
Kind = Literal["alias", "draft", "skip"]
AHEAD: Final = "lessons"  # where a session keeps the stamp that it has read


class Verdict(Base):
    """One decision about the questions that ask the same."""

    __tablename__ = "verdicts"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(10))
    item: Mapped[str | None] = mapped_column(String(64))  # of an alias: what its words ask for
    words: Mapped[str] = mapped_column(Text)  # the wordings, stripped, one a line
    note: Mapped[str] = mapped_column(Text, default="")  # of a draft: for whoever writes packs
    asked: Mapped[int] = mapped_column()  # how often it had been asked
    by: Mapped[str] = mapped_column(String(40))
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    ended_by: Mapped[str | None] = mapped_column(String(40))
    ended_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))  # taken back, or done
    __table_args__ = (Index("ix_verdicts_kind", "kind", "ended_at"),)

    @property
    def wordings(self) -> list[str]:
        """The wordings, the commonest first."""
        return self.words.split("\n")

    @property
    def made_at(self) -> dt.datetime:
        """When it was decided, UTC."""
        return utc(self.at)


Stamp = tuple[int, int]  # how many aliases there are, and how many of them have ended: only ever grows


async def stamp(session: AsyncSession) -> Stamp:
    """What changes whenever an alias comes or goes; asked of the database once in a session."""
    if AHEAD not in session.info:
        counts = select(func.count(), func.count(Verdict.ended_at)).where(Verdict.kind == "alias")
        every, ended = (await session.execute(counts)).one()
        session.info[AHEAD] = (every, ended)
    known: Stamp = session.info[AHEAD]
    return known


async def aliases(session: AsyncSession) -> list[tuple[str, str]]:
    """The wordings that officers have taught, as (item, wording)."""
    taught = select(Verdict).where(Verdict.kind == "alias", Verdict.ended_at.is_(None)).order_by(Verdict.id)
    return [(row.item, words) for row in await session.scalars(taught) if row.item for words in row.wordings]


async def standing(session: AsyncSession, kind: Kind, most: int = 500) -> Sequence[Verdict]:
    """The decisions of a kind that hold, the newest first."""
    found = select(Verdict).where(Verdict.kind == kind, Verdict.ended_at.is_(None)).order_by(Verdict.id.desc())
    return (await session.scalars(found.limit(most))).all()


async def waiting(session: AsyncSession, most: int) -> Sequence[Unanswered]:
    """The newest questions about which nobody has decided."""
    found = select(Unanswered).where(Unanswered.verdict.is_(None)).order_by(Unanswered.id.desc()).limit(most)
    return (await session.scalars(found)).all()


async def held(session: AsyncSession, ids: Sequence[int]) -> list[Unanswered]:
    """Those of these questions that still wait, held until the end of the transaction."""
    found = select(Unanswered).where(Unanswered.id.in_(ids), Unanswered.verdict.is_(None)).order_by(Unanswered.id)
    return list(await session.scalars(found.with_for_update()))


async def decide(session: AsyncSession, verdict: Verdict, asked: Sequence[Unanswered]) -> Verdict:
    """Keep a decision about these questions; it has its number."""
    session.add(verdict)
    await session.flush()
    for question in asked:
        question.verdict = verdict.id
    return verdict


async def one(session: AsyncSession, id_: int) -> Verdict | None:
    """A decision, held until the end of the transaction."""
    return await session.get(Verdict, id_, with_for_update=True)


async def reopen(session: AsyncSession, verdict: int) -> None:
    """Its questions wait again."""
    await session.execute(update(Unanswered).where(Unanswered.verdict == verdict).values(verdict=None))
