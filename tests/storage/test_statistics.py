"""Questions counted without people."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.storage import statistics
from bot.storage.database import Database
from bot.storage.tables import Thumb

NOON = dt.datetime(2026, 11, 25, 5, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 25)


async def ask(database: Database, *kinds: str, now: dt.datetime = NOON, unit: str | None = None) -> None:
    async with database.unit_of_work() as session:
        for kind in kinds:
            statistics.asked(session, kind=kind, channel="web", unit=unit, now=now)


async def test_counts_add_up_over_transactions(database: Database) -> None:
    await ask(database, "procedure", "procedure", "hotline")
    await ask(database, "procedure", unit="phuong-1")
    async with database.reading() as session:
        assert await statistics.by_kind(session, TODAY, TODAY) == {"procedure": 3, "hotline": 1}
        assert await statistics.by_kind(session, TODAY, TODAY, unit="phuong-1") == {"procedure": 1}


async def test_what_is_undone_is_not_counted(database: Database) -> None:
    async def ask_in_vain() -> None:
        async with database.unit_of_work() as session:
            statistics.asked(session, kind="procedure", channel="web", now=NOON)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await ask_in_vain()
    async with database.reading() as session:
        assert await statistics.by_kind(session, TODAY, TODAY) == {}


async def test_a_day_begins_at_midnight_here_and_a_week_on_monday(database: Database) -> None:
    sunday_night = dt.datetime(2026, 11, 22, 16, 59, tzinfo=dt.UTC)
    await ask(database, "procedure", now=sunday_night)
    await ask(database, "hotline", now=sunday_night + dt.timedelta(minutes=1))
    async with database.reading() as session:
        weeks = await statistics.by_week(session, TODAY - dt.timedelta(days=14), TODAY)
    assert weeks == {dt.date(2026, 11, 16): {"procedure": 1}, dt.date(2026, 11, 23): {"hotline": 1}}


@pytest.mark.parametrize(
    ("kinds", "questions", "percent"),
    [
        ({}, 0, None),
        ({"smalltalk": 5, "clarify": 2}, 0, None),
        ({"procedure": 3, "handover": 1}, 4, 75),
        ({"emergency": 1, "out_of_scope": 2}, 3, 33),
    ],
)
def test_a_share_counts_questions_only(kinds: dict[str, int], questions: int, percent: int | None) -> None:
    share = statistics.share(kinds)
    assert (share.questions, share.percent) == (questions, percent)


async def test_thumbs_leave_out_numbers_that_nobody_answers(database: Database) -> None:
    async with database.unit_of_work() as session:
        session.add(Thumb(item="dang-ky-khai-sinh", helpful=7, unhelpful=2))
        session.add(Thumb(item="dead:hotline:1022", helpful=0, unhelpful=9))
    async with database.reading() as session:
        assert await statistics.thumbs(session) == (7, 2)
