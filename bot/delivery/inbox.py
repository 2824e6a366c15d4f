"""From an update to its answer: accepted once, claimed, answered and settled in one transaction."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import orjson
import structlog
from nacl.secret import SecretBox
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Channel, Update
from bot.dialogue.answer import Dialogue, Message
from bot.errors import HoiPhuongError
from bot.storage import contacts, queues, usage
from bot.storage.database import Database
from bot.storage.queues import Delivery, Received
from content.texts import texts
from handlers.contract import Reply, Section

log = structlog.get_logger()
BATCH: Final = 32  # updates answered in one transaction
TRIES: Final = 3  # then the person gets an apology, and the operator the message
OLD: Final = dt.timedelta(hours=48)  # an update older than this is a replay
FLOOD: Final = 20  # open updates of one chat; what it sends beyond is not kept
FULL: Final = 20_000  # open updates of a channel, for the sake of the process


class InboxFull(HoiPhuongError):
    """So much is waiting that no more is taken; the platform will send it again."""


class Inbox:
    """Accepts updates, and answers them."""

    def __init__(self, database: Database, dialogue: Dialogue, channels: Mapping[str, Channel], key: bytes) -> None:
        self._database = database
        self._dialogue = dialogue
        self._channels = channels
        self._box = SecretBox(key)
        self._arriving: list[tuple[list[dict[str, object]], asyncio.Future[int]]] = []
        self._ring = asyncio.Event()
        self.work = asyncio.Event()  # something is there to be answered
        self.answered = asyncio.Event()  # something is there to be sent

    async def accept(self, channel: Channel, updates: Sequence[Update]) -> int:
        """Keep what is new, durably; how many. Calls that arrive together share one transaction."""
        now = dt.datetime.now(dt.UTC)
        rows: list[dict[str, object]] = [
            {"channel": channel.name, "key": u.key[:120], "chat": u.chat, "body": _packed(u), "at": now}
            for u in updates
            if now - u.at < OLD
        ]
        if not rows:
            return 0
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._arriving.append((rows, future))
        self._ring.set()
        return await future

    async def accepting(self) -> None:
        """Keep what arrives, until cancelled."""
        while True:
            await self._ring.wait()
            self._ring.clear()
            arrived, self._arriving = self._arriving, []
            try:
                await self._keep([row for rows, _ in arrived for row in rows])
            except Exception as error:  # noqa: BLE001 - the webhook call fails and is repeated; the loop lives on
                for _, future in arrived:
                    if not future.done():
                        future.set_exception(error)
                continue
            for rows, future in arrived:
                if not future.done():
                    future.set_result(len(rows))
            self.work.set()

    async def _keep(self, rows: list[dict[str, object]]) -> None:
        async with self._database.unit_of_work() as session:
            for channel in {str(row["channel"]) for row in rows}:
                if await queues.waiting(session, channel) > FULL:
                    raise InboxFull(f"{channel}: more than {FULL} messages are waiting")
            flooding = {
                (row["channel"], row["chat"])
                for row in rows
                if await queues.waiting(session, str(row["channel"]), str(row["chat"])) >= FLOOD
            }
            kept = [row for row in rows if (row["channel"], row["chat"]) not in flooding]
            await self._keep_new(session, kept)
        if len(kept) < len(rows):
            log.warning("flood", dropped=len(rows) - len(kept))

    async def _keep_new(self, session: AsyncSession, rows: Sequence[Mapping[str, object]]) -> None:
        metered = {str(row["channel"]) for row in rows if self._is_metered(str(row["channel"]))}
        await queues.accept(session, [row for row in rows if row["channel"] not in metered])
        for channel in metered:
            new = await queues.accept(session, [row for row in rows if row["channel"] == channel])
            await usage.count(session, channel, usage.RECEIVED, dt.datetime.now(dt.UTC), new)

    def _is_metered(self, channel: str) -> bool:
        return channel in self._channels and self._channels[channel].limits.per_month is not None

    async def answering(self) -> None:
        """Answer what is kept, until cancelled."""
        while True:
            if not await self.answer_some():
                self.work.clear()
                try:
                    await asyncio.wait_for(self.work.wait(), timeout=1.0)  # another process may have accepted some
                except TimeoutError:
                    continue

    async def answer_some(self) -> int:
        """Answer one batch; how many were claimed."""
        now = dt.datetime.now(dt.UTC)
        async with self._database.unit_of_work() as session:
            claimed = await queues.claim_received(session, now, BATCH)
        if not claimed:
            return 0
        async with self._database.unit_of_work() as session:
            for row in claimed:
                await self._settle(session, await session.merge(row))
        self.answered.set()
        return len(claimed)

    async def _settle(self, session: AsyncSession, row: Received) -> None:
        channel = self._channels.get(row.channel)
        if channel is None or row.body is None:
            row.state, row.body = "done", None
            return
        body, update = row.body, _unpacked(row.body)
        try:
            async with session.begin_nested():
                for outgoing in await self._answer(session, channel, update):
                    session.add(self._delivery(row, outgoing.body))
            row.state, row.body = "done", None
        except Exception as error:  # noqa: BLE001 - tried again, then kept for the operator, its text never logged
            log.error(
                "answering failed", channel=row.channel, inbox=row.id, tries=row.tries, error=type(error).__name__
            )
            if row.tries < TRIES:
                row.state = "waiting"
                return
            row.state, row.body = "failed", self._box.encrypt(body.encode()).hex()
            for outgoing in channel.render(_apology(update), update, texts(update.lang or "vi")):
                session.add(self._delivery(row, outgoing.body))

    async def _answer(self, session: AsyncSession, channel: Channel, update: Update) -> Sequence[Any]:
        sender = self._dialogue.sender(channel.name, update.sender)
        if update.what in {"left", "revoked"}:
            await contacts.gone(session, channel.name, update.chat, update.what)
            return ()
        if update.what == "moved" and update.moved_to:
            await queues.move(session, channel.name, update.chat, update.moved_to)
            await contacts.moved(session, channel.name, update.chat, update.moved_to)
            return ()
        if update.what in {"message", "interacted", "joined"}:
            who = None if update.group else sender
            at = None if update.what == "joined" else update.at  # to follow is not to write: it opens no window
            new = await contacts.interacted(
                session, channel.name, update.chat, at, sender=who, group=update.group, title=update.title
            )
            if new and not update.group and channel.limits.people:
                await usage.count(session, channel.name, usage.PEOPLE, update.at)
        if update.what != "message":
            return ()
        message = Message(
            text=update.text, press=update.press, start=update.start, sender=sender, known_lang=update.lang,
            location=update.location, keep_question=True,
        )  # fmt: skip
        reply, lang = await self._dialogue.answer_within(session, message)
        return channel.render(reply, update, texts(lang))

    @staticmethod
    def _delivery(row: Received, body: Mapping[str, object]) -> Delivery:
        now = dt.datetime.now(dt.UTC)
        return Delivery(
            channel=row.channel, chat=row.chat, lane=queues.REPLY, body=dict(body), state="queued", tries=0,
            not_before=now, expires=now + queues.BODY_KEPT, received=row.id, at=now,
        )  # fmt: skip


def _apology(update: Update) -> Reply:
    say = texts(update.lang or "vi")
    return Reply(kind="handover", sections=(Section(lines=(say("delivery.apology"),)),))


def _packed(update: Update) -> str:
    return orjson.dumps(asdict(update)).decode()


def _unpacked(body: str) -> Update:
    data = orjson.loads(body)
    data["at"] = dt.datetime.fromisoformat(data["at"])
    if data["location"]:
        data["location"] = tuple(data["location"])
    return Update(**data)
