"""From a row to the platform: claimed, paced, sent, and settled by what the platform said."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from typing import Final

import structlog
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Channel, Outcome, Outgoing, SendResult
from bot.delivery.limits import Pace
from bot.storage import contacts, queues, usage
from bot.storage.database import Database
from bot.storage.queues import Delivery

log = structlog.get_logger()
AT_ONCE: Final = 32  # bubbles in flight
LONGEST_WAIT: Final = 300.0  # seconds between two tries
HEARTBEAT: Final = 4.0  # seconds between two renewals of our leases
PAUSE: Final = 60.0  # seconds that a channel with a faulty account waits
RETRY = "retry"


class Outbox:
    """Sends what is queued for one channel."""

    def __init__(
        self, database: Database, channel: Channel, *, unknown_sends: str = "leave", pace: float = 1.0
    ) -> None:
        self._database = database
        self._channel = channel
        self._again = unknown_sends == RETRY
        self._pace = Pace(channel.limits, pace)
        self._flying: dict[int, asyncio.Task[None]] = {}
        self._landed: list[tuple[Delivery, SendResult]] = []
        self.work = asyncio.Event()

    async def run(self) -> None:
        """Send until cancelled; what is in flight then is settled first."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._beating())
            try:
                while True:
                    await self._settle()
                    if not await self._launch(tasks):
                        await self._rest()
            finally:
                if self._flying:
                    await asyncio.wait(self._flying.values(), timeout=queues.LEASE.total_seconds() / 2)
                await self._settle()

    async def _launch(self, tasks: asyncio.TaskGroup) -> int:
        most = min(AT_ONCE - len(self._flying), self._pace.allowance())
        if most <= 0 or self._channel.health.state != "ready":
            return 0
        now = dt.datetime.now(dt.UTC)
        async with self._database.unit_of_work() as session:
            rows = await queues.claim_deliveries(session, self._channel.name, now, most, self._pace.busy())
        groups = self._channel.limits.group_ids or ""
        for row in rows:
            self._pace.spend(row.chat, group=bool(groups) and row.chat.startswith(groups))
            self._flying[row.id] = tasks.create_task(self._send(row))
        return len(rows)

    async def _send(self, row: Delivery) -> None:
        if row.expires and row.expires.replace(tzinfo=dt.UTC) < dt.datetime.now(dt.UTC):
            result = SendResult(outcome=Outcome.REFUSED, reason="expired")
        else:
            result = await self._channel.send(row.chat, Outgoing(body=row.body or {}))
        self._landed.append((row, result))
        self.work.set()

    async def _settle(self) -> None:
        landed, self._landed = self._landed, []
        if not landed:
            return
        async with self._database.unit_of_work() as session:
            for row, result in landed:
                await self._settle_one(session, await session.merge(row), result)
        for row, _ in landed:
            del self._flying[row.id]

    async def _settle_one(self, session: AsyncSession, row: Delivery, result: SendResult) -> None:
        now = dt.datetime.now(dt.UTC)
        row.reason, row.until = result.reason[:300], None
        if result.per_second:
            self._pace.slow(result.per_second)
        if result.everyone and result.wait:
            self._pace.stop(result.wait)
        if result.outcome in {Outcome.SENT, Outcome.UNKNOWN} and self._channel.limits.per_month:
            await usage.count(session, row.channel, usage.SENT, now)
        match result.outcome:
            case Outcome.SENT:
                row.message_id = result.message_id
                await contacts.replied(session, row.channel, row.chat, result.left)
            case Outcome.REPEAT if result.times is None or row.tries < result.times:
                wait = result.wait if result.wait is not None else _backoff(row.tries)
                return _again(row, now + dt.timedelta(seconds=wait))
            case Outcome.ACCOUNT:
                self._pace.stop(PAUSE)
                log.error("channel paused", channel=row.channel, reason=result.reason)
                return _again(row, now + dt.timedelta(seconds=PAUSE))
            case Outcome.UNKNOWN if self._again and row.tries < 2:
                return _again(row, now + dt.timedelta(seconds=_backoff(row.tries)))
            case Outcome.MOVED if result.moved_to:
                await contacts.moved(session, row.channel, row.chat, result.moved_to)
                await queues.move(session, row.channel, row.chat, result.moved_to)  # this row among them
                return _again(row, now)
            case Outcome.REFUSED if result.instead:
                row.body = dict(result.instead[0].body)
                session.add_all(_after(row, bubble, now) for bubble in result.instead[1:])
                return _again(row, now)
            case Outcome.GONE:
                await contacts.gone(session, row.channel, row.chat, result.reason)
        row.state, row.settled, row.body = result.outcome.value, now, None
        return None

    async def _rest(self) -> None:
        """Until something lands, a chat is free again, the pace allows more, or a second has passed."""
        waits = [w for w in (self._pace.wait(), self._pace.next_free()) if w > 0]
        self.work.clear()
        if self._landed:
            return
        try:
            await asyncio.wait_for(self.work.wait(), timeout=min([1.0, *waits]))
        except TimeoutError:
            return

    async def _beating(self) -> None:
        while True:
            now = dt.datetime.now(dt.UTC)
            async with self._database.unit_of_work() as session:
                await queues.lost_deliveries(session, now, again=self._again)
                if self._flying:
                    mine = update(Delivery).where(Delivery.id.in_(self._flying), Delivery.state == "sending")
                    await session.execute(mine.values(until=now + queues.LEASE))
            await asyncio.sleep(HEARTBEAT)


def _after(row: Delivery, bubble: Outgoing, now: dt.datetime) -> Delivery:
    """One more bubble of the same answer."""
    return Delivery(
        channel=row.channel, chat=row.chat, lane=row.lane, body=dict(bubble.body), state="queued", tries=0,
        not_before=now, expires=row.expires, received=row.received, at=now,
    )  # fmt: skip


def _again(row: Delivery, when: dt.datetime) -> None:
    row.state, row.not_before = "queued", when


def _backoff(tries: int) -> float:
    return min(LONGEST_WAIT, 2.0**tries) * random.uniform(0.75, 1.25)  # noqa: S311 - spreads retries, keeps no secret
