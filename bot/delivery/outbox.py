"""From a row to the platform: claimed, paced, sent, and settled by what the platform said."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import secrets
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Channel, Outcome, Outgoing, SendResult
from bot.delivery.limits import Pace
from bot.delivery.quiet import NEVER, Quiet
from bot.metrics import Metrics
from bot.storage import bulletins, contacts, faults, leases, lists, queues, usage
from bot.storage.database import Database
from bot.storage.moments import utc
from bot.storage.queues import Delivery, Flying

log = structlog.get_logger()
AT_ONCE: Final = 64  # bubbles in flight
TOGETHER: Final = 0.02  # seconds in which those that land are settled together, while others are still in flight
LONGEST_WAIT: Final = 300.0  # seconds between two tries
LONGEST_AWAY: Final = 15.0  # seconds between two looks for a database that is away
HEARTBEAT: Final = 4.0  # seconds between two renewals of our leases
LOOK: Final = 0.9  # seconds after which rows are looked for again, though nobody rang
PAUSE: Final = 60.0  # seconds that a channel with a faulty account waits
SHARED: Final = 100  # shared bubbles kept at hand
RETRY = "retry"


class Outbox:
    """Sends what is queued for one channel."""

    def __init__(
        self,
        database: Database,
        channel: Channel,
        *,
        unknown_sends: str = "leave",
        pace: float = 1.0,
        quiet: Quiet = NEVER,
        metrics: Metrics | None = None,
    ) -> None:
        self._metrics = metrics or Metrics()
        self._database = database
        self._channel = channel
        self._again = unknown_sends == RETRY
        self._pace = Pace(channel.limits, pace)
        self._quiet = quiet
        self._bodies: dict[int, Mapping[str, object]] = {}  # those that rows share
        self._faulty = True  # perhaps: an earlier process may have noted it; the first that is sent takes it back
        self._held_back = False  # by the pace, at the last look
        self._tasks: asyncio.TaskGroup | None = None  # while it runs
        self._flying: dict[int, asyncio.Task[None]] = {}
        self._landed: list[tuple[Flying, SendResult]] = []
        self._soon: asyncio.TimerHandle | None = None  # rings for those that have landed
        self._counted = asyncio.Event()  # it is known how many processes send beside us
        self._lease, self._owner = f"send:{channel.name}:", secrets.token_hex(4)
        self._looks = True  # something is queued, perhaps: rows are looked for
        self._looked = 0.0  # when, by a clock that never jumps
        self.work = asyncio.Event()

    @property
    def name(self) -> str:
        """The channel's."""
        return self._channel.name

    async def run(self) -> None:
        """Send until cancelled; what is in flight then is settled first."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._beating())
            await self._counted.wait()
            self._tasks = tasks
            failures = 0
            try:
                while True:
                    self.work.clear()  # what rings from now on is seen by the next round
                    try:
                        await self._work(tasks)
                        failures = 0
                    except (SQLAlchemyError, OSError) as error:
                        failures += 1
                        self._looks = True  # it came to nothing
                        self._complain(error)
                        await asyncio.sleep(min(LONGEST_AWAY, 0.1 * 2**failures))
                        continue
                    await self._rest()
            finally:
                self._tasks = None  # nothing new is launched
                if self._flying:
                    await asyncio.wait(self._flying.values(), timeout=queues.LEASE.total_seconds() / 2)
                with suppress(SQLAlchemyError, OSError):  # then the leases run out
                    async with self._database.unit_of_work(short=True) as session:
                        await self._settle(session, list(self._landed))
                        await leases.let_go(session, self._lease + self._owner, self._owner)

    async def _work(self, tasks: asyncio.TaskGroup) -> int:
        """Settle what has landed and claim what may fly, in one transaction; how many were claimed."""
        landed = list(self._landed)
        self._held_back = self._pace.allowance() < 1
        if not landed and not (self._free(0) and self._is_to_look()):
            return 0
        rows: list[Flying] = []
        async with self._database.unit_of_work(short=True) as session:
            await self._settle(session, landed)
            most = self._free(len(landed))
            if most and self._is_to_look():
                self._looks = False  # unless somebody rings meanwhile, or more is found to wait
                now = dt.datetime.now(dt.UTC)
                last = queues.ALARM if self._quiet.at(now) else queues.BULLETIN
                rows = await queues.claim_deliveries(session, self._channel.name, now, most, self._pace.busy(), last)
                await self._share(session, {row.shared for row in rows if row.shared})
                waits = len(rows) == most or await queues.is_anything_queued(session, self._channel.name)
                self._looks, self._looked = self._looks or waits, time.monotonic()
        del self._landed[: len(landed)]  # only now: a transaction that fails is tried again
        for row, _ in landed:
            del self._flying[row.id]
        for outcome, number in Counter(result.outcome for _, result in landed).items():
            self._metrics.delivered(self._channel.name, outcome.value, number)
        for row in rows:
            self._launch(tasks, row)
        return len(rows)

    def ring(self) -> None:
        """Something is queued."""
        self._looks = True
        self.work.set()

    def _is_to_look(self) -> bool:
        """Not where all that was queued is known to be gone; others may have queued some, so now and then it is."""
        return self._looks or time.monotonic() >= self._looked + LOOK

    def _launch(self, tasks: asyncio.TaskGroup, row: Flying) -> None:
        groups = self._channel.limits.group_ids or ""
        self._pace.spend(row.chat, group=bool(groups) and row.chat.startswith(groups))
        self._flying[row.id] = tasks.create_task(self._send(row, self._bodies.get(row.shared or 0)))

    async def lift(self, session: AsyncSession, rows: Sequence[dict[str, object]]) -> None:
        """Mark those of these new rows that go out at once, as being sent: for each chat the first, unless something
        is open for it, as many as the pace allows, and none while others wait. The rest is found by the next look."""
        free = self._free(len(self._landed)) if self._tasks and not self._looks else 0
        if not free:
            return
        first = {str(row["chat"]): row for row in reversed(rows)}
        shut = await queues.open_chats(session, self._channel.name, list(first)) | set(self._pace.busy())
        until = dt.datetime.now(dt.UTC) + queues.LEASE
        for row in [row for row in rows if row is first[str(row["chat"])] and row["chat"] not in shut][:free]:
            row |= {"state": "sending", "tries": 1, "until": until}

    def launch(self, row: Flying) -> None:
        """Send a row that was lifted, now that it is kept."""
        if self._tasks:
            self._launch(self._tasks, row)

    async def _share(self, session: AsyncSession, wanted: set[int]) -> None:
        """Have the shared bubbles of these rows at hand; a bulletin's few bodies are read once, not a row each."""
        if not wanted - self._bodies.keys():
            return
        known = self._bodies if len(self._bodies) < SHARED else {}
        self._bodies = {**known, **await queues.bodies(session, wanted - known.keys())}

    def _free(self, landed: int) -> int:
        """How many may be launched now."""
        if self._channel.health.state != "ready":
            return 0
        return max(0, min(AT_ONCE - len(self._flying) + landed, self._pace.allowance()))

    async def _send(self, row: Flying, shared: Mapping[str, object] | None) -> None:
        if row.expires and utc(row.expires) < dt.datetime.now(dt.UTC):
            result = SendResult(outcome=Outcome.REFUSED, reason="expired")
        else:
            try:
                result = await self._channel.send(row.chat, Outgoing(body=row.body or shared or {}))
            except Exception as error:
                log.exception("sending failed", channel=row.channel, outbox=row.id)
                result = SendResult(outcome=Outcome.UNKNOWN, reason=type(error).__name__)
        self._landed.append((row, result))
        if len(self._landed) >= min(len(self._flying), AT_ONCE // 2):
            self.work.set()
        elif self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(TOGETHER, self._settle_soon)

    def _settle_soon(self) -> None:
        self._soon = None
        self.work.set()

    async def _settle(self, session: AsyncSession, landed: Sequence[tuple[Flying, SendResult]]) -> None:
        if not landed:
            return
        now = dt.datetime.now(dt.UTC)
        for _, result in landed:
            self._obey(result)
        arrived = [(row, result) for row, result in landed if result.outcome is Outcome.SENT]
        await self._settle_arrived(session, arrived, now)
        others = [each for each in landed if each[1].outcome is not Outcome.SENT]
        self._looks = self._looks or bool(others)  # some of them are queued again
        await self._settle_others(session, others, now)
        if self._channel.limits.per_month:
            unseen = sum(result.outcome is Outcome.UNKNOWN for _, result in landed)
            usage.count(session, self._channel.name, usage.SENT, now, len(arrived) + unseen)

    def _obey(self, result: SendResult) -> None:
        """The pace that the platform wants from now on."""
        if result.per_second:
            self._pace.slow(result.per_second)
        if result.everyone and result.wait:
            self._pace.stop(result.wait)

    async def _settle_arrived(
        self, session: AsyncSession, arrived: Sequence[tuple[Flying, SendResult]], now: dt.datetime
    ) -> None:
        """Nearly all of them, by one statement for the rows and one for their chats."""
        if not arrived:
            return
        if self._faulty:
            await faults.over(session, self._channel.name)
            self._faulty = False
        await queues.sent(session, [(row, result.message_id, result.reason) for row, result in arrived], now)
        await contacts.replied(session, [(row.channel, row.chat, result.left) for row, result in arrived])

    async def _settle_others(
        self, session: AsyncSession, landed: Sequence[tuple[Flying, SendResult]], now: dt.datetime
    ) -> None:
        """Those that need a closer look, as rows."""
        if not landed:
            return
        rows = await queues.still_flying(session, [row for row, _ in landed])
        for sent, result in landed:
            if row := rows.get(sent.id):
                row.body = row.body or sent.body  # taken for lost meanwhile, and it was not
                await self._settle_one(session, row, result, now)
        if back := [row.id for row in rows.values() if row.bulletin and row.state == "queued"]:
            await bulletins.obey(session, now, back)

    async def _settle_one(self, session: AsyncSession, row: Delivery, result: SendResult, now: dt.datetime) -> None:
        row.reason, row.until = result.reason[:300], None
        match result.outcome:
            case Outcome.REPEAT if result.times is None or row.tries < result.times:
                wait = result.wait if result.wait is not None else _backoff(row.tries)
                return _again(row, now + dt.timedelta(seconds=wait))
            case Outcome.ACCOUNT:
                self._pace.stop(PAUSE)
                self._faulty = True
                await faults.note(session, row.channel, result.reason, now)
                log.error("channel paused", channel=row.channel, reason=result.reason)
                return _again(row, now + dt.timedelta(seconds=PAUSE))
            case Outcome.UNKNOWN if self._again and row.tries < 2:
                return _again(row, now + dt.timedelta(seconds=_backoff(row.tries)))
            case Outcome.MOVED if result.moved_to:
                await contacts.moved(session, row.channel, row.chat, result.moved_to)
                await lists.moved(session, row.channel, row.chat, result.moved_to)
                await queues.move(session, row.channel, row.chat, result.moved_to)  # this row among them
                return _again(row, now)
            case Outcome.REFUSED if result.instead:
                row.body = dict(result.instead[0].body)
                session.add_all(_after(row, bubble, now) for bubble in result.instead[1:])
                return _again(row, now)
            case Outcome.GONE:
                await contacts.gone(session, row.channel, row.chat, result.reason)
                await lists.gone(session, row.channel, row.chat, result.reason)
        row.state, row.settled, row.body = result.outcome.value, now, None
        return None

    async def _rest(self) -> None:
        """Until something lands, a chat is free again, the pace allows more, or a second has passed."""
        waits = [w for w in (self._pace.wait(), self._pace.next_free()) if w > 0]
        if self._held_back and self._pace.allowance() >= 1:
            return  # the pace allowed the next while the last were claimed
        try:
            async with asyncio.timeout(min([1.0, *waits])):  # `wait_for` may swallow that we are told to end
                await self.work.wait()
        except TimeoutError:
            return

    async def _beating(self) -> None:
        while True:
            try:
                await self.beat(dt.datetime.now(dt.UTC))
            except (SQLAlchemyError, OSError) as error:
                self._complain(error)
            self._counted.set()
            await asyncio.sleep(HEARTBEAT)

    async def beat(self, now: dt.datetime) -> None:
        """Say that we live, then look who died: our own leases may have run out while the database was away."""
        async with self._database.unit_of_work(short=True) as session:
            if self._flying:
                await queues.keep_claims(session, self._flying, now)
            self._looks = bool(await queues.lost_deliveries(session, now, again=self._again)) or self._looks
            await self._count(session, now)

    async def _count(self, session: AsyncSession, now: dt.datetime) -> None:
        """Divide the account's pace among the processes that send for it; a new one waits until all have seen it."""
        await leases.hold(session, self._lease + self._owner, self._owner, now)
        sharers = await leases.holders(session, self._lease, now)
        self._pace.share(sharers)
        if sharers > 1 and not self._counted.is_set():
            self._pace.stop(HEARTBEAT)

    def _complain(self, error: Exception) -> None:
        log.error("delivery waits for the database", channel=self._channel.name, error=type(error).__name__)


def _after(row: Delivery, bubble: Outgoing, now: dt.datetime) -> Delivery:
    """One more bubble of the same answer."""
    return Delivery(
        channel=row.channel, chat=row.chat, lane=row.lane, body=dict(bubble.body), state="queued", tries=0,
        not_before=now, expires=row.expires, received=row.received, bulletin=row.bulletin, at=now,
    )  # fmt: skip


def _again(row: Delivery, when: dt.datetime) -> None:
    row.state, row.not_before = "queued", when


def _backoff(tries: int) -> float:
    return min(LONGEST_WAIT, 2.0**tries) * random.uniform(0.75, 1.25)  # noqa: S311 - spreads retries, keeps no secret
