"""Officers with ordinary groups are told, and reminded until all is posted; on both databases, by several processes."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.channels.channel import Outgoing, Update
from bot.delivery.quiet import NEVER, Quiet
from bot.delivery.reminders import MOST, Reminders, next_step
from bot.office.kit import PATH, PostingKit
from bot.storage.bulletins import BulletinRow
from bot.storage.database import Database
from bot.storage.officers import OfficerChat, OfficerRole, OfficerRow, by_name
from bot.storage.queues import Body, Delivery
from content.texts import Texts
from handlers.contract import Reply
from tests.delivery.fake import Pretend
from tests.publishing import a_bulletin, a_list, a_member

TEN = dt.datetime(2026, 11, 25, 3, tzinfo=dt.UTC)  # ten in the morning here
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
NIGHT = Quiet.of("21:00-06:00")


class Plain(Pretend):
    """Shows an answer in plain words."""

    def render(self, reply: Reply, update: Update, text: Texts) -> Sequence[Outgoing]:
        return [Outgoing(body={"text": reply.text, "open": [b.url for b in reply.buttons]})]


def reminders(database: Database, quiet: Quiet = NEVER) -> Reminders:
    return Reminders(database, {"pretend": Plain()}, quiet, "https://hoi.example", asyncio.Event())


async def an_officer(database: Database, name: str, role: str = "editor", unit: str = "phuong-1", **more: Any) -> int:
    async with database.unit_of_work() as session:
        row = OfficerRow(name=name, created_at=TEN, disabled_at=TEN if more.get("disabled") else None)
        session.add(row)
        await session.flush()
        session.add(OfficerRole(officer=row.id, role=role, unit=unit))
        if more.get("chat", True):
            session.add(OfficerChat(channel="pretend", chat=f"chat-{name}", officer=row.id, bound_at=TEN))
        return row.id


async def going(
    database: Database, charge: dict[str, int | None], *, unit: str = "phuong-1", state: str = "sending", **more: Any
) -> int:
    """A bulletin that goes to these ordinary groups."""
    async with database.unit_of_work() as session:
        list_ = await a_list(session, f"nhóm {state}", unit)
        for address, officer in charge.items():
            await a_member(session, list_, address, "by-hand", officer=officer)
        outcomes = {("by-hand", address): "queued" for address in charge}
        id_ = await a_bulletin(session, "Cảnh giác", lists=[list_], state=state, outcomes=outcomes, at=TEN, **more)
        session.add(Body(body={"text": "Đừng đọc mã OTP."}, bulletin=id_, channel="by-hand", person=False))
        return id_


async def told(database: Database) -> list[tuple[str, str]]:
    async with database.reading() as session:
        rows = await session.scalars(select(Delivery).where(Delivery.channel == "pretend").order_by(Delivery.id))
        return [(row.chat, str((row.body or {})["text"])) for row in rows]


async def test_the_first_word_has_the_text_and_the_way_to_the_kit(database: Database) -> None:
    lan, tam = await an_officer(database, "lan"), await an_officer(database, "tam", "duty")
    id_ = await going(database, {"a": lan, "b": lan, "c": tam})
    assert await reminders(database).remind(TEN) == 2
    said = await told(database)
    assert [chat for chat, _ in said] == ["chat-lan", "chat-lan", "chat-tam", "chat-tam"]
    assert "chuyển vào 2 nhóm Zalo" in said[0][1]
    assert f"https://hoi.example{PATH}/{id_}" in said[0][1]
    assert said[1][1] == "Đừng đọc mã OTP."
    assert "chuyển vào 1 nhóm Zalo" in said[2][1]


async def test_several_processes_say_it_once(database: Database) -> None:
    await going(database, {"a": await an_officer(database, "lan")})
    done = await asyncio.gather(*(reminders(database).remind(TEN) for _ in range(4)))
    assert sum(done) == 1
    assert len(await told(database)) == 2


async def test_it_goes_on_until_all_is_posted_and_counts_what_is_left(database: Database) -> None:
    lan = await an_officer(database, "lan")
    id_ = await going(database, {"a": lan, "b": lan})
    clock, desk = reminders(database), PostingKit(database, "https://hoi.example")
    async with database.reading() as session:
        officer = await by_name(session, "lan")
    assert officer
    assert [await clock.remind(TEN + n * HOUR) for n in (0, 1, 2, 3)] == [1, 0, 1, 0]
    await desk.tick(id_, "a", by=officer)
    assert [await clock.remind(TEN + DAY + n * HOUR) for n in (-3, -2, -1)] == [0, 1, 0]
    assert "còn 1 nhóm Zalo" in (await told(database))[-1][1]
    await desk.tick(id_, "b", by=officer)
    assert await clock.remind(TEN + 2 * DAY) == 0


async def test_after_so_many_words_it_is_enough(database: Database) -> None:
    await going(database, {"a": await an_officer(database, "lan")})
    clock = reminders(database)
    hours = [await clock.remind(TEN + n * HOUR) for n in range(24 * 8)]
    assert sum(hours) == MOST
    assert [n for n, said in enumerate(hours) if said] == [0, 2, 22, 46, 70]  # then 08:00 of three mornings


@pytest.mark.parametrize(
    ("moment", "urgent", "said"),
    [
        (TEN + 12 * HOUR, {}, 0),  # 22:00
        (TEN + 12 * HOUR, {"urgent": True}, 0),
        (TEN + 12 * HOUR, {"urgent": True, "urgent_by": "binh"}, 1),
        (TEN + 20 * HOUR, {}, 1),  # 06:00
    ],
)
async def test_nobody_is_woken(database: Database, moment: dt.datetime, urgent: dict[str, Any], said: int) -> None:
    await going(database, {"a": await an_officer(database, "lan")}, **urgent)
    assert await reminders(database, NIGHT).remind(moment) == said


async def test_who_is_told_of_a_group_that_nobody_is_in_charge_of(database: Database) -> None:
    gone = await an_officer(database, "cũ", disabled=True)
    for name, role, unit in (
        ("lan", "editor", "phuong-1"), ("khac", "editor", "phuong-2"), ("duyet", "approver", "phuong-1"),
        ("quan", "admin", "*"),
    ):  # fmt: skip
        await an_officer(database, name, role, unit)
    await going(database, {"a": None, "b": gone})
    assert await reminders(database).remind(TEN) == 1
    assert (await told(database))[0][0] == "chat-lan"


async def test_where_only_an_administrator_is_there_he_is_told(database: Database) -> None:
    await an_officer(database, "quan", "admin", "*")
    await going(database, {"a": None})
    assert await reminders(database).remind(TEN) == 1


@pytest.mark.parametrize("state", ["paused", "cancelled", "recalled", "sent", "draft"])
async def test_what_does_not_go_on_is_not_told(database: Database, state: str) -> None:
    await going(database, {"a": await an_officer(database, "lan")}, state=state)
    assert await reminders(database).remind(TEN) == 0


async def test_a_paused_bulletin_is_told_once_it_goes_on(database: Database) -> None:
    id_ = await going(database, {"a": await an_officer(database, "lan")}, state="paused")
    async with database.unit_of_work() as session:
        await session.execute(update(BulletinRow).where(BulletinRow.id == id_).values(state="sending"))
    assert await reminders(database).remind(TEN + HOUR) == 1


async def test_whoever_has_no_chat_is_told_once_he_has_one(database: Database) -> None:
    lan = await an_officer(database, "lan", chat=False)
    await going(database, {"a": lan})
    assert await reminders(database).remind(TEN) == 0
    async with database.unit_of_work() as session:
        session.add(OfficerChat(channel="pretend", chat="chat-lan", officer=lan, bound_at=TEN))
    assert await reminders(database).remind(TEN + HOUR) == 1


@pytest.mark.parametrize(
    ("before", "now", "step"),
    [
        (None, TEN, 0),
        ((0, TEN), TEN + 2 * HOUR, 1),
        ((0, TEN + 10 * HOUR), TEN + 12 * HOUR, 1),  # 20:00, then 22:00 where no hours are quiet
        ((0, TEN + 10 * HOUR), TEN + 22 * HOUR, 1),  # 08:00
        ((0, TEN + 10 * HOUR), TEN + 33 * HOUR, None),  # 19:00 of the next day: too late for that day
        ((1, TEN), TEN + 5 * HOUR, None),
        ((1, TEN), TEN + DAY, 2),
        ((MOST - 1, TEN), TEN + DAY, None),
    ],
)
def test_when_the_next_word_is_due(
    before: tuple[int, dt.datetime] | None, now: dt.datetime, step: int | None
) -> None:
    assert next_step(before, now) == step
