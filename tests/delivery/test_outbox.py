"""What the outbox makes of what a platform says."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.channels.channel import Health, Limits, Outcome, Outgoing, SendResult
from bot.delivery.outbox import Outbox
from bot.storage import queues
from bot.storage.database import Database
from bot.storage.queues import Delivery
from tests import databases
from tests.channels.serving import until

SENT = SendResult(outcome=Outcome.SENT, message_id="1")


class Scripted:
    """A channel that says what the test tells it to."""

    name = "scripted"
    limits = Limits(
        text=100, bubbles=1, buttons=0, button_title=10, per_second=1000, burst=1000, per_chat_second=1000
    )

    def __init__(self, *says: SendResult) -> None:
        self.health = Health(state="ready", tried=True)
        self.says = list(says)
        self.sent: list[tuple[str, object]] = []

    async def send(self, chat: str, outgoing: Outgoing) -> SendResult:
        self.sent.append((chat, outgoing.body["text"]))
        return self.says.pop(0) if self.says else SENT


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(databases.sqlite(tmp_path / "outbox.db"))
    await opened.migrate()
    yield opened
    await opened.close()


async def queue(database: Database, *texts: str, chat: str = "a") -> None:
    now = dt.datetime.now(dt.UTC)
    async with database.unit_of_work() as session:
        for text in texts:
            session.add(
                Delivery(
                    channel="scripted", chat=chat, lane=queues.REPLY, body={"text": text}, state="queued", tries=0,
                    not_before=now, expires=now + queues.BODY_KEPT, at=now,
                )
            )  # fmt: skip


async def states(database: Database) -> list[str]:
    async with database.reading() as session:
        return list(await session.scalars(select(Delivery.state).order_by(Delivery.id)))


async def work(database: Database, channel: Scripted, wanted: Callable[[list[str]], bool]) -> Outbox:
    """Send until the rows stand as wanted."""
    outbox = Outbox(database, channel)  # type: ignore[arg-type]
    running = asyncio.create_task(outbox.run())

    async def stand() -> bool:
        return wanted(await states(database))

    try:
        await until(stand, seconds=5)
    finally:
        running.cancel()
        await asyncio.wait({running})
    return outbox


def ended(found: list[str]) -> bool:
    return not {"queued", "sending"} & set(found)


async def test_a_plainer_form_of_several_bubbles_is_sent_whole_and_in_order(database: Database) -> None:
    plain = (Outgoing(body={"text": "one"}), Outgoing(body={"text": "two"}))
    channel = Scripted(SendResult(outcome=Outcome.REFUSED, instead=plain))
    await queue(database, "with buttons")
    await work(database, channel, lambda found: found == ["sent", "sent"])
    assert channel.sent == [("a", "with buttons"), ("a", "one"), ("a", "two")]


async def test_what_more_tries_do_not_help_has_an_end(database: Database) -> None:
    failed = SendResult(outcome=Outcome.REPEAT, wait=0.01, times=3, reason="-200")
    channel = Scripted(*[failed] * 5)
    await queue(database, "x")
    await work(database, channel, ended)
    assert len(channel.sent) == 3
    assert await states(database) == ["repeat"]


@pytest.mark.parametrize("outcome", [Outcome.SENT, Outcome.REPEAT])
async def test_a_minute_that_is_used_up_stops_the_whole_account(database: Database, outcome: Outcome) -> None:
    channel = Scripted(SendResult(outcome=outcome, wait=30, everyone=True))
    await queue(database, "x")
    outbox = await work(database, channel, lambda found: found != ["sending"] and bool(channel.sent))
    assert outbox._pace.allowance() == 0
    assert 29 < outbox._pace.wait() <= 30


async def test_the_pace_that_the_platform_allows_counts_from_then_on(database: Database) -> None:
    channel = Scripted(SendResult(outcome=Outcome.SENT, per_second=1.5))
    await queue(database, "x")
    outbox = await work(database, channel, ended)
    outbox._pace._level = 0.0
    assert outbox._pace.wait() == pytest.approx(1 / 1.5, rel=0.1)


@pytest.mark.parametrize("says", [SendResult(outcome=outcome) for outcome in Outcome], ids=lambda s: s.outcome.value)
async def test_every_outcome_settles_or_waits_and_no_body_is_kept(database: Database, says: SendResult) -> None:
    channel = Scripted(says)
    await queue(database, "x")
    waits = says.outcome in {Outcome.REPEAT, Outcome.ACCOUNT}
    await work(
        database, channel, lambda found: bool(channel.sent) and found == ["queued" if waits else says.outcome.value]
    )
    async with database.reading() as session:
        row: Any = await session.scalar(select(Delivery))
    assert (row.body is None) is not waits
