"""What the house says unasked: rendered by each channel, and queued in the transaction that makes it say so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Channel, Say, Update
from bot.storage import queues
from bot.storage.queues import Delivery
from content.texts import texts


def queue(
    session: AsyncSession,
    channels: Mapping[str, Channel],
    says: Iterable[Say],
    *,
    lane: int = queues.REPLY,
    kept: dt.timedelta = queues.BODY_KEPT,
    now: dt.datetime | None = None,
) -> None:
    """Queue what is to be said on channels that are on, good for `kept`; the web's chats read for themselves."""
    now = now or dt.datetime.now(dt.UTC)
    for say in says:
        if say.channel not in channels:
            continue
        update = Update(key="", chat=say.chat, sender=say.chat, at=now)
        for bubble in channels[say.channel].render(say.reply, update, texts(say.lang)):
            session.add(
                Delivery(
                    channel=say.channel, chat=say.chat, lane=lane, body=dict(bubble.body), state="queued", tries=0,
                    not_before=now, expires=now + kept, at=now, reason="",
                )
            )  # fmt: skip
