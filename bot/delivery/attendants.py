"""Who is asked before the dialogue: each may take an update into its own hands. What is said goes by the outbox."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Attended, Channel, Outgoing, Say, Update
from content.texts import texts
from handlers.contract import Lang, Reply, SenderId


class Attendant(Protocol):
    """One of them; the services of officers are such, without knowing it."""

    async def attend(
        self, session: AsyncSession, channel: Channel, update: Update, sender: SenderId | None
    ) -> Attended | None:
        """What is to be said, and to whom; None: the next attendant, and last the dialogue."""
        ...


class Reviewer(Protocol):
    """One who sees every answer of the dialogue before it goes out."""

    async def review(
        self,
        session: AsyncSession,
        channel: Channel,
        update: Update,
        sender: SenderId | None,
        reply: Reply,
        lang: Lang,
    ) -> Attended | None:
        """What is said instead; None: the answer goes out as it is."""
        ...


def rendered(
    channels: Mapping[str, Channel], channel: Channel, update: Update, attended: Attended
) -> Iterator[tuple[Say, Outgoing]]:
    """Each bubble in its channel's own words; to the chat that wrote it is an answer, to others a message."""
    for say in attended.says:
        theirs = channel if say.channel == channel.name else channels.get(say.channel)
        if theirs is None:  # turned off since: nobody can be told there
            continue
        answers = (say.channel, say.chat) == (channel.name, update.chat)
        to = update if answers else Update(key="", chat=say.chat, sender=say.chat, at=dt.datetime.now(dt.UTC))
        for outgoing in theirs.render(say.reply, to, texts(say.lang)):
            yield say, outgoing
