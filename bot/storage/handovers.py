"""Talks between residents and officers: who waits, who took whom, what was said (masked), and when somebody is there.

A talk is kept for `KEPT` after it closed, then erased; the number to call back, sealed, goes the moment it closes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, Literal, cast

from sqlalchemy import JSON, DateTime, ForeignKey, Index, String, Table, Text, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.among import words
from bot.storage.core import core
from bot.storage.tables import Base

KEPT: Final = dt.timedelta(days=30)
UNREAD: Final = dt.timedelta(hours=24)  # of a line that the web never asked for: what it masks is gone then
TALK, DOUBT = "talk", "doubt"
# `asking`: the next message is the word that is left; `word_left`: read when somebody is there; `waiting`: told to
# officers, taken by none; `open`: one took it.
State = Literal["asking", "word_left", "waiting", "open", "closed"]
Who = Literal["resident", "danger", "officer", "house"]  # `danger`: a resident's line that named one
RESIDENTS: Final = ("resident", "danger")
OPEN: Final = ("asking", "word_left", "waiting", "open")
LISTED: Final = ("waiting", "word_left", "open")  # an officer sees it
LIVE: Final = ("waiting", "open")  # the bot is quiet
AHEAD: Final = "talks"  # where a session keeps the open talks that it has read


class Talk(Base):
    """One resident who wants, or gets, a person's answer. A `doubt` is an answer of ours that waits for a yes."""

    __tablename__ = "talks"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(10), default=TALK)
    state: Mapped[str] = mapped_column(String(10))
    channel: Mapped[str] = mapped_column(String(20))
    chat: Mapped[str] = mapped_column(String(64))
    sender: Mapped[str] = mapped_column(String(80), index=True)  # the keyed hash, so that /xoa finds the row
    unit: Mapped[str | None] = mapped_column(String(48))
    item: Mapped[str | None] = mapped_column(String(64))  # what the machine was asked about before
    lang: Mapped[str] = mapped_column(String(2), default="vi")
    officer: Mapped[int | None] = mapped_column(ForeignKey("officers.id", ondelete="SET NULL"))
    callback: Mapped[str | None] = mapped_column(Text)  # the number left to be called back, sealed
    proposed: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # of a doubt: what would be said
    told: Mapped[bool] = mapped_column(default=False)  # officers know of it
    hinted: Mapped[bool] = mapped_column(default=False)  # the resident knows that numbers are hidden
    opened_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    last_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    __table_args__ = (
        Index("ix_talks_open", "state", "channel", "chat"),
        Index("ix_talks_chat", "channel", "chat", "id"),
    )


TALKS: Final = cast("Table", Talk.__table__)
OPEN_ONES: Final = (
    select(TALKS.c.id, TALKS.c.channel, TALKS.c.chat).where(TALKS.c.state.in_(words(*OPEN))).order_by(TALKS.c.id)
)


class Line(Base):
    """What somebody said in a talk, masked."""

    __tablename__ = "talk_lines"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    talk: Mapped[int] = mapped_column(ForeignKey("talks.id", ondelete="CASCADE"), index=True)
    who: Mapped[str] = mapped_column(String(10))
    officer: Mapped[str | None] = mapped_column(String(40))  # the short name
    words: Mapped[str] = mapped_column(Text)
    sealed: Mapped[str | None] = mapped_column(Text)  # for the web: our line whole, until it was read there
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


class Hours(Base):
    """When somebody is on duty for a unit, written as in the setting DUTY_HOURS."""

    __tablename__ = "duty_hours"
    unit: Mapped[str] = mapped_column(String(48), primary_key=True)  # an id of the pack, or `EVERYWHERE`
    hours: Mapped[str] = mapped_column(String(300))


async def ahead(session: AsyncSession) -> dict[tuple[str, str], list[int]]:
    """The numbers of the open talks by chat, read once in a session: most messages of a batch belong to none."""
    if AHEAD not in session.info:
        found: dict[tuple[str, str], list[int]] = {}
        for id_, channel, chat in await core(session, OPEN_ONES):
            found.setdefault((channel, chat), []).append(id_)
        session.info[AHEAD] = found
    known: dict[tuple[str, str], list[int]] = session.info[AHEAD]
    return known


async def of_chat(session: AsyncSession, channel: str, chat: str) -> list[Talk]:
    """The open talks of a chat, the newest last, as they stand now and held until the end of the transaction."""
    known = (await ahead(session)).get((channel, chat), ())
    held = [await locked(session, id_) for id_ in known]
    return [talk for talk in held if talk and talk.state in OPEN]


async def locked(session: AsyncSession, id_: int) -> Talk | None:
    """A talk as it stands now, held until the end of the transaction."""
    await session.flush()  # what this transaction did is not read over
    return await session.get(Talk, id_, with_for_update=True, populate_existing=True)


async def begin(session: AsyncSession, talk: Talk) -> Talk:
    """Keep a new talk; it has its number."""
    session.add(talk)
    await session.flush()
    (await ahead(session)).setdefault((talk.channel, talk.chat), []).append(talk.id)
    return talk


async def lines(session: AsyncSession, talk: int, after: int = 0) -> Sequence[Line]:
    """What was said, in its order."""
    found = select(Line).where(Line.talk == talk, Line.id > after).order_by(Line.id)
    return (await session.scalars(found)).all()


async def newest_lines(session: AsyncSession, talks: Sequence[int]) -> dict[int, Line]:
    """What a resident or an officer said last in each of these talks."""
    last = (
        select(func.max(Line.id))
        .where(Line.talk.in_(talks), Line.who != "house")
        .group_by(Line.talk)
        .scalar_subquery()
    )
    return {line.talk: line for line in await session.scalars(select(Line).where(Line.id.in_(last)))}


async def in_danger(session: AsyncSession, talks: Sequence[int]) -> set[int]:
    """Those of these talks in which a resident named a danger."""
    return set(await session.scalars(select(Line.talk).where(Line.talk.in_(talks), Line.who == "danger")))


async def taken_by(session: AsyncSession, officer: int) -> list[Talk]:
    """The talks that an officer has open."""
    found = select(Talk).where(Talk.officer == officer, Talk.state == "open").order_by(Talk.id)
    return list(await session.scalars(found))


async def listed(session: AsyncSession, states: Sequence[str], most: int = 200) -> list[Talk]:
    """The talks in these states, oldest first."""
    found = select(Talk).where(Talk.state.in_(states)).order_by(Talk.id).limit(most)
    return list(await session.scalars(found))


async def newest(session: AsyncSession, channel: str, chat: str) -> Talk | None:
    """The last talk of a chat, closed or not."""
    found = select(Talk).where(Talk.channel == channel, Talk.chat == chat).order_by(Talk.id.desc()).limit(1)
    return await session.scalar(found)


async def close(session: AsyncSession, talk: Talk, now: dt.datetime) -> None:
    """Nobody says any more; the number to call back is erased."""
    talk.state, talk.closed_at, talk.last_at, talk.callback, talk.proposed = "closed", now, now, None, None
    await session.flush()
    session.info.get(AHEAD, {}).pop((talk.channel, talk.chat), None)


async def erase(session: AsyncSession, sender: str) -> None:
    """Erase every talk of a person, with all that was said."""
    mine = select(Talk.id).where(Talk.sender == sender)
    for statement in (delete(Line).where(Line.talk.in_(mine)), delete(Talk).where(Talk.sender == sender)):
        await session.execute(statement.execution_options(synchronize_session=False))
    session.info.pop(AHEAD, None)


async def is_sealed(session: AsyncSession, talk: int, until: int) -> bool:
    """Whether a line up to this one is still kept whole."""
    found = select(Line.id).where(Line.talk == talk, Line.id <= until, Line.sealed.is_not(None)).limit(1)
    return await session.scalar(found) is not None


async def read(session: AsyncSession, talk: int, until: int) -> None:
    """The web has shown the lines up to this one."""
    seen = update(Line).where(Line.talk == talk, Line.id <= until, Line.sealed.is_not(None)).values(sealed=None)
    await session.execute(seen.execution_options(synchronize_session=False))


async def tidy(session: AsyncSession, now: dt.datetime) -> None:
    """Erase what may no longer be kept (rule of truth 5)."""
    unread = update(Line).where(Line.sealed.is_not(None), Line.at < now - UNREAD).values(sealed=None)
    await session.execute(unread.execution_options(synchronize_session=False))
    old = select(Talk.id).where(Talk.closed_at < now - KEPT)
    for statement in (delete(Line).where(Line.talk.in_(old)), delete(Talk).where(Talk.closed_at < now - KEPT)):
        await session.execute(statement.execution_options(synchronize_session=False))


async def is_untidy(session: AsyncSession, now: dt.datetime) -> bool:
    """Whether something may no longer be kept."""
    old = await session.scalar(select(Talk.id).where(Talk.closed_at < now - KEPT).limit(1))
    unread = select(Line.id).where(Line.sealed.is_not(None), Line.at < now - UNREAD).limit(1)
    return old is not None or await session.scalar(unread) is not None


async def hours(session: AsyncSession) -> dict[str, str]:
    """The hours that officers set, by unit."""
    return {row.unit: row.hours for row in await session.scalars(select(Hours))}
