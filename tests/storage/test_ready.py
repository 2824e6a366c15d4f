"""Statements that are made once: the same rows by either way, an index for each, errors in the words that all know."""

from __future__ import annotations

import datetime as dt
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Delete, Select, Update, insert
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError

from bot.storage import contacts, conversations, handovers, officers, overlays, queues
from bot.storage.core import core
from bot.storage.database import Database
from tests import databases

NOW = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)
UPDATE = {"channel": "telegram", "key": "1", "chat": "lan", "body": "{}", "at": NOW, "state": "waiting", "tries": 0}
BUBBLE = {
    "channel": "telegram", "chat": "lan", "lane": 1, "body": {"text": "Dạ, bà con"}, "state": "queued", "tries": 0,
    "not_before": NOW, "expires": None, "received": 1, "at": NOW, "reason": "", "until": None,
}  # fmt: skip
SMALL = {"overlays", "officer_chats"}  # tables that are read whole, since they hold a few rows


async def test_the_rows_are_the_same_in_both_sorts_of_transactions(database: Database) -> None:
    async with database.unit_of_work(short=True) as session:
        assert await queues.accept(session, [UPDATE, UPDATE | {"key": "2", "chat": "hung"}, UPDATE]) == 2
        assert len(await queues.queue(session, [BUBBLE, BUBBLE | {"chat": "hung"}])) == 2
    found: list[Any] = []
    for short in (True, False):
        async with database.unit_of_work(short=short) as session:
            found.append(
                (
                    await queues.waiting(session, "telegram"),
                    await queues.waiting_by_chat(session, "telegram", ["lan", "nobody"]),
                    sorted(await queues.open_chats(session, "telegram", ["lan", "hung", "nobody"])),
                    await core(session, queues.NEXT_RECEIVED, {"now": NOW, "most": 9}),
                    [tuple(row) for row in await core(session, queues.NEXT_DELIVERIES, LOOK)],
                )
            )
    assert found[0] == found[1]
    assert found[0][:3] == (2, {("telegram", "lan"): 1}, ["hung", "lan"])
    assert [row[4] for row in found[0][4]] == [{"text": "Dạ, bà con"}] * 2


LOOK = {"channel": "telegram", "now": NOW, "most": 9, "busy": ["nobody"], "last": 4}


async def test_a_column_that_is_forgotten_is_an_error_and_no_null(tmp_path: Path) -> None:
    database = Database(databases.sqlite(tmp_path / "x.db"))
    with pytest.raises(KeyError, match="lane"):
        async with database.unit_of_work(short=True) as session:
            await queues.queue(session, [{name: BUBBLE[name] for name in BUBBLE if name != "lane"}])
    await database.close()


async def test_what_the_database_refuses_is_told_as_everywhere(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.unit_of_work(short=True) as session:
            await core(session, PLAIN, [UPDATE, UPDATE])
    async with database.unit_of_work(short=True) as session:  # and the next is none the worse for it
        assert await queues.waiting(session, "telegram") == 0


PLAIN = insert(queues.INBOX)
STATEMENTS = {
    f"{module.__name__.rpartition('.')[2]}.{name}": statement
    for module in (queues, contacts, handovers, officers, overlays)
    for name, statement in vars(module).items()
    if isinstance(statement, (Select, Update, Delete))
} | {book.table.name: book._wanted for book in (contacts.CONTACTS, conversations.CONVERSATIONS, conversations.PEOPLE)}


@pytest.mark.parametrize("name", STATEMENTS)
def test_sqlite_finds_its_rows_by_an_index(tmp_path: Path, name: str) -> None:
    databases.sqlite(tmp_path / "x.db")
    words = str(STATEMENTS[name].compile(dialect=sqlite.dialect()))
    with sqlite3.connect(tmp_path / "x.db") as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {words}", [None] * words.count("?")).fetchall()
    scanned = {step.split()[1] for *_, step in plan if step.startswith("SCAN")} - {"json_each"}
    assert scanned <= SMALL, plan
