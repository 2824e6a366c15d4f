"""What no webhook brought: asked for after an outage, and when a channel is silent for long.

Zalo switches a webhook off after some failures and tells nobody; then this is how people are still answered.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.channel import Channel, Recalling
from bot.delivery.arrivals import InboxFull, NotKept
from bot.delivery.inbox import Inbox
from bot.storage import queues
from bot.storage.database import Database

log = structlog.get_logger()
SILENCE: Final = dt.timedelta(minutes=10)  # without an update: asked whether there is none
FAR: Final = dt.timedelta(hours=24)  # what is older is not answered any more
OVERLAP: Final = dt.timedelta(minutes=5)  # between two clocks, and what was on its way
SETTLED: Final = dt.timedelta(minutes=1)  # the webhook has that long to bring a message itself
SILENT: Final = "the webhook brings nothing, though people write: is it switched off in Zalo's console?"


class CatchingUp:
    """For one channel of one process."""

    def __init__(self, database: Database, inbox: Inbox, channel: Channel) -> None:
        self._database = database
        self._inbox = inbox
        self._channel = channel
        self._asked: dt.datetime | None = None
        self._caught: dt.datetime | None = None  # when messages were found that no webhook had brought

    async def look(self, now: dt.datetime, *, reconnected: bool = False) -> None:
        """Ask at once after an outage; else only where the channel is silent, and then it is an alarm."""
        if not isinstance(self._channel, Recalling):
            return
        try:
            async with self._database.reading() as session:
                heard = await queues.newest(session, self._channel.name)
            if heard is None:  # a new account: what was said before us is not ours to answer
                return
            if self._caught and heard > self._caught + SETTLED and self._channel.health.why == SILENT:
                self._channel.health.why = ""
            silent = heard < now - SILENCE and (self._asked is None or self._asked < now - SILENCE)
            if reconnected or silent:
                self._asked = now
                await self._fetch(self._channel, max(heard - OVERLAP, now - FAR), now, reconnected=reconnected)
        except (SQLAlchemyError, OSError, InboxFull, NotKept) as error:
            log.error("not caught up", channel=self._channel.name, error=type(error).__name__)

    async def _fetch(self, recalling: Recalling, since: dt.datetime, now: dt.datetime, *, reconnected: bool) -> None:
        updates = await recalling.missed(since, now if reconnected else now - SETTLED)
        async with self._database.reading() as session:
            known = await queues.known(session, self._channel.name, [update.key for update in updates])
        new = [update for update in updates if update.key not in known]
        if not new:
            return
        await self._inbox.accept(self._channel, new)
        self._inbox.metrics.caught_up(self._channel.name, len(new))
        self._caught = now
        if reconnected:
            log.warning("caught up after an outage", channel=self._channel.name, messages=len(new))
        else:
            self._channel.health.why = SILENT
            log.error("alarm", channel=self._channel.name, what=SILENT, messages=len(new))
