"""What the clock tells officers in their own chats: rendered by the channel, queued in the same transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Channel, Update
from bot.storage import officers, queues
from bot.storage.bulletins import BulletinRow
from bot.storage.officers import EVERYWHERE, Officer
from bot.storage.queues import Delivery
from content.texts import texts
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
    told = 0
    for officer in to:
        chats = [(name, chat) for name, chat in officer.chats if name in channels]
        if not chats:
            continue
        name, chat = next(((name, chat) for name, chat in chats if name != avoid), chats[0])
        update = Update(key="", chat=chat, sender=chat, at=now)
        for bubble in channels[name].render(reply, update, texts("vi")):
            session.add(
                Delivery(
                    channel=name, chat=chat, lane=queues.REPLY, body=dict(bubble.body), state="queued", tries=0,
                    not_before=now, expires=now + queues.BODY_KEPT, at=now, reason="",
                )
            )  # fmt: skip
        told += 1
    return told


def said(*words: str) -> Reply:
    """These lines, as an answer."""
    return Reply(kind="smalltalk", sections=(Section(lines=words),))


async def concerned(session: AsyncSession, row: BulletinRow, units: Iterable[str]) -> list[Officer]:
    """Whom the fate of a bulletin concerns: its author, and whoever may approve it."""
    found: dict[int, Officer] = {}
    if author := await officers.by_name(session, row.author):
        found[author.id] = author
    for unit in units:
        for officer in await officers.with_role(session, "approver", None if unit == EVERYWHERE else unit):
            found[officer.id] = officer
    return [officer for officer in found.values() if not officer.disabled]
