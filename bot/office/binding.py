"""A chat becomes an officer's own: by the code of an invitation, through a deep link or typed as /canbo CODE."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Attended, Channel, Say, Update
from bot.office.access import grants_of
from bot.office.keys import Keys, plain
from bot.storage import access, audit, officers
from bot.storage.access import Invitation
from bot.storage.moments import utc
from bot.storage.officers import EVERYWHERE, Officer, OfficerChat, OfficerRow
from content.pack import Pack
from content.texts import Texts, texts
from handlers.contract import Lang, Reply, Section, SenderId

START: Final = "o-"
COMMAND: Final = "/canbo"
TRIES: Final = (5, dt.timedelta(hours=1))  # of one chat


class Binding:
    """The attendant that knows the codes of invitations."""

    def __init__(self, pack: Pack, keys: Keys) -> None:
        self._pack = pack
        self._keys = keys

    async def attend(
        self,
        session: AsyncSession,
        channel: Channel,
        update: Update,
        sender: SenderId | None,  # noqa: ARG002  (other attendants need it)
    ) -> Attended | None:
        """Bind the chat that brings a code; None for every other message."""
        code = _code(update)
        if code is None:
            return None
        lang: Lang = update.lang or "vi"
        words = await self._answer(session, channel.name, update, code, texts(lang))
        reply = Reply(kind="smalltalk", sections=(Section(lines=(words,)),))
        return Attended(says=(Say(channel=channel.name, chat=update.chat, reply=reply, lang=lang),))

    async def _answer(self, session: AsyncSession, channel: str, update: Update, code: str, say: Texts) -> str:
        if update.group:
            return say("console.bind.private")
        if not code:
            officer = await officers.by_chat(session, channel, update.chat)
            return say("console.bind.how") if officer is None else self._known(officer, say)
        now, chat = dt.datetime.now(dt.UTC), self._keys.hash("chat", f"{channel}:{update.chat}")
        most, length = TRIES
        if await access.guessed(session, f"chat:{chat}", now, length) > most:
            return say("console.bind.busy", minutes=int(length.total_seconds() // 60))
        found = await session.scalar(
            select(Invitation).where(Invitation.code == self._keys.hash("bind", code)).with_for_update()
        )
        row = await session.get(OfficerRow, found.officer) if found and utc(found.expires_at) > now else None
        if row is None or row.disabled_at is not None:
            return say("console.bind.wrong")
        await access.forgive(session, f"chat:{chat}")
        await session.delete(found)
        await session.merge(OfficerChat(channel=channel, chat=update.chat, officer=row.id, bound_at=now))
        subject, detail = f"officer:{row.name}", {"channel": channel}
        audit.log(session, by=row.name, action="officer.bind", subject=subject, detail=detail)
        await session.flush()
        officer = await officers.by_id(session, row.id)
        return say("console.bind.done") + "\n" + (self._known(officer, say) if officer else "")

    def _known(self, officer: Officer, say: Texts) -> str:
        roles = [f"{say(f'console.role.{role}')}: {self._place(unit, say)}" for role, unit in grants_of(officer)]
        return "\n".join((say("console.bind.who", name=officer.name), *(f"- {role}" for role in roles)))

    def _place(self, unit: str, say: Texts) -> str:
        known = self._pack.units.get(unit)
        return say("console.everywhere") if unit == EVERYWHERE or known is None else known.name.in_(say.lang)


def _code(update: Update) -> str | None:
    """The code that came, as it is hashed; empty where only the command was typed; None for any other message."""
    if update.what != "message":
        return None
    if update.start is not None:
        return plain(update.start.removeprefix(START)) if update.start.startswith(START) else None
    word, _, rest = update.text.strip().partition(" ")
    if word.partition("@")[0].lower() != COMMAND:
        return None
    return plain(rest)
