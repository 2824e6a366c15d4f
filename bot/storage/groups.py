"""The register: every group that gets bulletins, in whatever lists it is, and when it last got one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.lists import ListRow, MemberRow
from bot.storage.moments import utc
from bot.storage.queues import Delivery

Chat = tuple[str, str]  # channel, address


async def rows(session: AsyncSession) -> list[tuple[MemberRow, ListRow]]:
    """Every group with each of its lists, in the order of their coming; people who subscribed are not groups."""
    found = (
        select(MemberRow, ListRow)
        .join(ListRow, ListRow.id == MemberRow.list)
        .where(MemberRow.person.is_(False))
        .order_by(MemberRow.id)
    )
    return [(member, list_) for member, list_ in await session.execute(found)]


async def of(session: AsyncSession, member: int, *, hold: bool = False) -> list[tuple[MemberRow, ListRow]]:
    """The group that this member row belongs to, with each of its lists; `hold`: to be changed."""
    one = await session.get(MemberRow, member)
    if one is None or one.person:
        return []
    found = (
        select(MemberRow, ListRow)
        .join(ListRow, ListRow.id == MemberRow.list)
        .where(MemberRow.channel == one.channel, MemberRow.address == one.address)
        .order_by(MemberRow.id)
    )
    if hold:
        found = found.with_for_update(of=MemberRow)
    return [(row, list_) for row, list_ in await session.execute(found)]


async def last_posts(session: AsyncSession, chats: Collection[Chat]) -> dict[Chat, dt.datetime]:
    """When each of these chats last got a bulletin, as far as the outbox knows; older ones stand at the member."""
    got = (
        select(Delivery.channel, Delivery.chat, func.max(Delivery.settled))
        .where(Delivery.bulletin.is_not(None), Delivery.state.in_(("sent", "by_hand")))
        .where(tuple_(Delivery.channel, Delivery.chat).in_(chats))
        .group_by(Delivery.channel, Delivery.chat)
    )
    return {(channel, chat): utc(at) for channel, chat, at in await session.execute(got) if at}


async def set_facts(session: AsyncSession, ids: Sequence[int], **facts: object) -> None:
    """What is true of the group is true in each of its lists."""
    here = update(MemberRow).where(MemberRow.id.in_(ids)).values(**facts)
    await session.execute(here.execution_options(synchronize_session=False))
