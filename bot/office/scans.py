"""Counting scans without spying: per code, day and channel, in batches; who scanned is never known."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections import Counter, OrderedDict
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.office.codes import Codes, Looked, today
from bot.storage import codes as stored
from bot.storage.database import Database

log = structlog.get_logger()
EVERY: Final = 0.8  # seconds between two writings; a process that is killed loses what it counted since
FRESH: Final = 1.0  # seconds; a code aimed anew or revoked is so everywhere after them
LONGEST: Final = 60.0  # seconds that a code is remembered, whatever changes
MOST: Final = 10_000  # codes remembered at a time


class Scans:
    """What phones ask of printed codes, fast: codes are remembered until they change, scans are added up."""

    def __init__(self, database: Database, codes: Codes) -> None:
        self._database = database
        self._codes = codes
        self._counted: Counter[tuple[int, dt.date, str]] = Counter()
        self._some = asyncio.Event()
        self._known: OrderedDict[str, tuple[float, Looked]] = OrderedDict()
        self._last = -1  # the last change that we know of
        self._checked = -FRESH  # when we asked for it
        self._day = today()

    async def look(self, typed: str) -> Looked:
        """What this code is today, as it stood a second ago at most."""
        now = time.monotonic()
        if now - self._checked >= FRESH:
            self._checked = now
            await self._catch_up()
        known = self._known.get(typed)
        if known and now - known[0] < LONGEST:
            return known[1]
        last = self._last
        looked = await self._codes.look(typed)
        if looked.issued and last == self._last:  # whoever tries codes fills no memory
            self._known[typed] = (now, looked)
            self._known.move_to_end(typed)
            if len(self._known) > MOST:
                self._known.popitem(last=False)
        return looked

    async def _catch_up(self) -> None:
        """Forget the codes that changed, and all of them on a new day: another may have begun or ended."""
        async with self._database.reading() as session:
            self._last, serials = await stored.changed(session, self._last)
        if self._day != today():
            self._day = today()
            self._known.clear()
        for typed in [
            t for t, (_, looked) in self._known.items() if looked.issued and looked.issued.serial in serials
        ]:
            del self._known[typed]

    def seen(self, serial: int, channel: stored.Channel) -> None:
        """One more scan; it is written within a second."""
        self._counted[serial, today(), channel] += 1
        self._some.set()

    async def counting(self) -> None:
        """Write down what was counted, again and again, until cancelled; then for the last time."""
        try:
            while True:
                await self._some.wait()
                await asyncio.sleep(EVERY)
                await self.flush()
        finally:
            await self.flush()

    async def flush(self) -> None:
        """Write down what was counted; where the database is away it is kept for the next time."""
        self._some.clear()
        counted, self._counted = self._counted, Counter()
        if not counted:
            return
        try:
            async with self._database.unit_of_work() as session:
                await stored.count(session, counted)
        except (SQLAlchemyError, OSError) as error:
            log.error("scans wait for the database", error=type(error).__name__)
            self._counted.update(counted)
            self._some.set()
        except asyncio.CancelledError:
            self._counted.update(counted)
            raise
