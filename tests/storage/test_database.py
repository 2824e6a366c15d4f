"""The same tables and the same behaviour on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from bot.errors import DatabaseUnreachable
from bot.storage import conversations, questions
from bot.storage.conversations import Conversation, PeopleInDatabase
from bot.storage.database import Database
from bot.storage.overlays import correct, history, overlays
from bot.storage.tables import PersonRow, Unanswered
from handlers.contract import SenderId

NOW = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
SENDER = SenderId("test:someone")


async def test_many_processes_may_migrate_at_once(empty_url: str) -> None:
    opened = [Database(empty_url) for _ in range(3)]
    await asyncio.gather(*(each.migrate() for each in opened))
    assert all([await each.ping() for each in opened])
    await asyncio.gather(*(each.close() for each in opened))


async def test_a_talk_is_kept_for_half_an_hour(database: Database) -> None:
    talk = Conversation(
        sender=SENDER, item="dang-ky-khai-sinh", kind="procedure", unit=None, offered="", changed_at=NOW
    )
    async with database.unit_of_work() as session:
        conversations.remember(session, talk)
    async with database.unit_of_work() as session:
        assert await conversations.talk(session, SENDER, NOW + dt.timedelta(minutes=29)) is not None
        assert await conversations.talk(session, SENDER, NOW + dt.timedelta(minutes=31)) is None


async def test_erase_forgets_everything(database: Database) -> None:
    async with database.unit_of_work() as session:
        await PeopleInDatabase(session).choose(SENDER, lang="en", elder=True)
    async with database.unit_of_work() as session:
        people = PeopleInDatabase(session)
        assert (await people.choices(SENDER)).lang == "en"
        await people.erase(SENDER)
        assert await session.scalar(select(func.count()).select_from(PersonRow)) == 0


async def test_the_newest_correction_counts_and_can_be_taken_back(database: Database) -> None:
    for value in ("0000 000 001", "0000 000 002", None):
        async with database.unit_of_work() as session:
            await correct(session, item="hotline:phuong-1", field="number", value=value, by="can-bo-mau")
        async with database.unit_of_work() as session:
            found = (await overlays(session)).get("hotline:phuong-1", {}).get("number")
            assert (found.value if found else None) == value
    async with database.unit_of_work() as session:
        assert len(await history(session, "hotline:phuong-1")) == 3


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("xin visa cho 0000 000 001", "xin visa cho #"),
        ("tui tên Nguyễn Văn Mẫu muốn hỏi", "tui tên … muốn hỏi"),
        ("viết cho a@b.example giùm", "viết cho … giùm"),
        ("Nguyễn Văn Mẫu đây, cho hỏi", "… đây, cho hỏi"),
        ("tui tên Nguye\u0302\u0303n Va\u0306n Mẫu muốn hỏi", "tui tên … muốn hỏi"),
        ("ly hôn thì nộp đơn ở đâu", "ly hôn thì nộp đơn ở đâu"),
        ("LY HÔN Ở ĐÂU", "ly hôn ở đâu"),
    ],
)
async def test_unanswered_questions_are_stripped(database: Database, said: str, kept: str) -> None:
    async with database.unit_of_work() as session:
        await questions.keep(session, said, NOW.date())
    async with database.unit_of_work() as session:
        assert await session.scalar(select(Unanswered.words)) == kept


async def test_a_database_that_is_not_there_is_one_clear_line() -> None:
    database = Database("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    with pytest.raises(DatabaseUnreachable, match="cannot open the database") as error:
        await database.migrate()
    assert "\n" not in str(error.value)
    await database.close()


async def test_what_was_written_is_copied_back_while_a_writer_stands_in_the_way(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/eins.db")
    await database.migrate()
    async with database.unit_of_work(short=True) as session:
        await session.execute(text("CREATE TABLE notes (words TEXT)"))
        await session.execute(text("INSERT INTO notes VALUES ('Dạ')"))
    async with database.unit_of_work(short=True) as session:
        await session.execute(text("INSERT INTO notes VALUES ('chưa xong')"))
        await database.checkpoint()
    shutil.copy(tmp_path / "eins.db", tmp_path / "alone.db")  # without what stands beside the file
    with closing(sqlite3.connect(tmp_path / "alone.db")) as alone:
        assert alone.execute("SELECT words FROM notes").fetchall() == [("Dạ",)]
    assert not caplog.records  # nothing was given back to a pool in disorder
    await database.close()
