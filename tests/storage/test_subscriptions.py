"""Who asked for which bulletins, and how that is forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.storage import contacts
from bot.storage.conversations import PeopleInDatabase
from bot.storage.database import Database
from bot.storage.lists import MemberRow
from bot.storage.subscriptions import SubscriptionsInDatabase
from handlers.contract import SenderId
from tests.publishing import NOW, a_list, a_member

LAN = ("telegram", "lan")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    await opened.migrate()
    async with opened.unit_of_work() as session:
        one = await a_list(session, "p1")
        await a_list(session, "p1 nữa")  # the same unit and topic: one wish, both lists
        await a_list(session, "p2", "phuong-2", "giao-thong")
        await a_list(session, "họp tổ trưởng", "phuong-1", "nội bộ", open=False)
        await a_member(session, one, "-100")
    yield opened
    await opened.close()


async def members(database: Database) -> list[tuple[int, str, bool]]:
    async with database.reading() as session:
        rows = await session.scalars(select(MemberRow).order_by(MemberRow.list, MemberRow.address))
        return [(row.list, row.address, row.person) for row in rows]


async def test_wishes_are_units_and_topics_of_open_lists(database: Database) -> None:
    async with database.reading() as session:
        offered = await SubscriptionsInDatabase(session, *LAN).offered()
    assert [(wish.unit, wish.topic) for wish in offered] == [("phuong-1", "an-ninh"), ("phuong-2", "giao-thong")]


async def test_to_join_twice_is_to_join_once_and_to_leave_takes_every_row(database: Database) -> None:
    async with database.unit_of_work() as session:
        book = SubscriptionsInDatabase(session, *LAN)
        first = (await book.offered())[:1]
        await book.join(first)
        await book.join(first)
        assert [wish.topic for wish in await book.mine()] == ["an-ninh"]
    assert await members(database) == [(1, "-100", False), (1, "lan", True), (2, "lan", True)]
    async with database.unit_of_work() as session:
        await SubscriptionsInDatabase(session, *LAN).leave()
    assert await members(database) == [(1, "-100", False)]


async def test_who_was_out_of_reach_is_back_by_joining(database: Database) -> None:
    async with database.unit_of_work() as session:
        await a_member(session, 1, "lan", person=True, active=False, reason="blocked")
        book = SubscriptionsInDatabase(session, *LAN)
        assert not await book.mine()
        await book.join((await book.offered())[:1])
        assert await book.mine()


async def test_to_be_forgotten_ends_what_was_asked_for(database: Database) -> None:
    sender = SenderId("telegram:abc")
    async with database.unit_of_work() as session:
        await contacts.interacted(session, *LAN, NOW, sender=sender, group=False, title=None)
        await contacts.interacted(session, "telegram", "-100", NOW, sender=None, group=True, title="Tổ 5")
        book = SubscriptionsInDatabase(session, *LAN)
        await book.join(await book.offered())
    async with database.unit_of_work() as session:
        await PeopleInDatabase(session).erase(sender)
    assert await members(database) == [(1, "-100", False)]
