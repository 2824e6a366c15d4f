"""Who wants which bulletins: a person who asked for them is a member of the lists of that unit and topic."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.contacts import ContactRow
from bot.storage.lists import ListRow, MemberRow
from handlers.contract import Wish

CHANNELS = frozenset({"telegram", "zalo-oa", "zalo-bot"})  # where one can be written to unasked


class SubscriptionsInDatabase:
    """`handlers.contract.Subscriptions` of one chat, within one unit of work."""

    def __init__(self, session: AsyncSession, channel: str, chat: str) -> None:
        self._session = session
        self._channel = channel
        self._chat = chat

    async def offered(self) -> Sequence[Wish]:
        """By unit and topic, of the lists that anybody may join."""
        rows = await self._session.scalars(select(ListRow).where(ListRow.open).order_by(ListRow.id))
        return _wishes(rows.all())

    async def mine(self) -> Sequence[Wish]:
        """What this chat gets now."""
        mine = select(MemberRow.list).where(self._is_mine(), MemberRow.active)
        rows = await self._session.scalars(select(ListRow).where(ListRow.id.in_(mine)).order_by(ListRow.id))
        return _wishes(rows.all())

    async def join(self, wishes: Sequence[Wish]) -> None:
        """Into every open list of these units and topics; once, however often it is asked."""
        wanted = {(wish.unit, wish.topic) for wish in wishes}
        lists = select(ListRow.id).where(ListRow.open, tuple_(ListRow.unit, ListRow.topic).in_(wanted))
        members = await self._session.scalars(select(MemberRow).where(self._is_mine()))
        known = {member.list: member for member in members}
        for id_ in await self._session.scalars(lists):
            if member := known.get(id_):
                member.active, member.reason = True, ""
                continue
            self._session.add(
                MemberRow(
                    list=id_, channel=self._channel, address=self._chat, title="", person=True, active=True,
                    reason="", joined_at=dt.datetime.now(dt.UTC),
                )
            )  # fmt: skip
        await self._session.flush()

    async def leave(self) -> None:
        """Out of all lists; no row stays."""
        await self._session.execute(delete(MemberRow).where(self._is_mine()))

    def _is_mine(self) -> ColumnElement[bool]:
        return (MemberRow.channel == self._channel) & (MemberRow.address == self._chat)


def book(session: AsyncSession, chat: tuple[str, str] | None) -> SubscriptionsInDatabase | None:
    """The port of this (channel, chat); None where nothing can be sent to it unasked."""
    return SubscriptionsInDatabase(session, *chat) if chat and chat[0] in CHANNELS else None


async def erase(session: AsyncSession, sender: str) -> None:
    """Forget what the chats of this person asked for; before its contacts are forgotten, by which they are known."""
    chats = select(ContactRow.channel, ContactRow.chat).where(
        ContactRow.sender == sender, ContactRow.group.is_(False)
    )
    mine = tuple_(MemberRow.channel, MemberRow.address).in_(chats)
    await session.execute(delete(MemberRow).where(mine).execution_options(synchronize_session=False))


def _wishes(lists: Sequence[ListRow]) -> list[Wish]:
    """One for each unit and topic, named by the first list of it."""
    found: dict[tuple[str, str], Wish] = {}
    for each in lists:
        found.setdefault((each.unit, each.topic), Wish(id=each.id, unit=each.unit, topic=each.topic))
    return list(found.values())
