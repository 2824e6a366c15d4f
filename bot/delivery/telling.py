"""What the clock tells officers in their own chats: rendered by the channel, queued in the same transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Channel, Say
from bot.dialogue.saying import queue
from bot.storage import officers
from bot.storage.bulletins import BulletinRow
from bot.storage.officers import Officer
from handlers.contract import Reply, Section


def tell(
    session: AsyncSession,
    channels: Mapping[str, Channel],
    to: Iterable[Officer],
    reply: Reply,
    now: dt.datetime,
    *,
    avoid: str = "",
) -> int:
    """Queue this for each officer who has a chat; how many have. `avoid`: a channel that takes nothing just now."""
    chats = [chat for officer in to if (chat := own_chat(officer, channels, avoid))]
    queue(session, channels, [Say(channel=name, chat=chat, reply=reply) for name, chat in chats], now=now)
    return len(chats)


def own_chat(officer: Officer, channels: Mapping[str, Channel], avoid: str = "") -> tuple[str, str] | None:
    """Where he is told something: his latest chat on a channel that is on, if he can not the one to `avoid`."""
    chats = [(name, chat) for name, chat in officer.chats if name in channels]
    return next((each for each in chats if each[0] != avoid), chats[0] if chats else None)


def said(*words: str) -> Reply:
    """These lines, as an answer."""
    return Reply(kind="smalltalk", sections=(Section(lines=words),))


async def concerned(session: AsyncSession, row: BulletinRow, units: Iterable[str]) -> list[Officer]:
    """Whom the fate of a bulletin concerns: its author, and whoever may approve it."""
    found: dict[int, Officer] = {}
    if author := await officers.by_name(session, row.author):
        found[author.id] = author
    for unit in units:
        for officer in await officers.with_role(session, "approver", unit):
            found[officer.id] = officer
    return [officer for officer in found.values() if not officer.disabled]
