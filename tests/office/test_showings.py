"""Cafés that show films: asked after a film bulletin, counted once a day; on both databases."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator, Sequence
from typing import cast

import pytest
import time_machine
from sqlalchemy import select

from bot.channels.channel import Channel, Outgoing, Update
from bot.delivery.showings import ShowingCalls
from bot.errors import NotAllowed, Refused
from bot.office.showings import SHOWN, UNDO, Showings, ShowingsInChat
from bot.storage.audit import Deed
from bot.storage.database import Database
from bot.storage.lists import MemberRow
from bot.storage.officers import Officer, OfficerRow
from bot.storage.queues import BULLETIN, Delivery
from bot.storage.showings import Showing, is_film
from content.texts import Texts
from handlers.contract import Reply
from tests.delivery.fake import Pretend, said
from tests.publishing import NOW, a_bulletin, a_list, a_member

TODAY = dt.date(2026, 11, 25)  # a Wednesday


class Plain(Pretend):
    """Shows an answer in plain words."""

    def render(self, reply: Reply, update: Update, text: Texts) -> Sequence[Outgoing]:
        return [Outgoing(body={"text": reply.text, "keys": [b.id for b in reply.buttons]})]


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


async def cafes(database: Database) -> None:
    """Two in a film list, one of them by hand; and one of another list."""
    async with database.unit_of_work() as session:
        film = await a_list(session, "quán", topic="chiếu phim")
        await a_member(session, film, "quan-1", "pretend")
        await a_member(session, film, "quan-2", "by-hand")
        other = await a_list(session, "khác")
        await a_member(session, other, "nhom-1", "pretend")
        both = {("pretend", "quan-1"): "sent", ("by-hand", "quan-2"): "by_hand", ("pretend", "nhom-1"): "sent"}
        await a_bulletin(session, "Phim tuần này", lists=[film, other], outcomes=both)


async def attend(database: Database, text: str = "", chat: str = "quan-1", **more: object) -> str:
    """What the café is told; empty where nobody attends."""
    async with database.unit_of_work() as session:
        channel = cast(Channel, Plain())
        found = await ShowingsInChat().attend(session, channel, said(text, chat, **more), None)
        return found.says[0].reply.text if found else ""


async def days(database: Database) -> list[tuple[dt.date, str, str]]:
    async with database.reading() as session:
        return [(row.day, row.how, row.by) for row in await session.scalars(select(Showing).order_by(Showing.day))]


def officer(unit: str = "phuong-1") -> Officer:
    return Officer(id=1, name="lan", grants=frozenset({("editor", unit)}))


async def number(database: Database, address: str) -> int:
    async with database.reading() as session:
        found = await session.scalar(select(MemberRow.id).where(MemberRow.address == address))
    assert found
    return found


async def test_after_a_film_bulletin_each_cafe_with_a_chat_is_asked_once(database: Database) -> None:
    await cafes(database)
    clocks = [ShowingCalls(database, {"pretend": Plain()}, asyncio.Event()) for _ in range(3)]
    assert sum(await asyncio.gather(*(clock.call(NOW) for clock in clocks))) == 1
    assert await clocks[0].call(NOW + dt.timedelta(minutes=5)) == 0
    async with database.reading() as session:
        [row] = await session.scalars(select(Delivery).where(Delivery.bulletin.is_(None)))
    assert (row.channel, row.chat, row.lane) == ("pretend", "quan-1", BULLETIN)
    assert row.body
    assert row.body["keys"] == [SHOWN]


async def test_an_old_film_bulletin_is_asked_for_no_more(database: Database) -> None:
    await cafes(database)
    clock = ShowingCalls(database, {"pretend": Plain()}, asyncio.Event())
    assert await clock.call(NOW + dt.timedelta(days=2)) == 0


@pytest.mark.parametrize("how", [{"press": SHOWN}, {"text": "Đã chiếu"}, {"text": "da chieu phim"}])
async def test_a_cafe_says_so_by_button_or_in_words_and_is_counted_once_a_day(
    database: Database, how: dict[str, str]
) -> None:
    await cafes(database)
    for _ in range(2):
        assert "Tuần này 1/2 buổi" in await attend(database, **how)
    assert await days(database) == [(TODAY, "chat", "pretend")]
    assert "Tuần này 0/2 buổi" in await attend(database, press=UNDO)
    assert await days(database) == []


@pytest.mark.parametrize(
    ("chat", "more"),
    [("nhom-1", {"press": SHOWN}), ("la", {"text": "đã chiếu"}), ("quan-1", {"text": "đã chiếu khi nào"})],
)
async def test_nobody_else_is_heard(database: Database, chat: str, more: dict[str, str]) -> None:
    await cafes(database)
    assert await attend(database, chat=chat, **more) == ""
    assert await days(database) == []


async def test_an_officer_ticks_for_a_cafe_and_it_is_one_deed(database: Database) -> None:
    await cafes(database)
    desk, id_ = Showings(database), await number(database, "quan-2")
    assert [await desk.tick(id_, TODAY, by=officer()) for _ in range(2)] == [True, False]
    assert await desk.tick(id_, TODAY - dt.timedelta(days=1), by=officer())
    shown = {cafe.title: cafe for cafe in await desk.cafes(officer())}
    assert (len(shown["quan-2"].days), shown["quan-2"].kept, shown["quan-1"].kept) == (2, True, False)
    assert shown["quan-2"].days[0] == (TODAY - dt.timedelta(days=1), "lan")
    assert await desk.tick(id_, TODAY, by=officer(), shown=False)
    async with database.reading() as session:
        deeds = [deed.detail["shown"] for deed in await session.scalars(select(Deed).order_by(Deed.id))]
    assert deeds == [True, True, False]


async def test_weeks_begin_on_monday(database: Database) -> None:
    await cafes(database)
    desk, id_ = Showings(database), await number(database, "quan-2")
    for back in (2, 3):  # Monday, and Sunday before it
        await desk.tick(id_, TODAY - dt.timedelta(days=back), by=officer())
    [cafe] = [cafe for cafe in await desk.cafes(officer()) if cafe.id == id_]
    assert ([day for day, _ in cafe.days], list(cafe.before)) == ([TODAY - dt.timedelta(days=2)], [0, 0, 1])


@pytest.mark.parametrize("day", [TODAY + dt.timedelta(days=1), TODAY - dt.timedelta(days=7)])
async def test_a_day_that_cannot_be(database: Database, day: dt.date) -> None:
    await cafes(database)
    with pytest.raises(Refused):
        await Showings(database).tick(await number(database, "quan-2"), day, by=officer())


async def test_only_who_looks_after_it_may_tick(database: Database) -> None:
    await cafes(database)
    desk, id_ = Showings(database), await number(database, "quan-2")
    with pytest.raises(NotAllowed):
        await desk.tick(id_, TODAY, by=officer("phuong-2"))
    with pytest.raises(Refused):
        await desk.tick(await number(database, "nhom-1"), TODAY, by=officer())
    assert await desk.cafes(officer("phuong-2")) == []
    async with database.unit_of_work() as session:
        session.add(OfficerRow(id=1, name="lan", created_at=NOW))
        await session.flush()
        member = await session.get(MemberRow, id_)
        assert member
        member.officer = 1
    assert await desk.tick(id_, TODAY, by=officer("phuong-2"))  # he is in charge of it


@pytest.mark.parametrize(("topic", "film"), [("chiếu phim", True), ("Chieu-Phim", True), ("an-ninh", False)])
def test_which_lists_are_of_cafes(topic: str, film: bool) -> None:
    assert is_film(topic) == film
