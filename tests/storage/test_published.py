"""What residents can see of the bulletins, and how they are found."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.storage import published
from bot.storage.database import Database
from bot.storage.published import PublishedInDatabase
from tests.publishing import NOW, a_bulletin, a_list


async def found(database: Database, **how: object) -> list[str]:
    asked = {"words": "", "unit": None, "topic": None, "first": 0, "most": 10} | how
    async with database.reading() as session:
        return [each.title for each in (await published.search(session, **asked)).bulletins]  # type: ignore[arg-type]


@pytest.fixture
async def shelf(database: Database) -> Database:
    async with database.unit_of_work() as session:
        one = await a_list(session, "p1")
        two = await a_list(session, "p2", "phuong-2", "giao-thong")
        old = NOW - dt.timedelta(days=9)
        await a_bulletin(session, "Trộm xe ở chợ", "Bà con khóa xe.", lists=[one], at=old)
        await a_bulletin(session, "Cấm đường Nguyễn Huệ", lists=[one, two], at=NOW - dt.timedelta(days=2))
        await a_bulletin(session, "Giả danh công an", "Đừng đọc mã OTP.", lists=[two], state="recalled")
        for state in ("draft", "submitted", "approved", "scheduled", "cancelled"):
            await a_bulletin(session, f"Chưa gửi: {state}", lists=[one], state=state)
    return database


async def test_only_what_went_out_is_there_the_newest_first(shelf: Database) -> None:
    assert await found(shelf) == ["Giả danh công an", "Cấm đường Nguyễn Huệ", "Trộm xe ở chợ"]


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("giả danh", ["Giả danh công an"]),
        ("GIA DANH", ["Giả danh công an"]),
        ("ma otp", ["Giả danh công an"]),
        ("đường nguyen", ["Cấm đường Nguyễn Huệ"]),
        ("khóa chợ", ["Trộm xe ở chợ"]),
        ("máy bay", []),
        ("%", ["Giả danh công an", "Cấm đường Nguyễn Huệ", "Trộm xe ở chợ"]),  # no word at all: nothing is narrowed
    ],
)
async def test_a_search_needs_no_diacritics(shelf: Database, words: str, titles: list[str]) -> None:
    assert await found(shelf, words=words) == titles


async def test_a_shelf_is_narrowed_by_unit_and_topic(shelf: Database) -> None:
    assert await found(shelf, unit="phuong-2") == ["Giả danh công an", "Cấm đường Nguyễn Huệ"]
    assert await found(shelf, unit="phuong-1", topic="an-ninh") == ["Cấm đường Nguyễn Huệ", "Trộm xe ở chợ"]
    assert await found(shelf, unit="phuong-1", words="trom") == ["Trộm xe ở chợ"]


async def test_a_shelf_is_read_part_by_part(shelf: Database) -> None:
    async with shelf.reading() as session:
        part = await published.search(session, words="", unit=None, topic=None, first=1, most=1)
    assert ([each.title for each in part.bulletins], part.total) == (["Cấm đường Nguyễn Huệ"], 3)
    assert await found(shelf, words="ba con", first=1, most=1) == ["Trộm xe ở chợ"]


async def test_the_newest_is_one_that_stands(shelf: Database) -> None:
    async with shelf.reading() as session:
        book = PublishedInDatabase(session)
        newest, own, none = await book.newest(), await book.newest({"phuong-1"}), await book.newest({"phuong-3"})
    assert newest
    assert newest.title == "Cấm đường Nguyễn Huệ"
    assert newest.units == ("phuong-1", "phuong-2")
    assert own == newest
    assert none is None


async def test_a_correction_and_what_it_corrects_know_each_other(shelf: Database) -> None:
    async with shelf.unit_of_work() as session:
        wrong = await a_bulletin(session, "Cấm đường từ 6 giờ", state="recalled")
        right = await a_bulletin(session, "Đính chính", corrects=wrong)
        waiting = await a_bulletin(session, "Đính chính nữa", corrects=right, state="draft")
    async with shelf.reading() as session:
        book = PublishedInDatabase(session)
        first, second = await book.one(wrong), await book.one(right)
        assert await book.one(waiting) is None
    assert first
    assert second
    assert (first.recalled, first.corrected_by, second.corrects, second.corrected_by) == (True, right, wrong, None)


async def test_a_day_is_that_of_the_ward(database: Database) -> None:
    late = dt.datetime(2026, 11, 24, 18, 30, tzinfo=dt.UTC)  # half past one in the morning of the 25th
    async with database.unit_of_work() as session:
        id_ = await a_bulletin(session, "Khuya", at=late)
    async with database.reading() as session:
        bulletin = await PublishedInDatabase(session).one(id_)
    assert bulletin
    assert (bulletin.day, bulletin.at) == (dt.date(2026, 11, 25), late)
