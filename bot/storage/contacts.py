"""The people and groups of a channel: whether they can be reached, and when they last wrote (the window book)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final, cast

from sqlalchemy import DateTime, String, Table, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.moments import utc
from bot.storage.tables import Base
from bot.storage.together import add, row


class Contact(Base):
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


CONTACTS: Final = cast("Table", Contact.__table__)
REPLIED: Final = (
    update(CONTACTS)
    .where(CONTACTS.c.channel == bindparam("to"), CONTACTS.c.chat == bindparam("in"))
    .values(replies=CONTACTS.c.replies + 1, replies_left=bindparam("left"))
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
    known = await row(session, Contact, (channel, chat))
    contact = known or Contact(channel=channel, chat=chat)
    contact.sender, contact.group, contact.title = sender, group, title or contact.title
    contact.reachable, contact.reason = True, ""
    if at:
        contact.last_at, contact.replies, contact.replies_left = at, 0, None
    if known is None:
        add(session, contact, (channel, chat))
    return known is None


async def replied(session: AsyncSession, bubbles: Sequence[tuple[str, str, int | None]]) -> None:
    """One more bubble reached each of these (channel, chat, left) since it last wrote.

    `left`: the free ones that the person may still get, if that was said.
    """
    told = [{"to": channel, "in": chat, "left": left} for channel, chat, left in bubbles]
    await session.execute(REPLIED, told)


async def replies_left(session: AsyncSession, channel: str, chat: str) -> int | None:
    """The free replies that this chat may still get, as the platform last said; None: it said nothing."""
    contact = await row(session, Contact, (channel, chat))
    return contact.replies_left if contact else None


async def by_replies(session: AsyncSession, channel: str, since: dt.datetime) -> dict[int, int]:
    """How many people who wrote after `since` got how many bubbles since they last wrote."""
    rows = await session.execute(
        select(Contact.replies, func.count().label("people"))
        .where(Contact.channel == channel, Contact.group.is_(False), Contact.last_at > since)
        .group_by(Contact.replies)
        .order_by(Contact.replies)
    )
    return {row.replies: row.people for row in rows}


async def keep_quiet(session: AsyncSession, channel: str, chat: str, until: dt.datetime | None) -> None:
    """Staff answer in this chat themselves until then; None: no longer."""
    contact = await row(session, Contact, (channel, chat))
    if contact is None and until is not None:
        contact = Contact(channel=channel, chat=chat, group=False, reachable=True, reason="", replies=0)
        add(session, contact, (channel, chat))
    if contact:
        contact.quiet_until = until


async def is_quiet(session: AsyncSession, channel: str, chat: str, now: dt.datetime) -> bool:
    """Whether staff answer in this chat themselves."""
    contact = await row(session, Contact, (channel, chat))
    until = contact.quiet_until if contact else None
    return until is not None and now < utc(until)


async def gone(session: AsyncSession, channel: str, chat: str, reason: str) -> None:
    """This chat cannot be reached until it writes again."""
    if contact := await row(session, Contact, (channel, chat)):
        contact.reachable, contact.reason = False, reason[:300]


async def moved(session: AsyncSession, channel: str, old: str, new: str) -> None:
    """A group became another one; the platform may tell it twice."""
    contact = await row(session, Contact, (channel, old))
    if contact and not await row(session, Contact, (channel, new)):
        there = Contact(
            channel=channel, chat=new, group=contact.group, title=contact.title, last_at=contact.last_at,
            reachable=True, reason="", replies=contact.replies, sender=contact.sender,
        )  # fmt: skip
        add(session, there, (channel, new))
    if contact:
        await session.delete(contact)


async def forget(session: AsyncSession, sender: str) -> None:
    """Erase what is held on a person."""
    await session.execute(delete(Contact).where(Contact.sender == sender, Contact.group.is_(False)))


async def count(session: AsyncSession, channel: str) -> int:
    """How many chats of a channel can be reached."""
    found = await session.scalars(select(Contact.chat).where(Contact.channel == channel, Contact.reachable))
    return len(found.all())
