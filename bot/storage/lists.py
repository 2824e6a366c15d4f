"""The lists that bulletins go to, and their members: groups and people, by unit and topic."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection, Sequence

from sqlalchemy import Date, DateTime, ForeignKey, Index, String, UniqueConstraint, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables import Base

BY_HAND = "by-hand"  # the channel of ordinary Zalo groups: an officer forwards the text himself


class ListRow(Base):
    """One list."""

    __tablename__ = "lists"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    unit: Mapped[str] = mapped_column(String(48), index=True)  # of the pack, or `officers.EVERYWHERE`
    topic: Mapped[str] = mapped_column(String(60))
    target: Mapped[int] = mapped_column(default=2)  # bulletins a week
    officer: Mapped[int | None] = mapped_column(ForeignKey("officers.id", ondelete="SET NULL"))  # who answers for it
    code: Mapped[str] = mapped_column(String(20), unique=True)  # in the link by which a group joins
    open: Mapped[bool] = mapped_column(default=True, server_default=true())  # residents may join by themselves
    created_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


class MemberRow(Base):
    """One chat of one list: a group, or a person who opted in."""

    __tablename__ = "members"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    list: Mapped[int] = mapped_column(ForeignKey("lists.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200), default="")
    person: Mapped[bool] = mapped_column(default=False)
    officer: Mapped[int | None] = mapped_column(ForeignKey("officers.id", ondelete="SET NULL"))  # of a group
    people: Mapped[int | None] = mapped_column()  # members of a group, counted on a day
    counted_on: Mapped[dt.date | None] = mapped_column(Date)
    active: Mapped[bool] = mapped_column(default=True)
    reason: Mapped[str] = mapped_column(String(300), default="")  # why not
    joined_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    last_post: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    __table_args__ = (
        UniqueConstraint("list", "channel", "address"),
        Index("ix_members_address", "channel", "address"),
    )


class SlotRow(Base):
    """A recurring hour of a list: its next approved bulletin goes out then."""

    __tablename__ = "slots"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    list: Mapped[int] = mapped_column(ForeignKey("lists.id", ondelete="CASCADE"))
    weekday: Mapped[int] = mapped_column()  # Monday is 0
    at: Mapped[str] = mapped_column(String(5))  # "17:30", on the ward's clocks
    next_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), index=True)
    __table_args__ = (UniqueConstraint("list", "weekday", "at"),)


def new(
    *, name: str, unit: str, topic: str, target: int, officer: int | None, open_: bool, at: dt.datetime
) -> ListRow:
    """A list that is not kept yet."""
    return ListRow(
        name=name, unit=unit, topic=topic, target=target, officer=officer, code=secrets.token_urlsafe(9), open=open_,
        created_at=at,
    )  # fmt: skip


async def by_name(session: AsyncSession, name: str) -> ListRow | None:
    """The list of this name."""
    return await session.scalar(select(ListRow).where(ListRow.name == name))


async def by_code(session: AsyncSession, code: str) -> ListRow | None:
    """The list that a joining link names."""
    return await session.scalar(select(ListRow).where(ListRow.code == code))


async def members(session: AsyncSession, lists: Collection[int]) -> Sequence[MemberRow]:
    """All members of these lists, in the order of their coming."""
    found = select(MemberRow).where(MemberRow.list.in_(lists)).order_by(MemberRow.id)
    return (await session.scalars(found)).all()


async def elsewhere(session: AsyncSession, row: ListRow, addresses: Collection[str]) -> dict[str, str]:
    """Which of these short names lists of other units use for groups of their own, with the titles of these."""
    taken = (
        select(MemberRow.address, MemberRow.title)
        .join(ListRow, ListRow.id == MemberRow.list)
        .where(MemberRow.channel == BY_HAND, MemberRow.address.in_(addresses), ListRow.unit != row.unit)
    )
    return {row.address: row.title for row in await session.execute(taken)}


async def gone(session: AsyncSession, channel: str, address: str, reason: str) -> None:
    """This chat can no longer be written to: it stays in its lists, and is left out."""
    there = update(MemberRow).where(MemberRow.channel == channel, MemberRow.address == address)
    await session.execute(
        there.values(active=False, reason=reason[:300]).execution_options(synchronize_session=False)
    )


async def moved(session: AsyncSession, channel: str, old: str, new: str) -> None:
    """A group has another address now; where that is a member already, the old one is left out."""
    known = set(
        await session.scalars(select(MemberRow.list).where(MemberRow.channel == channel, MemberRow.address == new))
    )
    for member in await session.scalars(
        select(MemberRow).where(MemberRow.channel == channel, MemberRow.address == old)
    ):
        if member.list in known:
            member.active, member.reason = False, "moved"
        else:
            member.address = new
