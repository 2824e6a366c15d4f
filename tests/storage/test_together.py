"""What every message reads and writes, on both databases, in ordinary and in short transactions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage import contacts, conversations, statistics
from bot.storage.contacts import ContactRow
from bot.storage.conversations import Conversation, PeopleInDatabase
from bot.storage.database import Database
from bot.storage.statistics import Asked
from bot.storage.tables import ConversationRow
from handlers.contract import SenderId

NOW = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)
LAN = SenderId("telegram:lan")
Work = Callable[[], AbstractAsyncContextManager[AsyncSession]]


@pytest.fixture(params=["ordinary", "short"])
def work(request: pytest.FixtureRequest, database: Database) -> Work:
    """Begins a transaction of either sort."""
    return lambda: database.unit_of_work(short=request.param == "short")


def about(item: str) -> Conversation:
    return Conversation(LAN, item, "procedure", None, "vi", "a b", NOW)


async def wrote(session: AsyncSession, at: dt.datetime | None = NOW) -> bool:
    return await contacts.interacted(session, "telegram", "lan", at, sender=LAN, group=False, title=None)


async def contact(work: Work) -> ContactRow:
    async with work() as session:
        found = await session.get(ContactRow, ("telegram", "lan"))
        assert found
        return found


async def test_within_a_transaction_the_last_word_is_read_and_written(work: Work) -> None:
    async with work() as session:
        conversations.remember(session, about("dang-ky-khai-sinh"))
        conversations.remember(session, about("dang-ky-khai-tu"))
        seen = await conversations.talk(session, LAN, NOW)
        assert seen
        assert seen.item == "dang-ky-khai-tu"
    async with work() as session:
        kept = await session.get(ConversationRow, LAN)
        assert kept
        assert (kept.item, kept.offered) == ("dang-ky-khai-tu", "a b")


async def test_what_fails_writes_nothing(work: Work) -> None:
    with suppress(ZeroDivisionError):
        async with work() as session:
            conversations.remember(session, about("dang-ky-khai-sinh"))
            statistics.asked(session, kind="procedure", channel="telegram")
            raise ZeroDivisionError
    async with work() as session:
        for table in (ConversationRow, Asked):
            assert await session.scalar(select(func.count()).select_from(table)) == 0


async def test_what_is_erased_does_not_come_back_with_the_end(work: Work) -> None:
    async with work() as session:
        await wrote(session)
        conversations.remember(session, about("dang-ky-khai-sinh"))
        await PeopleInDatabase(session).choose(LAN, lang="en")
        await PeopleInDatabase(session).erase(LAN)
        assert await conversations.talk(session, LAN, NOW) is None
        assert (await PeopleInDatabase(session).choices(LAN)).lang is None
    async with work() as session:
        for table in (ConversationRow, ContactRow):
            assert await session.scalar(select(func.count()).select_from(table)) == 0


async def test_counts_add_up_within_a_transaction_and_over_several(work: Work) -> None:
    for _ in range(2):
        async with work() as session:
            for _ in range(3):
                statistics.asked(session, kind="procedure", channel="telegram", now=NOW)
    async with work() as session:
        assert list(await session.scalars(select(Asked.n))) == [6]


async def test_who_writes_again_has_a_new_window_and_who_follows_has_not(work: Work) -> None:
    async with work() as session:
        assert await wrote(session)
    async with work() as session:
        await contacts.replied(session, [("telegram", "lan", 3)])
    async with work() as session:
        assert not await wrote(session, at=None)
    kept = await contact(work)
    assert (kept.replies, kept.replies_left) == (1, 3)
    async with work() as session:
        assert not await wrote(session, NOW + dt.timedelta(hours=1))
    kept = await contact(work)
    assert (kept.replies, kept.replies_left, kept.sender) == (0, None, LAN)


async def test_who_is_gone_and_writes_again_can_be_reached(work: Work) -> None:
    async with work() as session:
        await wrote(session)
        await contacts.gone(session, "telegram", "lan", "blocked")
    assert not (await contact(work)).reachable
    async with work() as session:
        await wrote(session)
    kept = await contact(work)
    assert (kept.reachable, kept.reason) == (True, "")


async def test_quiet_is_kept_by_the_next_message(work: Work) -> None:
    until = NOW + dt.timedelta(minutes=30)
    async with work() as session:
        await contacts.keep_quiet(session, "telegram", "lan", until)
        await wrote(session)
    async with work() as session:
        await wrote(session)
        assert await contacts.is_quiet(session, "telegram", "lan", NOW)
        assert not await contacts.is_quiet(session, "telegram", "lan", until)
