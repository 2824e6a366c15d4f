"""The attendant and the reviewer of the inbox: a talk's two sides, told apart by whose chat it is."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Attended, Channel, Say, Update
from bot.office.handover import Handover
from bot.office.handover_duty import Reached
from bot.office.handover_officer import OfficersSide
from bot.office.handover_resident import ResidentsSide
from bot.storage import officers
from handlers.contract import Lang, Reply, SenderId


class HandoverInChat:
    """Takes what belongs to a talk into its own hands."""

    def __init__(self, handover: Handover, officers_side: OfficersSide, residents_side: ResidentsSide) -> None:
        self._handover = handover
        self._officers = officers_side
        self._residents = residents_side

    async def attend(
        self, session: AsyncSession, channel: Channel, update: Update, sender: SenderId | None
    ) -> Attended | None:
        """What a talk makes of an update; None where it belongs to none."""
        return await self.attend_at(session, channel.name, update, sender)

    async def attend_at(
        self, session: AsyncSession, channel: str, update: Update, sender: SenderId | None
    ) -> Attended | None:
        """The same for the web, which is no channel."""
        if update.group or sender is None or update.what not in ("message", "staff"):
            return None
        if update.what == "staff":
            says: list[Say] | None = await self._residents.staff_wrote(session, channel, update)
        elif (channel, update.chat) in await officers.own_chats(session):
            officer = await officers.by_chat(session, channel, update.chat)
            me = Reached(officer=officer, channel=channel, chat=update.chat) if officer else None
            says = await self._officers.attend(session, me, update, sender) if me else None
        else:
            says = await self._residents.attend(session, channel, update, sender)
        return await self._attended(session, says, (channel, update.chat))

    async def review(
        self,
        session: AsyncSession,
        channel: Channel,
        update: Update,
        sender: SenderId | None,
        reply: Reply,
        lang: Lang,
    ) -> Attended | None:
        """What is said instead of an answer of the dialogue; None: it goes out."""
        return await self.review_at(session, channel.name, update, sender, reply, lang)

    async def review_at(
        self, session: AsyncSession, channel: str, update: Update, sender: SenderId | None, reply: Reply, lang: Lang
    ) -> Attended | None:
        """The same for the web."""
        if update.group or sender is None or (channel, update.chat) in await officers.own_chats(session):
            return None
        return await self._attended(
            session,
            await self._residents.review(session, channel, update, sender, reply, lang),
            (channel, update.chat),
        )

    async def _attended(
        self, session: AsyncSession, says: list[Say] | None, here: tuple[str, str]
    ) -> Attended | None:
        return None if says is None else Attended(says=tuple(await self._handover.offered(session, says, here=here)))
