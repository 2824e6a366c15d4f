"""Everything that runs beside the web: connections, polling, answering, sending, tidying."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

import structlog

from bot.channels.channel import Channel
from bot.delivery.inbox import Inbox
from bot.delivery.outbox import Outbox
from bot.storage import queues
from bot.storage.database import Database

log = structlog.get_logger()
FIRST_TRY: Final = 10.0  # seconds that the first connection may take before it counts as ended
LONGEST_WAIT: Final = 300.0  # seconds between two tries to connect
WATCH: Final = 30.0  # seconds between two looks at a connection that stands
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
        public_url: str = "",
    ) -> None:
        self._database = database
        self.inbox = inbox
        self.channels = channels
        self._polling = polling
        self._public_url = public_url
        self._outboxes = [Outbox(database, channel, unknown_sends=unknown_sends) for channel in channels.values()]

    async def run(self, *, receives: bool, delivers: bool) -> None:
        """Until cancelled: `receives` for whoever has the web, `delivers` for whoever answers and sends."""
        async with asyncio.TaskGroup() as tasks:
            for channel in self.channels.values():
                tasks.create_task(self._connecting(channel, registers=receives))
                if receives and channel.name in self._polling:
                    tasks.create_task(self._polling_(channel))
            tasks.create_task(self.inbox.accepting())
            if delivers:
                tasks.create_task(self.inbox.answering())
                tasks.create_task(self._waking())
                tasks.create_task(self._tidying())
                for outbox in self._outboxes:
                    tasks.create_task(outbox.run())

    async def close(self) -> None:
        """Let go of every connection."""
        for channel in self.channels.values():
            await channel.close()

    async def _connecting(self, channel: Channel, *, registers: bool) -> None:
        webhook = None
        if registers and channel.name not in self._polling:
            webhook = f"{self._public_url}/webhook/{channel.name}"
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
                await asyncio.sleep(WATCH)
                while channel.health.state == "ready":  # noqa: ASYNC110 - a send that finds the account at fault tells
                    await asyncio.sleep(WATCH)
                continue
            log.warning("channel", channel=channel.name, state=channel.health.state, why=channel.health.why)
            tries += 1
            await asyncio.sleep(min(LONGEST_WAIT, 2.0**tries))

    async def _polling_(self, channel: Channel) -> None:
        async for updates in channel.poll():
            await self.inbox.accept(channel, updates)

    async def _waking(self) -> None:
        while True:
            await self.inbox.answered.wait()
            self.inbox.answered.clear()
            for outbox in self._outboxes:
                outbox.work.set()

    async def _tidying(self) -> None:
        while True:
            async with self._database.unit_of_work() as session:
                await queues.tidy(session, dt.datetime.now(dt.UTC))
            await asyncio.sleep(TIDY)


def states(channels: Sequence[Channel]) -> dict[str, str]:
    """How each channel is doing, for `/readyz`."""
    return {c.name: c.health.state + (f": {c.health.why}" if c.health.why else "") for c in channels}
