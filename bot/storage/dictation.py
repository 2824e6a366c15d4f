"""Bulletins that officers dictate in their chats, until submitted; and of which deeds officers have been told."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import JSON, DateTime, ForeignKey, String, Text, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.audit import Deed
from bot.storage.lists import BY_HAND, MemberRow
from bot.storage.moments import utc
from bot.storage.tables import Base
from bot.storage.upsert import insert_into

KEPT: Final = dt.timedelta(minutes=30)  # of silence, then it is forgotten
TOLD_WITHIN: Final = dt.timedelta(days=1)  # what is older is no news
AHEAD: Final = "dictations"  # where a session keeps the chats in which one is open
Step = Literal["", "text", "lists", "ready"]  # "": none, only a comment is awaited


class Dictation(Base):
    """What one officer dictates in one chat of his."""

    __tablename__ = "dictations"
    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    chat: Mapped[str] = mapped_column(String(64), primary_key=True)
    officer: Mapped[int] = mapped_column(ForeignKey("officers.id", ondelete="CASCADE"))
    serial: Mapped[str] = mapped_column(String(8))  # stands in its buttons: those of an earlier one do nothing
    step: Mapped[str] = mapped_column(String(8))
    words: Mapped[str] = mapped_column(Text)  # the first line is the title
    lists: Mapped[list[int]] = mapped_column(JSON)
    about: Mapped[int | None] = mapped_column()  # the bulletin that his next message returns to its author
    offered: Mapped[str] = mapped_column(Text)  # ids of the buttons shown last, in order, a space between
    changed_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), index=True)


class NewsRow(Base):
    """The last deed on a bulletin of which officers were told."""

    __tablename__ = "bulletin_news"
    bulletin: Mapped[int] = mapped_column(ForeignKey("bulletins.id", ondelete="CASCADE"), primary_key=True)
    deed: Mapped[int] = mapped_column()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whom lists reach, each chat once."""

    groups: int = 0
    people: int = 0
    by_hand: int = 0  # groups to which an officer forwards it himself

    @property
    def total(self) -> int:
        """All of them."""
        return self.groups + self.people + self.by_hand


async def begin(
    session: AsyncSession, channel: str, chat: str, officer: int, step: Step, now: dt.datetime
) -> Dictation:
    """A new one in this chat; whatever was open there is forgotten."""
    new = Dictation(
        channel=channel, chat=chat, officer=officer, serial=secrets.token_hex(3), step=step, words="", lists=[],
        about=None, offered="", changed_at=now,
    )  # fmt: skip
    kept = await session.merge(new)
    await session.flush()
    return kept


async def of_chat(session: AsyncSession, channel: str, chat: str, now: dt.datetime) -> Dictation | None:
    """The one that is open in this chat, held until the end of the transaction."""
    found = await session.get(Dictation, (channel, chat), with_for_update=True, populate_existing=True)
    return found if found and now - utc(found.changed_at) <= KEPT else None


async def silent(session: AsyncSession, now: dt.datetime, most: int = 100) -> Sequence[Dictation]:
    """Those that nobody went on with, held until the end of the transaction."""
    found = select(Dictation).where(Dictation.changed_at < now - KEPT).limit(most)
    return (await session.scalars(found.with_for_update(skip_locked=True))).all()


async def any_silent(session: AsyncSession, now: dt.datetime) -> bool:
    """Whether there are such: a look that takes no lock."""
    return await session.scalar(select(Dictation.chat).where(Dictation.changed_at < now - KEPT).limit(1)) is not None


async def reach(session: AsyncSession, lists: Collection[int]) -> Reach:
    """Whom these lists reach now."""
    each = (
        select(MemberRow.channel.label("channel"), func.max(case((MemberRow.person, 1), else_=0)).label("person"))
        .where(MemberRow.list.in_(lists), MemberRow.active)
        .group_by(MemberRow.channel, MemberRow.address)
        .subquery()
    )
    kind = case((each.c.channel == BY_HAND, 2), else_=each.c.person)
    found = await session.execute(select(kind, func.count()).group_by(kind))
    counted = {int(number): int(count) for number, count in found}
    return Reach(groups=counted.get(0, 0), people=counted.get(1, 0), by_hand=counted.get(2, 0))


async def untold(session: AsyncSession, actions: Collection[str], now: dt.datetime) -> dict[int, int]:
    """Bulletins with a deed of this kind of which nobody was told: the number of each one's last."""
    last = (
        select(Deed.subject, func.max(Deed.id))
        .where(Deed.at > now - TOLD_WITHIN, Deed.action.in_(actions), Deed.subject.startswith("bulletin:"))
        .group_by(Deed.subject)
    )
    found = {int(subject.partition(":")[2]): deed for subject, deed in await session.execute(last)}
    known = select(NewsRow.bulletin, NewsRow.deed).where(NewsRow.bulletin.in_(found))
    told = {row.bulletin: row.deed for row in await session.execute(known)}
    return {bulletin: deed for bulletin, deed in found.items() if deed > told.get(bulletin, 0)}


async def mine_to_tell(session: AsyncSession, bulletin: int, deed: int) -> bool:
    """Whether this process tells of it: of several that look at the same moment, one."""
    row = insert_into(session, NewsRow).values(bulletin=bulletin, deed=deed)
    taken = row.on_conflict_do_update(
        index_elements=["bulletin"], set_={"deed": deed}, where=NewsRow.deed < deed
    ).returning(NewsRow.bulletin)
    return (await session.scalars(taken)).first() is not None
