"""By the clock: what is due is queued, what came too late is held, what is all settled is sent."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Channel
from bot.delivery.quiet import Quiet
from bot.delivery.telling import concerned, said, tell
from bot.storage import audit, bulletins, faults, sendings, slots
from bot.storage.bulletins import LATE, BulletinListRow, BulletinRow
from bot.storage.database import Database
from bot.storage.moments import utc
from content.hours import HERE
from content.texts import texts

log = structlog.get_logger()
LOOK: Final = 2.0  # seconds between two looks


class Schedule:
    """Runs in every process that delivers; a bulletin is locked while one of them handles it, so it is done once."""

    def __init__(
        self, database: Database, quiet: Quiet, rang: asyncio.Event, channels: Mapping[str, Channel] | None = None
    ) -> None:
        self._database = database
        self._quiet = quiet
        self._rang = rang  # something is there to be sent
        self._channels = channels or {}  # through which officers are told

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.look(dt.datetime.now(dt.UTC))
            except (SQLAlchemyError, OSError) as error:
                log.error("the schedule waits for the database", error=type(error).__name__)
            await asyncio.sleep(LOOK)

    async def look(self, now: dt.datetime) -> None:
        """What is to be done at this moment."""
        async with self._database.reading() as session:
            some = await bulletins.anything_to_do(session, now) or await slots.any_due(session, now)
            untold = await faults.untold(session)
        if not some and not untold:
            return
        async with self._database.unit_of_work() as session:
            for row in await slots.take(session, now):
                self._log(session, "slot", row, now)
            for row in await bulletins.due(session, now):
                await self._take(session, row, now)
            await bulletins.obey(session, now)
            for row in await bulletins.finish(session, now):
                await self._close(session, row, now)
            for fault in await faults.untold(session):
                await self._tell_fault(session, fault, now)

    async def _take(self, session: AsyncSession, row: BulletinRow, now: dt.datetime) -> None:
        planned = utc(row.schedule_at) if row.schedule_at else now
        may = planned if row.urgent and row.urgent_by else self._quiet.over(planned)
        if now < may:
            return  # waiting for the end of the quiet hours is not being overdue
        if now - may > LATE:
            await self._hold(session, row, planned, now)
            return
        await bulletins.queue(session, row, now)
        self._log(session, "send", row, now)
        self._rang.set()

    async def _hold(self, session: AsyncSession, row: BulletinRow, planned: dt.datetime, now: dt.datetime) -> None:
        """It is no longer news, perhaps: whoever may send it is asked."""
        row.held_since, row.changed_at = now, now
        self._log(session, "held", row, now)
        log.warning("bulletin held", bulletin=row.id)
        at = f"{planned.astimezone(HERE):%H:%M %d/%m/%Y}"
        words = texts("vi")("bulletin.told.held", id=row.id, title=row.title, at=at)
        units = await bulletins.units_of(session, row.id)
        tell(session, self._channels, await concerned(session, row, units), said(words), now)
        self._rang.set()

    async def _close(self, session: AsyncSession, row: BulletinRow, now: dt.datetime) -> None:
        """Its figures by list stay when the rows are erased."""
        if row.state == "sent":
            self._log(session, "sent", row, now)
        for list_, found in (await sendings.by_list(session, [row.id])).items():
            if kept := await session.get(BulletinListRow, (row.id, list_)):
                kept.results = dict(found.get(row.id, {}))

    async def _tell_fault(self, session: AsyncSession, fault: faults.FaultRow, now: dt.datetime) -> None:
        """A token taken back in the midst of it: what waits is told to whoever wrote or approved it."""
        fault.told_at = now
        for id_ in await faults.waiting_bulletins(session, fault.channel):
            row = await session.get(BulletinRow, id_)
            if row is None:
                continue
            words = texts("vi")(
                "bulletin.told.fault", id=id_, title=row.title, channel=fault.channel, why=fault.reason
            )
            officers = await concerned(session, row, await bulletins.units_of(session, id_))
            tell(session, self._channels, officers, said(words), now, avoid=fault.channel)
            self._log(session, "fault", row, now, channel=fault.channel)
        self._rang.set()

    @staticmethod
    def _log(session: AsyncSession, deed: str, row: BulletinRow, now: dt.datetime, **more: object) -> None:
        subject = f"bulletin:{row.id}"
        audit.log(session, by=audit.MACHINE, action=f"bulletin.{deed}", subject=subject, detail=more, at=now)
