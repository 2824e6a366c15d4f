"""From a platform's call to rows of the inbox: each update once, those of many calls in one transaction."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Channel, Update
from bot.delivery.packing import packed
from bot.errors import HoiPhuongError
from bot.metrics import Metrics
from bot.storage import queues, usage
from bot.storage.database import Database, is_away

log = structlog.get_logger()
TOGETHER: Final = 0.002  # seconds in which those that arrive are kept together, once they come close on each other
OLD: Final = dt.timedelta(hours=48)  # an update older than this is a replay
FLOOD: Final = 20  # open updates of one chat; what it sends beyond is not kept
FULL: Final = 20_000  # open updates of a channel, for the sake of the process
SHARERS: Final = 8  # processes that may fill the room that is left at the same time


class InboxFull(HoiPhuongError):
    """So much is waiting that no more is taken; the platform will send it again."""


class NotKept(HoiPhuongError):
    """The database takes nothing at the moment; the platform will send it again."""


@dataclass(eq=False, slots=True)
class _Call:
    """Updates that arrived together, and whoever waits until they are kept."""

    channel: str
    rows: list[dict[str, object]]
    kept: asyncio.Future[int]

    def end(self, error: Exception | None = None) -> None:
        if error and not self.kept.done():
            self.kept.set_exception(error)
        elif not self.kept.done():  # else nobody waits any more
            self.kept.set_result(len(self.rows))


class Arrivals:
    """Keeps what comes in."""

    def __init__(
        self, database: Database, channels: Mapping[str, Channel], metrics: Metrics, work: asyncio.Event
    ) -> None:
        """`work` is rung for whoever answers what was kept."""
        self._database = database
        self._channels = channels
        self._metrics = metrics
        self._work = work
        self._arriving: list[_Call] = []
        self._room: Counter[str] = Counter()  # so many more may wait before it is counted again what does
        self._ring = asyncio.Event()

    async def accept(self, channel: Channel, updates: Sequence[Update]) -> int:
        """Keep what is new, durably; `InboxFull` or `NotKept`. Calls that arrive together share one transaction."""
        now = dt.datetime.now(dt.UTC)
        rows: list[dict[str, object]] = [
            {"channel": channel.name, "key": u.key[:120], "chat": u.chat, "body": packed(u), "at": now}
            for u in updates
            if now - u.at < OLD
        ]
        self._metrics.came(channel.name, "old", len(updates) - len(rows))
        if not rows:
            return 0
        call = _Call(channel.name, rows, asyncio.get_running_loop().create_future())
        self._arriving.append(call)
        self._ring.set()
        return await call.kept

    async def accepting(self) -> None:
        """Keep what arrives, until cancelled."""
        arrived: list[_Call] = []
        while True:
            await self._ring.wait()
            if len(arrived) > 1:
                await asyncio.sleep(TOGETHER)
            self._ring.clear()
            arrived, self._arriving = self._arriving, []
            try:
                await self._keep(arrived)
            except Exception as error:  # noqa: BLE001 - the webhook call fails and is repeated; the loop lives on
                if len(arrived) == 1 or is_away(error):
                    self._fail(arrived, error)
                    continue
                for call in arrived:  # one of them cannot be kept; it shall not keep the others out
                    try:
                        await self._keep([call])
                    except Exception as its_own:  # noqa: BLE001
                        self._fail([call], its_own)
            self._work.set()

    def _fail(self, calls: Sequence[_Call], error: Exception) -> None:
        log.error("not kept", calls=len(calls), channel=calls[0].channel, error=type(error).__name__)
        for call in calls:
            call.end(NotKept(type(error).__name__))

    async def _keep(self, calls: Sequence[_Call]) -> None:
        rows = [row for call in calls for row in call.rows]
        kept: list[dict[str, object]] = []
        new: Counter[str] = Counter()
        async with self._database.unit_of_work(urgent=True, short=True) as session:
            channels = {call.channel for call in calls}
            full = {name for name in channels if await self._is_full(session, name)}
            open_: Counter[tuple[str, str]] = Counter()
            for name in channels:
                chats = {str(row["chat"]) for row in rows if row["channel"] == name}
                open_ += await queues.waiting_by_chat(session, name, chats)
            for row in rows:
                if row["channel"] not in full and open_[_chat(row)] < FLOOD:
                    open_[_chat(row)] += 1
                    kept.append(row)
            await self._keep_new(session, kept, new)
        self._room.subtract(str(row["channel"]) for row in kept)
        arrived, taken = (Counter(str(row["channel"]) for row in some) for some in (rows, kept))
        for channel in channels - full:
            self._metrics.came(channel, "new", new[channel])
            self._metrics.came(channel, "repeated", taken[channel] - new[channel])
            self._metrics.came(channel, "flood", arrived[channel] - taken[channel])
        if dropped := sum(row["channel"] not in full for row in rows) - len(kept):
            log.warning("flood", dropped=dropped)
        for call in calls:
            call.end(InboxFull(f"{call.channel}: more than {FULL} messages wait") if call.channel in full else None)

    async def _is_full(self, session: AsyncSession, channel: str) -> bool:
        """Whether too much waits there; counted again once a part of the room that was left is used up."""
        if self._room[channel] > 0:
            return False
        waiting = await queues.waiting(session, channel)
        self._room[channel] = (FULL - waiting) // SHARERS
        return waiting > FULL

    async def _keep_new(self, session: AsyncSession, rows: Sequence[Mapping[str, object]], new: Counter[str]) -> None:
        for channel in {str(row["channel"]) for row in rows}:
            new[channel] = await queues.accept(session, [row for row in rows if row["channel"] == channel])
            if self._is_metered(channel):
                usage.count(session, channel, usage.RECEIVED, dt.datetime.now(dt.UTC), new[channel])

    def _is_metered(self, channel: str) -> bool:
        return channel in self._channels and self._channels[channel].limits.per_month is not None


def _chat(row: Mapping[str, object]) -> tuple[str, str]:
    return str(row["channel"]), str(row["chat"])
