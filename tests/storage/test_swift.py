"""Short transactions on SQLite run in the loop itself: whole or undone, and nobody is held up by a wait for the turn."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from bot.storage import questions, swift
from bot.storage.database import Database
from bot.storage.tables import Unanswered

DAY = dt.date(2026, 11, 24)


@pytest.fixture
async def one(tmp_path: Path) -> Database:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/x.db")
    await database.migrate()
    return database


async def number(database: Database) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(Unanswered)) or 0


async def test_it_is_kept_whole_or_undone(one: Database) -> None:
    async with one.unit_of_work(short=True) as session:
        await questions.keep(session, "một", DAY)

    async def broken() -> None:
        async with one.unit_of_work(short=True) as session:
            await questions.keep(session, "hai", DAY)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await broken()
    assert await number(one) == 1
    await one.close()


async def test_the_loop_goes_on_while_another_process_writes(one: Database) -> None:
    other = Database(one.url)  # as another process: it has turns of its own
    order: list[str] = []

    async def short() -> None:
        async with one.unit_of_work(short=True) as session:
            await questions.keep(session, "một", DAY)
        order.append("written")

    async with other.unit_of_work() as session:
        await questions.keep(session, "hai", DAY)
        await session.flush()  # from now on it has the turn
        waiting = asyncio.create_task(short())
        await asyncio.sleep(0.05)
        order.append("the loop went on")
    await waiting
    assert order == ["the loop went on", "written"]
    assert await number(one) == 2
    await other.close()
    await one.close()


async def test_who_waits_too_long_is_told(one: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swift, "PATIENCE", 0.05)
    other = Database(one.url)

    async def write() -> None:
        async with one.unit_of_work(short=True) as session:
            await questions.keep(session, "một", DAY)

    async with other.unit_of_work() as session:
        await questions.keep(session, "hai", DAY)
        await session.flush()
        with pytest.raises(OperationalError, match="locked"):
            await write()
    await write()  # and the next is none the worse for it
    assert await number(one) == 2
    await other.close()
    await one.close()
