"""After a film bulletin each café gets the button by which it says that it showed the film."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Channel, Say
from bot.dialogue.saying import queue
from bot.storage import nudges, queues, showings
from bot.storage.bulletins import BulletinListRow, BulletinRow
from bot.storage.database import Database
from bot.storage.lists import MemberRow
from bot.storage.published import STANDS
from bot.storage.queues import Delivery
from content.texts import texts
from handlers.contract import Button, Reply, Section

log = structlog.get_logger()
LOOK: Final = 10.0  # seconds between two looks
NEWS: Final = dt.timedelta(days=1)  # a bulletin that went out before is asked for no more
SHOWN: Final = "showing"  # the button's id


class ShowingCalls:
    """Looks at the clock in every process that delivers; each café is asked once a bulletin."""

    def __init__(self, database: Database, channels: Mapping[str, Channel], rang: asyncio.Event) -> None:
        self._database = database
        self._channels = channels
        self._rang = rang  # something is there to be sent

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.call(dt.datetime.now(dt.UTC))
            except (SQLAlchemyError, OSError) as error:
                log.error("no café asked", error=type(error).__name__)
            await asyncio.sleep(LOOK)

    async def call(self, now: dt.datetime) -> int:
        """Ask the cafés that have a film bulletin by now; how many were."""
        async with self._database.reading() as session:
            due = await self._due(session, now)
        asked = 0
        for bulletin, member, channel, chat in due:
            async with self._database.unit_of_work() as session:
                if await nudges.take(session, bulletin, f"member:{member}", 0, now):
                    says = [Say(channel=channel, chat=chat, reply=_reply())]
                    queue(session, self._channels, says, lane=queues.BULLETIN, now=now)  # it waits for the morning
                    asked += 1
        if asked:
            self._rang.set()
        return asked

    async def _due(self, session: AsyncSession, now: dt.datetime) -> list[tuple[int, int, str, str]]:
        lists = [row.id for row in await showings.lists(session)]
        if not lists:
            return []
        rows = await session.execute(
            select(BulletinRow.id, MemberRow.id, MemberRow.channel, MemberRow.address)
            .join(BulletinListRow, BulletinListRow.bulletin == BulletinRow.id)
            .join(MemberRow, MemberRow.list == BulletinListRow.list)
            .join(
                Delivery,
                (Delivery.bulletin == BulletinRow.id)
                & (Delivery.channel == MemberRow.channel)
                & (Delivery.chat == MemberRow.address)
                & (Delivery.state == "sent"),
            )
            .where(BulletinListRow.list.in_(lists), MemberRow.active, MemberRow.channel.in_(self._channels))
            .where(MemberRow.channel != "sms", BulletinRow.state.in_(STANDS), BulletinRow.queued_at > now - NEWS)
            .distinct()
        )
        found = [(bulletin, member, channel, chat) for bulletin, member, channel, chat in rows]
        asked = await nudges.last(session, {bulletin for bulletin, *_ in found})
        return [each for each in found if (each[0], f"member:{each[1]}") not in asked]


def _reply() -> Reply:
    say = texts("vi")
    words = Section(lines=(say("cafes.ask"),))
    return Reply(kind="smalltalk", sections=(words,), buttons=(Button(id=SHOWN, title=say("cafes.shown")),))
