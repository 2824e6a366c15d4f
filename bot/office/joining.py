"""A group joins a list by the link that an officer opened: the bot is added with the list's code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Attended, Channel, GroupLinked, Say, Update
from bot.storage import audit, lists, officers
from bot.storage.lists import ListRow, MemberRow
from content.pack import Pack
from content.texts import texts
from handlers.contract import Lang, Reply, Section, SenderId

START: Final = "l-"  # before a list's code, in what the link carries


class Joining:
    """The attendant that knows the codes of lists."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack

    async def attend(
        self,
        session: AsyncSession,
        channel: Channel,
        update: Update,
        sender: SenderId | None,  # noqa: ARG002  (other attendants need it)
    ) -> Attended | None:
        """The group that brings a code is a member from now on; None for every other message."""
        if update.what != "message" or not (update.start or "").startswith(START):
            return None
        lang: Lang = update.lang or "vi"
        words = await self._answer(session, channel.name, update, lang)
        reply = Reply(kind="smalltalk", sections=(Section(lines=(words,)),))
        return Attended(says=(Say(channel=channel.name, chat=update.chat, reply=reply, lang=lang),))

    async def _answer(self, session: AsyncSession, channel: str, update: Update, lang: Lang) -> str:
        say = texts(lang)
        if not update.group:
            return say("groups.join.private")
        row = await lists.by_code(session, (update.start or "").removeprefix(START))
        if row is None:
            return say("groups.join.wrong")
        if await self._joined(session, row, channel, update):
            officer = await officers.by_chat(session, channel, update.sender)
            audit.log(
                session, by=officer.name if officer else audit.MACHINE, action="group.join",
                subject=f"group:{channel}:{update.chat}"[:80], detail={"list": row.name},
            )  # fmt: skip
        unit = self._pack.units.get(row.unit)
        place = unit.name.in_(lang) if unit else self._pack.locality.name.in_(lang)
        return say("groups.join.done", unit=place, list=row.name)

    @staticmethod
    async def _joined(session: AsyncSession, row: ListRow, channel: str, update: Update) -> bool:
        """False where it was a member before."""
        mine = (MemberRow.list == row.id, MemberRow.channel == channel, MemberRow.address == update.chat)
        member = await session.scalar(select(MemberRow).where(*mine))
        if member is None:
            session.add(
                MemberRow(
                    list=row.id, channel=channel, address=update.chat, title=update.title or "", person=False,
                    active=True, reason="", joined_at=dt.datetime.now(dt.UTC),
                )
            )  # fmt: skip
            await session.flush()
            return True
        again = not member.active
        member.active, member.reason, member.title = True, "", update.title or member.title
        return again


def links(row_code: str, channels: Mapping[str, Channel]) -> Mapping[str, str]:
    """The address by which a group joins through each channel that has such, and whose name is known."""
    found = {
        name: channel.group_address(f"{START}{row_code}")
        for name, channel in channels.items()
        if isinstance(channel, GroupLinked)
    }
    return {name: address for name, address in found.items() if address}
