"""On Thursday morning: whoever answers for a list that will fall short this week is reminded in his own chat."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Channel, Say
from bot.delivery.telling import own_chat
from bot.dialogue.saying import queue
from bot.storage import meter
from bot.storage.database import Database
from bot.storage.meter import Duty
from bot.storage.officers import Officer
from bot.storage.statistics import monday
from content.hours import HERE
from content.texts import texts
from handlers.contract import Reply, Section

log = structlog.get_logger()
LOOK: Final = 60.0  # seconds between two looks at the clock
THURSDAY: Final = 3
FROM, UNTIL = 8, 19  # hours of the day: nobody is woken by a house that started late
KEPT: Final = dt.timedelta(hours=12)  # afterwards a reminder that could not be sent says nothing new


class Meter:
    """Looks at the clock in every process that delivers; what it does it does once."""

    def __init__(self, database: Database, channels: Mapping[str, Channel]) -> None:
        self._database = database
        self._channels = channels

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.remind(dt.datetime.now(dt.UTC))
            except (SQLAlchemyError, OSError) as error:
                log.error("nobody reminded", error=type(error).__name__)
            await asyncio.sleep(LOOK)

    async def remind(self, now: dt.datetime) -> int:
        """Remind whoever was not yet reminded of this week; how many were."""
        local = now.astimezone(HERE)
        if local.weekday() < THURSDAY or not FROM <= local.hour < UNTIL:
            return 0
        async with self._database.reading() as session:
            short = await meter.falling_short(session, local.date())
        if not short:
            return 0
        async with self._database.unit_of_work() as session:
            return sum([await self._tell(session, officer, duties, now) for officer, duties in short.items()])

    async def _tell(self, session: AsyncSession, officer: Officer, duties: Sequence[Duty], now: dt.datetime) -> bool:
        chat = own_chat(officer, self._channels)
        if chat is None or not await meter.reminded(session, officer, monday(now.astimezone(HERE).date()), now):
            return False
        says = [Say(channel=chat[0], chat=chat[1], reply=_reply(duties))]
        queue(session, self._channels, says, kept=KEPT, now=now)
        return True


def _reply(duties: Sequence[Duty]) -> Reply:
    say = texts("vi")
    lines = tuple(
        say(
            "bulletin.meter.list" if duty.waiting == 0 else "bulletin.meter.list_waiting",
            name=duty.name, sent=duty.sent, target=duty.target, waiting=duty.waiting,
        )
        for duty in duties
    )  # fmt: skip
    how = Section(lines=(say("bulletin.meter.how"),))
    return Reply(
        kind="smalltalk",
        title=say("bulletin.meter.title"),
        sections=(Section(lines=lines, shape="bullets" if len(lines) > 1 else "plain"), how),
    )
