"""The duty meter: weeks against their target, and who is reminded on Thursday."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select

from bot.channels.channel import Outgoing, Update
from bot.delivery.meter import Meter
from bot.office.meter import DutyMeter, ListWeeks
from bot.office.report_figures import Week
from bot.storage.database import Database
from bot.storage.officers import OfficerChat, OfficerRole, OfficerRow
from bot.storage.queues import Delivery
from bot.web.plot import weeks_plot
from bot.web.render import templates
from content.texts import Texts, texts
from handlers.contract import Reply
from tests.delivery.fake import Pretend
from tests.publishing import NOW, a_bulletin, a_list

THURSDAY = dt.datetime(2026, 11, 26, 1, tzinfo=dt.UTC)  # eight in the morning here
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


class Plain(Pretend):
    """Shows an answer in plain words."""

    def render(self, reply: Reply, update: Update, text: Texts) -> Sequence[Outgoing]:
        return [Outgoing(body={"text": reply.text})]


async def an_officer(database: Database, name: str, unit: str = "phuong-1", *, chat: bool = True, **more: Any) -> int:
    async with database.unit_of_work() as session:
        row = OfficerRow(name=name, created_at=NOW, **more)
        session.add(row)
        await session.flush()
        session.add(OfficerRole(officer=row.id, role="editor", unit=unit))
        if chat:
            session.add(OfficerChat(channel="pretend", chat=f"chat-{name}", officer=row.id, bound_at=NOW))
        return row.id


async def told(database: Database) -> list[tuple[str, str]]:
    async with database.reading() as session:
        rows = await session.scalars(select(Delivery).order_by(Delivery.id))
        return [(row.chat, str(row.body)) for row in rows]


async def test_a_week_counts_what_stands_from_monday_to_sunday(database: Database) -> None:
    async with database.unit_of_work() as session:
        one, two = await a_list(session, "p1"), await a_list(session, "p2", "phuong-2", target=1)
        await a_list(session, "không hẹn", target=0)
        monday = dt.datetime(2026, 11, 22, 17, tzinfo=dt.UTC)  # midnight here
        await a_bulletin(session, "đầu tuần", lists=[one, two], at=monday)
        await a_bulletin(session, "tuần trước", lists=[one], at=monday - HOUR)
        await a_bulletin(session, "đang gửi", lists=[one], state="sending")
        wrong = await a_bulletin(session, "thu lại", lists=[one], state="recalled")
        await a_bulletin(session, "đính chính", lists=[one], corrects=wrong)
        await a_bulletin(session, "nháp", lists=[one], state="draft")
    meter = DutyMeter(database)
    rows = await meter.weeks(most=3, now=NOW)
    assert [(row.name, [week.items for week in row.weeks]) for row in rows] == [("p1", [0, 1, 2]), ("p2", [0, 0, 1])]
    assert [week.short for week in rows[0].weeks] == [True, True, False]
    assert rows[1].now.monday == dt.date(2026, 11, 23)
    assert [row.name for row in await meter.weeks(units=frozenset({"phuong-2"}), now=NOW)] == ["p2"]


async def test_whoever_answers_for_a_short_week_is_reminded_once(database: Database) -> None:
    hoa, thu = await an_officer(database, "hoa"), await an_officer(database, "thu", "phuong-2")
    async with database.unit_of_work() as session:
        short = await a_list(session, "Nhóm 1", officer=hoa)
        await a_list(session, "Nhóm 2", "phuong-2", officer=hoa)
        kept = await a_list(session, "Nhóm 3", "phuong-2", officer=thu)
        await a_bulletin(session, "một", lists=[short, kept])
        await a_bulletin(session, "hai", lists=[kept])
    meters = [Meter(database, {"pretend": Plain()}) for _ in range(2)]  # two processes
    assert [await meter.remind(THURSDAY) for meter in meters] == [1, 0]
    [(chat, body)] = await told(database)
    assert chat == "chat-hoa"
    for words in ("Tuần này còn thiếu", "Nhóm 1: đã gửi 1/2 tin", "Nhóm 2: đã gửi 0/2 tin", "/bantin"):
        assert words in body
    assert "Nhóm 3" not in body
    assert await meters[0].remind(THURSDAY + 7 * DAY) == 2  # the next week is another


async def test_what_is_scheduled_before_sunday_counts(database: Database) -> None:
    await an_officer(database, "hoa")
    async with database.unit_of_work() as session:
        one = await a_list(session, "Nhóm 1")
        await a_bulletin(session, "một", lists=[one])
        await a_bulletin(session, "tuần sau", lists=[one], state="scheduled", schedule_at=THURSDAY + 6 * DAY)
        hold = {"schedule_at": THURSDAY - DAY, "held_since": THURSDAY}
        await a_bulletin(session, "bị giữ", lists=[one], state="scheduled", **hold)
        waiting = await a_list(session, "Nhóm 2")
        for title in ("thứ sáu", "thứ bảy"):
            await a_bulletin(session, title, lists=[waiting], state="scheduled", schedule_at=THURSDAY + 2 * DAY)
    assert await Meter(database, {"pretend": Plain()}).remind(THURSDAY) == 1
    [(_, body)] = await told(database)
    assert "Nhóm 1: đã gửi 1/2 tin." in body
    assert "Nhóm 2" not in body


@pytest.mark.parametrize(
    ("moment", "reminded"),
    [
        (THURSDAY - HOUR, 0),
        (THURSDAY - DAY, 0),
        (THURSDAY, 1),
        (THURSDAY + 2 * DAY, 1),  # the house was down on Thursday
        (THURSDAY + 12 * HOUR, 0),  # eight in the evening
        (THURSDAY + 3 * DAY + 16 * HOUR, 0),  # Monday
    ],
)
async def test_the_hour_is_one_at_which_people_may_be_written_to(
    database: Database, moment: dt.datetime, reminded: int
) -> None:
    await an_officer(database, "hoa")
    async with database.unit_of_work() as session:
        await a_list(session, "Nhóm 1")
    assert await Meter(database, {"pretend": Plain()}).remind(moment) == reminded


async def test_without_a_named_officer_those_who_may_write_for_the_unit_are_told(database: Database) -> None:
    gone = await an_officer(database, "cũ", disabled_at=NOW)
    await an_officer(database, "hoa")
    await an_officer(database, "không máy", chat=False)
    await an_officer(database, "nơi khác", "phuong-2")
    async with database.unit_of_work() as session:
        await a_list(session, "Nhóm 1", officer=gone)
    meter = Meter(database, {"pretend": Plain()})
    assert await meter.remind(THURSDAY) == 1
    assert [chat for chat, _ in await told(database)] == ["chat-hoa"]


def test_the_plot_says_each_week_by_shape_and_figure() -> None:
    counts = (2, 1, 0, 1)
    weeks = [Week(monday=dt.date(2026, 11, 2) + n * 7 * DAY, items=items, target=2) for n, items in enumerate(counts)]
    drawn = weeks_plot(weeks)
    assert [drawn.count(f'class="{state}"') for state in ("kept", "short", "open", "target")] == [1, 2, 1, 1]
    assert ">23/11<" in drawn
    assert weeks_plot([]) == ""


def test_the_console_shows_the_plot_and_says_it_in_words() -> None:
    weeks = tuple(Week(monday=dt.date(2026, 11, 16) + n * 7 * DAY, items=n, target=2) for n in range(2))
    each = ListWeeks(id=1, name="Nhóm 1", unit="phuong-1", weeks=weeks)
    page = templates().from_string('{% import "meter.html" as m %}{{ m.meter(each, t) }}')
    shown = page.render(each=each, t=texts("vi"))
    assert "<svg" in shown
    assert "Tuần này 1/2 tin" in shown
    assert "Các tuần trước: 0/2" in " ".join(shown.split())
