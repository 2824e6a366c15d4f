"""What becomes of talks by the clock: nobody came, nobody writes any more, duty begins, they are too old."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Channel, Say
from bot.dialogue.saying import queue
from bot.office.doubts import Doubts
from bot.office.handover import Handover
from bot.office.handover_resident import ASKED
from bot.storage import handovers
from bot.storage.database import Database
from bot.storage.handovers import DOUBT, OPEN, Talk
from bot.storage.moments import utc

log = structlog.get_logger()
LOOK: Final = 15.0  # seconds between two looks
MOST: Final = 5000  # talks looked at; more wait for the next look
UNTAKEN: Final = dt.timedelta(minutes=15)  # then whoever waits is told that his word is kept
LONGEST: Final = dt.timedelta(days=30)  # for a word that nobody read


class HandoverClock:
    """Looks at the clock in every process that answers; each step is done once."""

    def __init__(
        self,
        database: Database,
        handover: Handover,
        doubts: Doubts,
        channels: Mapping[str, Channel],
        *,
        talk_hours: float,
    ) -> None:
        self._database = database
        self._handover = handover
        self._doubts = doubts
        self._channels = channels
        self._idle = dt.timedelta(hours=talk_hours)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.tick()
            except (SQLAlchemyError, OSError) as error:
                log.error("talks not looked after", error=type(error).__name__)
            await asyncio.sleep(LOOK)

    async def tick(self) -> int:
        """Do what is due; how many talks changed."""
        async with self._database.reading() as session:
            open_ = await handovers.listed(session, OPEN, most=MOST)
            on = {unit: await self._on(session, unit) for unit in {talk.unit for talk in open_}}
            ids = [talk.id for talk in open_ if self._due(talk, on=on[talk.unit])]
            old = await handovers.is_untidy(session, self._handover.now())
        changed = 0
        for id_ in ids:
            async with self._database.unit_of_work() as session:
                talk = await handovers.locked(session, id_)
                what = self._due(talk, on=await self._on(session, talk.unit)) if talk else None
                if talk and what:
                    says = await self._handover.offered(session, await self._do(session, talk, what))
                    queue(session, self._channels, says)
                    changed += 1
        if old:
            async with self._database.unit_of_work() as session:
                await handovers.tidy(session, self._handover.now())
        return changed

    async def _on(self, session: AsyncSession, unit: str | None) -> bool:
        return await self._handover.duty.is_on(session, unit, self._handover.now())

    def _due(self, talk: Talk, *, on: bool) -> str | None:
        """What is to be done with a talk now; None: nothing."""
        now = self._handover.now()
        idle = now - utc(talk.last_at)
        if talk.state == "closed":
            return None
        if talk.kind == DOUBT:
            return "late" if now - utc(talk.opened_at) >= self._doubts.wait else None
        if talk.state == "asking":
            return "forget" if idle > ASKED else None
        if talk.state == "open":
            return "idle" if idle >= self._idle else None
        if talk.state == "waiting":
            return "untaken" if not on or now - utc(talk.opened_at) >= UNTAKEN else None
        if idle > LONGEST:
            return "forget"
        if on and not talk.told:
            return "tell"
        return "off" if talk.told and not on else None

    async def _do(self, session: AsyncSession, talk: Talk, what: str) -> list[Say]:
        core, now = self._handover, self._handover.now()
        if what == "late":
            return await self._doubts.too_late(session, talk)
        if what == "forget":
            await handovers.close(session, talk, now)
            return []
        if what == "idle":
            return await core.ended(session, talk, "handover.idle", "handover.desk.idle")
        if what == "untaken":
            on = await core.duty.is_on(session, talk.unit, now)
            talk.state, talk.told = "word_left", on  # told again when the next duty begins
            in_hours = on or await core.duty.is_hour(session, talk.unit, now)  # whoever was at the console has left
            key = "handover.untaken" if in_hours else "handover.untaken.later"
            return [core.words.to_resident(talk, key, when=await core.when(session, talk))]
        if what == "tell":
            talk.told = True
            return await core.tell(session, talk)
        talk.told = False
        return []
