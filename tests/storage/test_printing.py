"""Printing orders in both databases: one maker at a time, one that died is replaced, what is old is erased."""

from __future__ import annotations

import datetime as dt

from bot.storage import code_views, printing
from bot.storage import codes as stored
from bot.storage.code_views import Wish
from bot.storage.codes import Visit, Wanted
from bot.storage.database import Database
from bot.storage.officers import OfficerRow
from bot.storage.printing import KEPT, STALE, UNSENT, PrintOrder

NOW = dt.datetime(2026, 11, 25, 5, tzinfo=dt.UTC)
DAY = NOW.date()


def order(id_: str, officer: int, *, at: dt.datetime = NOW, rows: int = 3) -> PrintOrder:
    return PrintOrder(
        id=id_, officer=officer, kind="sticker", target="menu", unit="", campaign="", labels="L7160", caption="",
        lang="vi", file="", csv=b"ref\nH1\n", state="checked", rows=rows, done=0, result={}, why="", created_at=at,
        heard_at=at, maker="",
    )  # fmt: skip


async def somebody(database: Database) -> int:
    async with database.unit_of_work() as session:
        row = OfficerRow(name="lan", created_at=NOW)
        session.add(row)
        await session.flush()
        return row.id


async def test_an_order_looked_at_twice_is_one_and_sent_it_stays_as_it_is(database: Database) -> None:
    lan = await somebody(database)
    async with database.unit_of_work() as session:
        assert await printing.add(session, order("a", lan))
        assert await printing.add(session, order("a", lan, rows=5))
        assert await printing.send(session, "a", NOW)
        assert not await printing.send(session, "a", NOW)
        assert not await printing.add(session, order("a", lan, rows=9))
    async with database.reading() as session:
        found = await printing.of(session, lan, "a")
        assert found
        assert (found.rows, found.state) == (5, "waiting")
        assert await printing.of(session, lan + 1, "a") is None


async def test_one_maker_at_a_time_and_one_that_is_not_heard_of_is_replaced(database: Database) -> None:
    lan = await somebody(database)
    async with database.unit_of_work() as session:
        await printing.add(session, order("a", lan))
        await printing.send(session, "a", NOW)
        assert await printing.claim(session, "one", NOW) == "a"
        assert await printing.claim(session, "two", NOW + STALE / 2) is None
        assert await printing.moved(session, "a", "one", NOW + STALE / 2, done=1)
        assert await printing.claim(session, "two", NOW + STALE) is None  # it was heard of since
        assert await printing.claim(session, "two", NOW + 2 * STALE) == "a"
        assert not await printing.moved(session, "a", "one", NOW + 2 * STALE, done=2)


async def test_a_file_is_kept_in_pieces_and_erased_when_it_is_old(database: Database) -> None:
    lan = await somebody(database)
    async with database.unit_of_work() as session:
        await printing.add(session, order("a", lan))
        await printing.add(session, order("looked-at", lan, at=NOW - UNSENT - STALE))
        await printing.keep(session, "a", [b"old"])
        await printing.keep(session, "a", [b"%PDF", b"-1.4"])
    async with database.reading() as session:
        assert [await printing.part(session, "a", n) for n in range(3)] == [b"%PDF", b"-1.4", None]
        assert await printing.size(session, "a") == 8
    for now, left in ((NOW, ["a"]), (NOW + KEPT + STALE, [])):
        async with database.unit_of_work() as session:
            await printing.clear(session, now)
        async with database.reading() as session:
            assert [id_ for id_ in ("a", "looked-at") if await printing.of(session, lan, id_)] == left
    async with database.reading() as session:
        assert await printing.size(session, "a") == 0


async def test_each_group_is_added_up_by_numbers_before_words(database: Database) -> None:
    async with database.unit_of_work() as session:
        wanted = [Wanted(target="menu", unit="phuong-1", group=group) for group in ("10", "2", "2", "2", "")]
        codes = await stored.issue(session, wanted, by="shell")
        await stored.count(session, {(codes[1].serial, DAY, "web"): 4, (codes[3].serial, DAY, "web"): 2})
        await stored.revoke(session, [codes[3].serial], NOW, by="shell")
        for code, kind in ((codes[1], "round"), (codes[2], "missed")):
            session.add(Visit(kind=kind, serial=code.serial, done_on=DAY, by="lan", at=NOW))
    async with database.reading() as session:
        rows = await code_views.places(session, Wish(), DAY)
        assert [(row.group, row.printed, row.handed, row.silent, row.scans) for row in rows] == [
            ("", 1, 0, 1, 0), ("2", 2, 1, 1, 6), ("10", 1, 0, 1, 0),
        ]  # fmt: skip
        assert await code_views.groups(session, None, None) == ["2", "10"]
        assert await code_views.places(session, Wish(units=("phuong-2",)), DAY) == []
