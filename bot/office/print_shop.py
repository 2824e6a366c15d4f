"""Whoever serves lets waiting printing orders be made, one after the other, each by a process of its own."""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets
import sys
from dataclasses import asdict, dataclass
from tempfile import TemporaryDirectory
from typing import Final

import orjson
import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.office.printer import Job
from bot.office.printing import Printing
from bot.storage import printing as stored
from bot.storage.database import Database
from bot.storage.printing import STALE
from content.texts import texts

log = structlog.get_logger()
AGAIN: Final = 5.0  # seconds until a database that is away is asked again


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a process that prints must know of this house."""

    database_url: str
    pack: str
    public_url: str


class PrintShop:
    """The printing of one serving process."""

    def __init__(self, database: Database, orders: Printing, setup: Setup) -> None:
        self._database = database
        self._orders = orders
        self._setup = setup
        self._maker = secrets.token_hex(8)

    async def run(self) -> None:
        """Make what waits, for ever; an order at hand when it is cancelled waits for the next process."""
        while True:
            try:
                if order := await self._claimed():
                    await self._make(order)
                else:
                    await self._something()
            except (SQLAlchemyError, OSError) as error:
                log.error("printing waits for the database", error=type(error).__name__)
                await asyncio.sleep(AGAIN)

    async def _claimed(self) -> str | None:
        async with self._database.reading() as session:
            if not await stored.open_orders(session):
                return None
        async with self._database.unit_of_work() as session:
            return await stored.claim(session, self._maker, dt.datetime.now(dt.UTC))

    async def _something(self) -> None:
        """Wait until somebody sends an order, or until one that another makes may have been left."""
        async with self._database.reading() as session:
            others = await stored.open_orders(session)
        try:
            async with asyncio.timeout(STALE.total_seconds() if others else None):
                await self._orders.some.wait()
        except TimeoutError:
            return
        self._orders.some.clear()

    async def _make(self, order: str) -> None:
        with TemporaryDirectory(prefix="hoiphuong-") as folder:
            job = Job(**asdict(self._setup), order=order, maker=self._maker, folder=folder)
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot.office.printer", stdin=asyncio.subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is for us alone: we end it, and say that the order waits
            )  # fmt: skip
            try:
                await process.communicate(orjson.dumps(asdict(job)))
            except asyncio.CancelledError:
                process.kill()
                await process.wait()
                await self._said(order, state="waiting")
                raise
        if process.returncode:
            log.error("printing failed", exit=process.returncode)
            await self._said(order, state="failed", why=texts("vi")("console.codes.order.broke"))

    async def _said(self, order: str, **values: str) -> None:
        async with self._database.unit_of_work() as session:
            await stored.moved(session, order, self._maker, dt.datetime.now(dt.UTC), **values)
