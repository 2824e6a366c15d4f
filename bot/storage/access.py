"""How officers get in: invitations, sessions and codes, all kept as hashes only; and how often somebody guessed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import DateTime, ForeignKey, String, case, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.moments import utc
from bot.storage.tables import Base
from bot.storage.upsert import insert_into


class Invitation(Base):
    """Lets an officer in once: by the link, or by the code typed in a chat, whichever comes first."""

    __tablename__ = "invitations"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    officer: Mapped[int] = mapped_column(ForeignKey("officers.id", ondelete="CASCADE"), index=True)
    link: Mapped[str | None] = mapped_column(String(64), unique=True)  # None: a code alone, to bind one more chat
    code: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


class SessionRow(Base):
    """One browser in which an officer is signed in."""

    __tablename__ = "officer_sessions"
    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    officer: Mapped[int] = mapped_column(ForeignKey("officers.id", ondelete="CASCADE"), index=True)
    device: Mapped[str] = mapped_column(String(60))  # "Chrome, Android"
    created_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


class LoginCode(Base):
    """The code that the bot sent to an officer's chat; a new one replaces it."""

    __tablename__ = "login_codes"
    officer: Mapped[int] = mapped_column(ForeignKey("officers.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


class Guess(Base):
    """How often somebody tried lately: an address, a chat, a name that is no officer's. Keyed hashes."""

    __tablename__ = "guesses"
    who: Mapped[str] = mapped_column(String(80), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    until: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))  # then it is forgotten


async def guessed(
    session: AsyncSession, who: str, now: dt.datetime, length: dt.timedelta, *, renew: bool = False
) -> int:
    """Count one more try of `who`; how many there were within `length` of the first, or with `renew` of the last."""
    over, until = Guess.until < now, now + length
    statement = insert_into(session, Guess).values(who=who, count=1, until=until)
    values = {"count": case((over, 1), else_=Guess.count + 1), "until": case((over, until), else_=Guess.until)}
    counted = statement.on_conflict_do_update(
        index_elements=["who"], set_=values | ({"until": until} if renew else {})
    ).returning(Guess.count)
    return (await session.scalars(counted)).one()


async def guesses(session: AsyncSession, who: str, now: dt.datetime) -> tuple[int, dt.datetime] | None:
    """How often `who` tried, and until when that is remembered; held until the end of the transaction."""
    row = await session.get(Guess, who, with_for_update=True, populate_existing=True)
    return (row.count, utc(row.until)) if row and utc(row.until) >= now else None


async def forgive(session: AsyncSession, who: str) -> None:
    """Forget the tries of `who`."""
    await session.execute(delete(Guess).where(Guess.who == who))


async def sessions_of(session: AsyncSession, officer: int, now: dt.datetime, idle: dt.timedelta) -> list[SessionRow]:
    """The sessions of an officer that still hold, the last used first."""
    found = select(SessionRow).where(
        SessionRow.officer == officer, SessionRow.expires_at > now, SessionRow.seen_at > now - idle
    )
    return list(await session.scalars(found.order_by(SessionRow.seen_at.desc())))


async def end_sessions(session: AsyncSession, officer: int, *, except_for: str | None = None) -> None:
    """End every session of an officer, but for one."""
    await session.execute(
        delete(SessionRow).where(SessionRow.officer == officer, SessionRow.token != (except_for or ""))
    )


async def withdraw(session: AsyncSession, officer: int) -> None:
    """No invitation or code of this officer is good any more."""
    for table in (Invitation, LoginCode):
        await session.execute(delete(table).where(table.officer == officer))


async def tidy(session: AsyncSession, now: dt.datetime, idle: dt.timedelta) -> None:
    """Erase what has run out."""
    await session.execute(delete(Invitation).where(Invitation.expires_at < now))
    await session.execute(delete(LoginCode).where(LoginCode.expires_at < now))
    await session.execute(delete(Guess).where(Guess.until < now))
    over = or_(SessionRow.expires_at < now, SessionRow.seen_at < now - idle)
    await session.execute(delete(SessionRow).where(over))
