"""Everything that runs beside the web: connections, polling, answering, sending, tidying."""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets
import sqlite3
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.channel import Channel, Update
from bot.delivery import gauges
from bot.delivery.catching_up import CatchingUp
from bot.delivery.inbox import Inbox
from bot.delivery.meter import Meter
from bot.delivery.outbox import Outbox
from bot.delivery.quiet import NEVER, Quiet
from bot.delivery.reminders import Reminders
from bot.delivery.schedule import Schedule
from bot.delivery.showings import ShowingCalls
from bot.metrics import Metrics
from bot.storage import leases, queues, usage
from bot.storage.database import Database

log = structlog.get_logger()
FIRST_TRY: Final = 10.0  # seconds that the first connection may take before it counts as ended
LONGEST_WAIT: Final = 300.0  # seconds between two tries to connect
WATCH: Final = 30.0  # seconds between two looks at a connection that stands
RENEW: Final = leases.LENGTH.total_seconds() / 3  # seconds between two renewals of a lease
CHECKPOINT: Final = 0.5  # seconds between two copies of what was written into the database's own file
TIDY: Final = 3600.0  # seconds between two erasures of what may no longer be kept


class Engine:
    """The work of one process."""

    def __init__(
        self,
        database: Database,
        inbox: Inbox,
        channels: Mapping[str, Channel],
        *,
        polling: frozenset[str] = frozenset(),
        unknown_sends: str = "leave",
        pace: float = 1.0,
        public_url: str = "",
        quiet: Quiet = NEVER,
        beside: Sequence[Callable[[], Coroutine[Any, Any, None]]] = (),
    ) -> None:
        self._beside = beside  # what else runs for ever where answers are given
        self._database = database
        self.inbox = inbox
        self.channels = channels
        self._polling = polling
        self._public_url = public_url
        self._outboxes = [
            Outbox(database, channel, unknown_sends=unknown_sends, pace=pace, quiet=quiet, metrics=inbox.metrics)
            for channel in channels.values()
        ]
        self._schedule = Schedule(database, quiet, inbox.answered, channels)
        self._reminders = Reminders(database, channels, quiet, public_url, inbox.answered)

    async def run(self, *, receives: bool, delivers: bool) -> None:
        """Until cancelled: `receives` for whoever has the web, `delivers` for whoever answers and sends."""
        async with asyncio.TaskGroup() as tasks:
            for channel in self.channels.values():
                tasks.create_task(self._connecting(channel, registers=receives))
                if receives and channel.name in self._polling:
                    tasks.create_task(self._polling_(channel))
            tasks.create_task(self.inbox.accepting())
            tasks.create_task(self._checkpointing())
            if delivers:
                self.inbox.senders = {outbox.name: outbox for outbox in self._outboxes}
                tasks.create_task(self.inbox.answering())
                tasks.create_task(self._waking())
                tasks.create_task(self._tidying())
                tasks.create_task(self._schedule.run())
                tasks.create_task(self._reminders.run())
                tasks.create_task(ShowingCalls(self._database, self.channels, self.inbox.answered).run())
                for forever in self._beside:
                    tasks.create_task(forever())
                tasks.create_task(Meter(self._database, self.channels).run())
                for outbox in self._outboxes:
                    tasks.create_task(outbox.run())

    @property
    def metrics(self) -> Metrics:
        """What this process counted."""
        return self.inbox.metrics

    async def measure(self) -> None:
        """Set the gauges."""
        await gauges.measure(self.metrics, self._database, self.channels, dt.datetime.now(dt.UTC))

    async def close(self) -> None:
        """Let go of every connection."""
        for channel in self.channels.values():
            await channel.close()

    async def _connecting(self, channel: Channel, *, registers: bool) -> None:
        webhook = None
        if registers and channel.name not in self._polling:
            webhook = f"{self._public_url}/webhook/{channel.name}"
        catching = CatchingUp(self._database, self.inbox, channel)
        tries = 0
        while True:
            try:
                async with asyncio.timeout(FIRST_TRY):
                    await channel.connect(webhook=webhook)
            except TimeoutError:
                channel.health.state, channel.health.why = "unreachable", "no answer"
            channel.health.tried = True
            if channel.health.state == "ready":
                tries = 0
                await self._measure(channel)
                if registers:
                    await catching.look(dt.datetime.now(dt.UTC), reconnected=True)
                await _stands(channel)
                while channel.health.state == "ready":  # until tending, or a send, finds the account at fault
                    await channel.tend()
                    await self._measure(channel)
                    if registers:
                        await catching.look(dt.datetime.now(dt.UTC))
                    await _stands(channel)
                continue
            log.warning("channel", channel=channel.name, state=channel.health.state, why=channel.health.why)
            tries += 1
            # What waits for a person's consent costs nobody anything to look at again.
            longest = WATCH if channel.health.state == "not connected" else LONGEST_WAIT
            await asyncio.sleep(min(longest, 2.0**tries))

    async def _measure(self, channel: Channel) -> None:
        """Tell when a month's messages, or the people an account may have, are nearly used up."""
        if not channel.limits.per_month:
            return
        try:
            async with self._database.reading() as session:
                used = await usage.used(session, channel.name, dt.datetime.now(dt.UTC))
        except (SQLAlchemyError, OSError) as error:
            log.error("usage unknown", channel=channel.name, error=type(error).__name__)
            return
        said = [f"{used.messages} of {channel.limits.per_month} messages of this month"]
        nearly = used.messages >= usage.NEARLY * channel.limits.per_month
        if channel.limits.people:
            said.append(f"{used.people} of {channel.limits.people} people")
            nearly = nearly or used.people >= usage.NEARLY * channel.limits.people
        if nearly and not channel.health.used:
            log.warning("nearly used up", channel=channel.name, used=", ".join(said))
        channel.health.used = ", ".join(said) if nearly else ""

    async def _polling_(self, channel: Channel) -> None:
        """Ask for updates in one process only, for as long as it holds the lease."""
        name, owner = f"poll:{channel.name}", secrets.token_hex(8)
        try:
            while True:
                if not await self._holds(name, owner, held=False):
                    await asyncio.sleep(RENEW)
                    continue
                polling = asyncio.create_task(self._poll(channel))
                try:
                    while not polling.done() and await self._holds(name, owner, held=True):
                        await asyncio.wait({polling}, timeout=RENEW)
                finally:
                    polling.cancel()
                    await asyncio.wait({polling})
                if not polling.cancelled():
                    polling.result()
        finally:
            with suppress(SQLAlchemyError, OSError):  # then it runs out
                async with self._database.unit_of_work() as session:
                    await leases.let_go(session, name, owner)

    async def _holds(self, name: str, owner: str, *, held: bool) -> bool:
        """Whether the lease is ours; while the database is away, as before, since nobody else can take it then."""
        try:
            async with self._database.unit_of_work() as session:
                return await leases.hold(session, name, owner, dt.datetime.now(dt.UTC))
        except (SQLAlchemyError, OSError) as error:
            log.error("lease unknown", lease=name, error=type(error).__name__)
            return held

    async def _poll(self, channel: Channel) -> None:
        async for updates in channel.poll():
            while not await self._kept(channel, updates):  # noqa: ASYNC110 - nothing tells when a database is back
                await asyncio.sleep(1)

    async def _kept(self, channel: Channel, updates: Sequence[Update]) -> bool:
        """Whether a batch is written down; platforms that hand out each update once do not repeat it."""
        try:
            await self.inbox.accept(channel, updates)
        except Exception as error:  # noqa: BLE001 - a full inbox, a database away for a minute: tried until it is kept
            log.error("polled updates wait", channel=channel.name, error=type(error).__name__)
            return False
        return True

    async def _waking(self) -> None:
        while True:
            await self.inbox.answered.wait()
            self.inbox.answered.clear()
            for outbox in self._outboxes:
                outbox.ring()

    async def _checkpointing(self) -> None:
        while True:
            await asyncio.sleep(CHECKPOINT)
            try:
                await self._database.checkpoint()
            except (SQLAlchemyError, sqlite3.Error, OSError) as error:
                log.error("no checkpoint", error=type(error).__name__)

    async def _tidying(self) -> None:
        while True:
            try:
                async with self._database.unit_of_work() as session:
                    await queues.tidy(session, dt.datetime.now(dt.UTC))
            except (SQLAlchemyError, OSError) as error:
                log.error("not tidied", error=type(error).__name__)
                await asyncio.sleep(LONGEST_WAIT)
                continue
            await asyncio.sleep(TIDY)


async def _stands(channel: Channel) -> None:
    """Until it is time to look again, or a send found it out of reach: nothing goes out before that look."""
    loop = asyncio.get_running_loop()
    end = loop.time() + WATCH
    while channel.health.state == "ready" and (left := end - loop.time()) > 0:  # noqa: ASYNC110 - a channel rings no bell
        await asyncio.sleep(min(1.0, left))


def states(channels: Sequence[Channel]) -> dict[str, str]:
    """How each channel is doing, for `/readyz`."""
    return {c.name: ": ".join((c.health.state, *filter(None, (c.health.why, c.health.used)))) for c in channels}
