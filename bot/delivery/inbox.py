"""From an update to its answer: accepted once, claimed, answered and settled in one transaction."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

import structlog
from nacl.secret import SecretBox
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Attended, Channel, Outgoing, Update
from bot.delivery.arrivals import Arrivals
from bot.delivery.attendants import Attendant, Reviewer, rendered
from bot.delivery.packing import Moment, delivery_of, flying_of, moment, unpacked
from bot.dialogue.answer import Dialogue, Message
from bot.metrics import Metrics
from bot.storage import contacts, lists, queues, usage
from bot.storage.contacts import CONTACTS
from bot.storage.conversations import CONVERSATIONS, PEOPLE
from bot.storage.database import Database, is_away
from bot.storage.overlays import Overlays
from bot.storage.queues import Claimed, Delivery, Flying
from content.texts import texts
from handlers.contract import Reply, Section, SenderId

log = structlog.get_logger()
FEW, MANY = 8, 96  # updates answered in one transaction: so many that it takes about
BATCH: Final = 0.04  # seconds, since a webhook may have to wait for its end
GATHER: Final = 0.015  # seconds between two batches while many write: fewer and larger ones cost less
TRIES: Final = 3  # then the person gets an apology, and the operator the message
LIVES: Final = 6  # tries in all, where processes died at it: what kills us is not tried for ever
LONGEST_WAIT: Final = 15.0  # seconds between two looks for a database that is away


@dataclass(slots=True)
class _Answers:
    """What a batch will write at its end, together."""

    deliveries: list[dict[str, object]] = field(default_factory=list)
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)  # of answers, by channel and kind
    people: Counter[str] = field(default_factory=Counter)  # channel, and who wrote there for the first time
    over: Overlays | None = None
    at: Moment = field(default_factory=moment)
    attended: bool = False  # somebody before, or after, the dialogue took an update into his hands


class Sender(Protocol):
    """Sends for one channel, in this process."""

    async def lift(self, session: AsyncSession, rows: Sequence[dict[str, object]]) -> None:
        """Mark those of these new rows that `launch` may send the moment that they are kept."""
        ...

    def launch(self, row: Flying) -> None:
        """Send it now."""
        ...


class _Read(NamedTuple):
    """A claimed update, unpacked; without a channel where that is off."""

    row: Claimed
    channel: Channel | None
    update: Update
    sender: SenderId | None


class Inbox:
    """Accepts updates, and answers them."""

    def __init__(
        self,
        database: Database,
        dialogue: Dialogue,
        channels: Mapping[str, Channel],
        key: bytes,
        attendants: Sequence[Attendant] = (),
        reviewer: Reviewer | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self.metrics = metrics or Metrics()
        self._attendants = attendants  # asked before the dialogue, in this order
        self._reviewer = reviewer  # sees what the dialogue answers
        self._database = database
        self._dialogue = dialogue
        self._channels = channels
        self._box = SecretBox(key)
        self._batch = FEW
        self.senders: Mapping[str, Sender] = {}  # by channel, where this process sends too
        self._next: list[Claimed] = []  # claimed with the last batch's end, where more was waiting
        self.work = asyncio.Event()  # something is there to be answered
        self._arrivals = Arrivals(database, channels, self.metrics, self.work)
        self.answered = asyncio.Event()  # something is there to be sent

    async def accept(self, channel: Channel, updates: Sequence[Update]) -> int:
        """Keep what is new, durably; `InboxFull` or `NotKept`."""
        return await self._arrivals.accept(channel, updates)

    async def accepting(self) -> None:
        """Keep what arrives, until cancelled."""
        await self._arrivals.accepting()

    async def answering(self) -> None:
        """Answer what is kept, until cancelled."""
        failures = 0
        try:
            while True:
                self.work.clear()  # what arrives from now on is seen by the next round
                try:
                    some = await self.answer_some()
                    failures = 0
                except (SQLAlchemyError, OSError) as error:
                    failures += 1
                    log.error("answering waits for the database", error=type(error).__name__)
                    await asyncio.sleep(min(LONGEST_WAIT, 0.1 * 2**failures))
                    continue
                if not some:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(1.0):  # another process may have accepted some
                            await self.work.wait()
                await asyncio.sleep(GATHER if some >= FEW and not self._next else 0)
        finally:
            await self._give_back(self._next)

    async def answer_some(self) -> int:
        """Answer one batch; how many were claimed."""
        claimed, self._next = self._next, []
        if not claimed:
            async with self._database.unit_of_work(short=True) as session:
                claimed = await queues.claim_received(session, dt.datetime.now(dt.UTC), self._batch)
        if not claimed:
            return 0
        begun = time.perf_counter()
        try:
            await self._answer_claimed(claimed)
        except BaseException:  # the database is away, or we are told to end
            await self._give_back(claimed)
            raise
        each = (time.perf_counter() - begun) / len(claimed)
        self._batch = max(FEW, min(MANY, 2 * self._batch, int(BATCH / each)))
        return len(claimed)

    async def _give_back(self, claimed: Sequence[Claimed]) -> None:
        if claimed:
            with suppress(SQLAlchemyError, OSError):  # then the lease runs out
                async with self._database.unit_of_work(short=True) as session:
                    await queues.give_back(session, claimed)

    async def _answer_claimed(self, claimed: Sequence[Claimed]) -> None:
        try:
            await self._answer_together([row for row in claimed if row.tries <= LIVES])
            alone = [row for row in claimed if row.tries > LIVES]
        except Exception as error:  # nothing is written yet: each by itself, so that one spoils no other
            if is_away(error):
                raise
            alone = list(claimed)
        for row in alone:
            await self._answer_alone(row)

    async def _answer_together(self, claimed: Sequence[Claimed]) -> None:
        if not claimed:
            return
        async with self._database.unit_of_work(short=True) as session:
            answers = _Answers(over=await self._dialogue.corrections(session))
            ours = await queues.still_claimed(session, claimed)
            read = [self._read(row) for row in ours if row.body]
            senders = {each.sender for each in read if each.sender}
            await CONTACTS.preload(session, {_chat_of(each.row) for each in read})
            await PEOPLE.preload(session, senders)
            await CONVERSATIONS.preload(session, senders)
            for each in read:
                await self._answer(session, each, answers)
            now = dt.datetime.now(dt.UTC)
            for name, people in answers.people.items():
                usage.count(session, name, usage.PEOPLE, now, people)
            await self._dialogue.let_go(session)
            await queues.answered(session, [row.id for row in ours])
            await self._lift(session, answers.deliveries)
            numbers = await queues.queue(session, answers.deliveries)
            more = len(claimed) >= self._batch
            following = await queues.claim_received(session, now, self._batch) if more else []
        self._next += following  # only now: a transaction that fails has claimed none
        for number, row in zip(numbers, answers.deliveries, strict=True):
            if row["state"] == "sending":
                self.senders[str(row["channel"])].launch(flying_of(number, row))
            else:
                self.answered.set()
        if answers.attended:
            self.answered.set()  # an attendant may have queued more
        for (channel_name, kind), number in answers.kinds.items():
            self.metrics.answered(channel_name, kind, number)

    async def _lift(self, session: AsyncSession, deliveries: Sequence[dict[str, object]]) -> None:
        """Have what may go out at once marked so: it need not be looked for among the rows again."""
        if not self._database.ends_at_once:
            return
        for channel, sender in self.senders.items():
            if some := [row for row in deliveries if row["channel"] == channel]:
                await sender.lift(session, some)

    async def _answer_alone(self, row: Claimed) -> None:
        """The same for one; where it fails, it is kept, for the next try or for the operator."""
        failed: Exception | None = None
        if row.tries <= LIVES:
            try:
                return await self._answer_together([row])
            except Exception as error:  # the text of the message is never logged
                if is_away(error):
                    raise
                failed = error
        log.error("answering failed", channel=row.channel, inbox=row.id, tries=row.tries, error=type(failed).__name__)
        async with self._database.unit_of_work(short=True) as session:
            if not await queues.still_claimed(session, [row]) or row.body is None:
                return None
            if row.tries < TRIES:
                return await queues.unanswered(session, row.id, state="waiting", body=row.body)
            sealed = self._box.encrypt(row.body.encode()).hex()
            await queues.unanswered(session, row.id, state="failed", body=sealed)
            self.answered.set()
            for outgoing in self._apology(row):
                session.add(Delivery(**delivery_of(row, outgoing.body, moment())))
        return None

    def _apology(self, row: Claimed) -> Sequence[Outgoing]:
        try:
            update = unpacked(row.body or "", row.chat)
            say = texts(update.lang or "vi")
            reply = Reply(kind="handover", sections=(Section(lines=(say("delivery.apology"),)),))
            return self._channels[row.channel].render(reply, update, say)
        except Exception as error:  # noqa: BLE001 - what cannot even be read, or apologised for, still has an end
            log.error("no apology", channel=row.channel, inbox=row.id, error=type(error).__name__)
            return ()

    def _read(self, row: Claimed) -> _Read:
        update = unpacked(row.body or "", row.chat)
        return _Read(row, self._channels.get(row.channel), update, self._dialogue.sender(row.channel, update.sender))

    async def _answer(self, session: AsyncSession, read: _Read, answers: _Answers) -> None:
        row, channel, update, sender = read
        if channel is None:  # turned off since
            return None
        if update.what in {"left", "revoked"}:
            await lists.gone(session, channel.name, update.chat, update.what)
            return await contacts.gone(session, channel.name, update.chat, update.what)
        if update.what == "moved" and update.moved_to:
            await queues.move(session, channel.name, update.chat, update.moved_to)
            await lists.moved(session, channel.name, update.chat, update.moved_to)
            return await contacts.moved(session, channel.name, update.chat, update.moved_to)
        if update.what in {"message", "interacted", "joined"}:
            who = None if update.group else sender
            at = None if update.what == "joined" else update.at  # to follow is not to write: it opens no window
            new = await contacts.interacted(
                session, channel.name, update.chat, at, sender=who, group=update.group, title=update.title
            )
            if new and not update.group and channel.limits.people:
                answers.people[channel.name] += 1
        if update.what not in {"message", "staff"}:
            return None
        for attendant in self._attendants:
            if attended := await attendant.attend(session, channel, update, sender):
                return self._say(channel, update, row, attended, answers)
        if update.what != "message":
            return None
        message = Message(
            text=update.text, press=update.press, start=update.start, sender=sender, known_lang=update.lang,
            location=update.location, keep_question=True, chat=None if update.group else (channel.name, update.chat),
        )  # fmt: skip
        reply, lang = await self._dialogue.answer_within(session, message, answers.over)
        answers.kinds[channel.name, reply.kind] += 1
        if self._reviewer and (
            attended := await self._reviewer.review(session, channel, update, sender, reply, lang)
        ):
            return self._say(channel, update, row, attended, answers)
        bubbles = channel.render(reply, update, texts(lang))
        answers.deliveries.extend(delivery_of(row, outgoing.body, answers.at) for outgoing in bubbles)
        return None

    def _say(self, channel: Channel, update: Update, row: Claimed, attended: Attended, answers: _Answers) -> None:
        answers.attended = True
        for say, outgoing in rendered(self._channels, channel, update, attended):
            own = (say.channel, say.chat) == _chat_of(row)
            to = {"channel": say.channel, "chat": say.chat, "received": row.id if own else None}
            answers.deliveries.append(delivery_of(row, outgoing.body, answers.at) | to)


def _chat_of(row: Claimed) -> tuple[str, str]:
    return row.channel, row.chat
