"""The people and groups of a channel: whether they can be reached, and when they last wrote (the window book)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import DateTime, String, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.core import core
from bot.storage.moments import utc
from bot.storage.tables import Base
from bot.storage.together import Book, later, settle
from bot.storage.upsert import Upsert, taking


class ContactRow(Base):
    """One chat of one channel."""

    __tablename__ = "contacts"
    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    chat: Mapped[str] = mapped_column(String(64), primary_key=True)
    sender: Mapped[str | None] = mapped_column(String(80), index=True)  # the keyed hash, so that /xoa finds the row
    group: Mapped[bool] = mapped_column("is_group", default=False)
    title: Mapped[str | None] = mapped_column(String(200))  # of a group
    reachable: Mapped[bool] = mapped_column(default=True)
    reason: Mapped[str] = mapped_column(String(300), default="")  # why not
    last_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))  # the person's last interaction
    replies: Mapped[int] = mapped_column(default=0)  # bubbles sent since; platforms allow few
    replies_left: Mapped[int | None] = mapped_column()  # as the platform says; None: it did not
    quiet_until: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))  # staff write there themselves


class Contact(NamedTuple):
    """A row as one transaction sees it."""

    channel: str
    chat: str
    sender: str | None = None
    group: bool = False
    title: str | None = None
    reachable: bool = True
    reason: str = ""
    last_at: dt.datetime | None = None
    replies: int = 0
    replies_left: int | None = None
    quiet_until: dt.datetime | None = None

    def whose(self) -> tuple[object, ...]:
        """What seldom changes, and stands in an index: `WHOSE`."""
        return self.sender, self.group, self.title, self.reachable, self.reason

    def values(self) -> dict[str, object]:
        """By column."""
        return dict(zip(COLUMNS, self, strict=True))


CONTACTS: Final = Book(ContactRow, Contact)
COLUMNS: Final = tuple(CONTACTS.table.columns.keys())
WHOSE: Final = ("sender", "is_group", "title", "reachable", "reason")
FOLLOWED: Final = Upsert(CONTACTS.table, taking(*WHOSE))
WROTE: Final = Upsert(CONTACTS.table, taking(*WHOSE, "last_at", "replies", "replies_left"))
AGAIN: Final = Upsert(CONTACTS.table, taking("last_at", "replies", "replies_left"))
QUIETED: Final = Upsert(CONTACTS.table, taking("quiet_until"))
REPLIED: Final = (
    update(CONTACTS.table)
    .where(CONTACTS.table.c.channel == bindparam("to"), CONTACTS.table.c.chat == bindparam("in"))
    .values(replies=CONTACTS.table.c.replies + 1, replies_left=bindparam("left"))
)


async def interacted(
    session: AsyncSession,
    channel: str,
    chat: str,
    at: dt.datetime | None,
    *,
    sender: str | None,
    group: bool,
    title: str | None,
) -> bool:
    """Somebody can be reached again; where he wrote or pressed, `at`, his window begins anew. True: he is new."""
    key = (channel, chat)
    known = await CONTACTS.get(session, key)
    contact = Contact(
        channel, chat, sender, group, title or (known.title if known else None),
        quiet_until=known.quiet_until if known else None,
    )  # fmt: skip
    if at:
        contact = contact._replace(last_at=at)
    elif known:
        contact = contact._replace(last_at=known.last_at, replies=known.replies, replies_left=known.replies_left)
    CONTACTS.put(session, key, contact)
    if known and at and contact.whose() == known.whose():
        later(session, AGAIN, contact.values())
    else:
        later(session, WROTE if at else FOLLOWED, contact.values())
    return known is None


async def replied(session: AsyncSession, bubbles: Sequence[tuple[str, str, int | None]]) -> None:
    """One more bubble reached each of these (channel, chat, left) since it last wrote.

    `left`: the free ones that the person may still get, if that was said.
    """
    told = [{"to": channel, "in": chat, "left": left} for channel, chat, left in bubbles]
    told.sort(key=lambda each: (each["to"], each["in"]))  # as answers write them: nobody waits for each other
    await core(session, REPLIED, told)


async def replies_left(session: AsyncSession, channel: str, chat: str) -> int | None:
    """The free replies that this chat may still get, as the platform last said; None: it said nothing."""
    contact = await CONTACTS.get(session, (channel, chat))
    return contact.replies_left if contact else None


async def by_replies(session: AsyncSession, channel: str, since: dt.datetime) -> dict[int, int]:
    """How many people who wrote after `since` got how many bubbles since they last wrote."""
    rows = await session.execute(
        select(ContactRow.replies, func.count().label("people"))
        .where(ContactRow.channel == channel, ContactRow.group.is_(False), ContactRow.last_at > since)
        .group_by(ContactRow.replies)
        .order_by(ContactRow.replies)
    )
    return {row.replies: row.people for row in rows}


async def keep_quiet(session: AsyncSession, channel: str, chat: str, until: dt.datetime | None) -> None:
    """Staff answer in this chat themselves until then; None: no longer."""
    key = (channel, chat)
    known = await CONTACTS.get(session, key)
    if known is None and until is None:
        return
    contact = (known or Contact(channel, chat))._replace(quiet_until=until)
    CONTACTS.put(session, key, contact)
    later(session, QUIETED, contact.values())


async def is_quiet(session: AsyncSession, channel: str, chat: str, now: dt.datetime) -> bool:
    """Whether staff answer in this chat themselves."""
    contact = await CONTACTS.get(session, (channel, chat))
    until = contact.quiet_until if contact else None
    return until is not None and now < utc(until)


async def gone(session: AsyncSession, channel: str, chat: str, reason: str) -> None:
    """This chat cannot be reached until it writes again."""
    await settle(session)
    there = update(CONTACTS.table).where(CONTACTS.table.c.channel == channel, CONTACTS.table.c.chat == chat)
    await session.execute(there.values(reachable=False, reason=reason[:300]))
    CONTACTS.close(session)


async def moved(session: AsyncSession, channel: str, old: str, new: str) -> None:
    """A group became another one; the platform may tell it twice."""
    await settle(session)
    contact = await CONTACTS.get(session, (channel, old))
    if contact is None:
        return
    if await CONTACTS.get(session, (channel, new)) is None:
        there = contact._replace(chat=new, reachable=True, reason="", replies_left=None, quiet_until=None)
        await session.execute(insert(CONTACTS.table), there.values())
    here = delete(CONTACTS.table).where(CONTACTS.table.c.channel == channel, CONTACTS.table.c.chat == old)
    await session.execute(here)
    CONTACTS.close(session)


async def forget(session: AsyncSession, sender: str) -> None:
    """Erase what is held on a person."""
    await settle(session)
    mine = (CONTACTS.table.c.sender == sender, CONTACTS.table.c.is_group.is_(False))
    await session.execute(delete(CONTACTS.table).where(*mine))
    CONTACTS.close(session)


async def count(session: AsyncSession, channel: str) -> int:
    """How many chats of a channel can be reached."""
    found = await session.scalars(select(ContactRow.chat).where(ContactRow.channel == channel, ContactRow.reachable))
    return len(found.all())
