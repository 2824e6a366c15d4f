"""A platform in memory that does as it is told, and a house's delivery around it with no clock of its own."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import select

from bot.channels.channel import Health, Limits, Note, Outcome, Outgoing, SendResult, Update
from bot.delivery.attendants import Attendant
from bot.delivery.inbox import Inbox
from bot.delivery.outbox import Outbox
from bot.dialogue.answer import Dialogue
from bot.storage.contacts import ContactRow
from bot.storage.database import Database
from bot.storage.queues import Delivery, Received
from content.texts import Texts
from handlers.contract import Reply

SENT: Final = SendResult(outcome=Outcome.SENT, message_id="1")
LIMITS: Final = Limits(
    text=4000, bubbles=3, buttons=0, button_title=20, per_second=1000, burst=1000, per_chat_second=1e6, group_ids="-",
    per_group_minute=6e7,
)  # fmt: skip
_keys = itertools.count(1)


def said(text: str = "làm khai sinh cần giấy gì", chat: str = "lan", **changes: Any) -> Update:
    """Somebody wrote."""
    update = Update(key=f"k{next(_keys)}", chat=chat, sender=chat, at=dt.datetime.now(dt.UTC), text=text)
    return replace(update, **changes)


class Pretend:
    """The channel. `answers` are given to the next sends, then all is well; `breaks` is a text that cannot be shown."""

    def __init__(self, name: str = "pretend", limits: Limits = LIMITS) -> None:
        self.name, self.limits = name, limits
        self.health = Health(state="ready", tried=True)
        self.answers: deque[SendResult | Exception] = deque()
        self.sent: list[tuple[str, str]] = []
        self.breaks: str | None = None
        self.broken = 0
        self.hold: asyncio.Event | None = None  # sends end when it is set
        self.received: Sequence[Update] = ()

    def verify(self, headers: Mapping[str, str], raw: bytes) -> bool:
        return True

    def is_probe(self, raw: bytes) -> bool:
        return False

    def receive(self, raw: bytes) -> Sequence[Update]:
        return self.received

    def render(self, reply: Reply, update: Update, text: Texts) -> Sequence[Outgoing]:
        if self.breaks and self.breaks in update.text and reply.kind != "handover":
            self.broken += 1
            raise ValueError(f"cannot show {update.text}")
        return (Outgoing(body={"text": f"{update.text} -> {reply.id or reply.kind}", "of": update.text}),)

    async def send(self, chat: str, outgoing: Outgoing) -> SendResult:
        self.sent.append((chat, str(outgoing.body["text"])))
        if self.hold:
            await self.hold.wait()
        said = self.answers.popleft() if self.answers else SENT
        if isinstance(said, Exception):
            raise said
        return said

    async def connect(self, *, webhook: str | None) -> None: ...
    async def tend(self) -> None: ...
    async def close(self) -> None: ...

    async def inspect(self) -> Sequence[Note]:
        return ()

    async def poll(self) -> AsyncIterator[Sequence[Update]]:
        await asyncio.Event().wait()
        yield ()


@dataclass
class Post:
    """One process: its inbox and the outboxes of its channels."""

    database: Database
    dialogue: Dialogue
    channel: Pretend
    others: tuple[Pretend, ...] = ()
    key: bytes = b"i" * 32
    unknown_sends: str = "leave"
    attendants: Sequence[Attendant] = ()
    running: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        channels = {channel.name: channel for channel in (self.channel, *self.others)}
        self.inbox = Inbox(self.database, self.dialogue, channels, self.key, self.attendants)
        self.outbox = Outbox(self.database, self.channel, unknown_sends=self.unknown_sends)

    def start(self, *loops: Any) -> None:
        self.running += [asyncio.create_task(loop) for loop in loops or (self.inbox.accepting(),)]

    async def end(self) -> None:
        for task in self.running:
            task.cancel()
        for task in self.running:
            with suppress(asyncio.CancelledError):
                await task
        self.running.clear()

    async def accept(self, *updates: Update) -> int:
        return await self.inbox.accept(self.channel, updates)

    async def answer(self) -> int:
        """All that is there; how many were claimed."""
        total = 0
        while claimed := await self.inbox.answer_some():
            total += claimed
        return total

    async def deliver(self) -> None:
        """Send all that may be sent now, and settle it."""
        self.outbox.ring()
        async with asyncio.TaskGroup() as tasks:
            while await self.outbox._work(tasks) or self.outbox._flying:
                await asyncio.sleep(0)
                if self.outbox._flying:
                    await asyncio.wait(self.outbox._flying.values())

    async def rows(self, table: type[Any]) -> list[Any]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(table).order_by(*table.__table__.primary_key)))

    async def inboxed(self) -> list[str]:
        return [row.state for row in await self.rows(Received)]

    async def outboxed(self) -> list[str]:
        return [row.state for row in await self.rows(Delivery)]

    async def contact(self, chat: str = "lan") -> ContactRow | None:
        async with self.database.reading() as session:
            return await session.get(ContactRow, (self.channel.name, chat))
