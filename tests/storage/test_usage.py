"""What is used of a platform's allowance, and what only one process may do; on both databases."""

from __future__ import annotations

import asyncio
import datetime as dt

from bot.storage import leases, usage
from bot.storage.database import Database

NOVEMBER = dt.datetime(2026, 11, 30, 16, 59, tzinfo=dt.UTC)  # 23:59 here
DECEMBER = NOVEMBER + dt.timedelta(minutes=2)


async def test_both_directions_count_and_a_month_ends_at_midnight_here(database: Database) -> None:
    async with database.unit_of_work() as session:
        usage.count(session, "zalo-bot", usage.RECEIVED, NOVEMBER, 2)
        usage.count(session, "zalo-bot", usage.SENT, NOVEMBER)
        usage.count(session, "zalo-bot", usage.SENT, DECEMBER)
        usage.count(session, "zalo-bot", usage.PEOPLE, NOVEMBER)
        usage.count(session, "zalo-oa", usage.SENT, NOVEMBER, 7)
        usage.count(session, "zalo-bot", usage.SENT, NOVEMBER, 0)
    async with database.reading() as session:
        assert await usage.used(session, "zalo-bot", NOVEMBER) == usage.Usage(messages=3, people=1)
        assert await usage.used(session, "zalo-bot", DECEMBER) == usage.Usage(messages=1, people=1)


async def test_counts_at_once_add_up(database: Database) -> None:
    async def one() -> None:
        async with database.unit_of_work() as session:
            usage.count(session, "zalo-bot", usage.SENT, NOVEMBER)

    await asyncio.gather(*(one() for _ in range(8)))
    async with database.reading() as session:
        assert (await usage.used(session, "zalo-bot", NOVEMBER)).messages == 8


async def test_a_lease_is_held_by_one_until_it_ends_or_is_let_go(database: Database) -> None:
    async def holds(owner: str, at: dt.datetime) -> bool:
        async with database.unit_of_work() as session:
            return await leases.hold(session, "poll", owner, at)

    later = NOVEMBER + leases.LENGTH * 0.9
    assert await holds("một", NOVEMBER)
    assert not await holds("hai", later)
    assert await holds("một", later)
    assert await holds("hai", later + leases.LENGTH * 1.1)
    async with database.unit_of_work() as session:
        await leases.let_go(session, "poll", "hai")
    assert await holds("một", later + leases.LENGTH * 1.1)
