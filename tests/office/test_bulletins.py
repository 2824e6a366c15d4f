"""A bulletin's life: who may do what to it, what each recipient gets, and what the clock does; on both databases."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from bot.channels.channel import Outcome, Outgoing, SendResult, Update
from bot.delivery.outbox import Outbox
from bot.delivery.quiet import NEVER, Quiet
from bot.delivery.schedule import Schedule
from bot.errors import HoiPhuongError, NotAllowed, Refused
from bot.office.access import Access
from bot.office.bulletins import Bulletins
from bot.office.keys import Keys
from bot.office.lists import Lists
from bot.storage import audit
from bot.storage import bulletins as rows
from bot.storage.audit import SHELL
from bot.storage.bulletins import BulletinRow
from bot.storage.database import Database
from bot.storage.lists import MemberRow
from bot.storage.officers import Officer
from bot.storage.queues import Delivery
from content.pack import Pack
from content.texts import Texts
from handlers.contract import Reply
from tests.delivery.fake import Pretend

GROUPS = "channel,address,title\ntelegram,-1,Tổ 1\ntelegram,-2,Tổ 2\ntelegram,-3,Tổ 3\nby-hand,to-4,Tổ 4\n"
NIGHT = Quiet.of("21:00-06:00")
EVENING = dt.datetime(2026, 11, 25, 15, 0, tzinfo=dt.UTC)  # 22:00 in the ward
MORNING = dt.datetime(2026, 11, 25, 23, 30, tzinfo=dt.UTC)  # 06:30 of the next day


class Telegram(Pretend):
    """The channel that is on."""

    def __init__(self) -> None:
        super().__init__("telegram")

    def render(self, reply: Reply, update: Update, text: Texts) -> Sequence[Outgoing]:
        return (Outgoing(body={"text": reply.text}),)


@dataclass
class Ward:
    """The desk, and short ways to what the tests ask often."""

    database: Database
    access: Access
    lists: Lists
    bulletins: Bulletins
    telegram: Telegram
    outbox: Outbox

    async def officer(self, name: str, role: str, unit: str = "phuong-1") -> Officer:
        await self.access.invite(name=name, roles=[role], units=[unit], by=SHELL)
        return await self.access.acting(name)

    async def draft(self, by: Officer, **more: object) -> int:
        return await self.bulletins.draft(title="Cảnh giác", text="Đừng đọc mã.", names=["to"], by=by, **more)

    async def approved(self, **more: object) -> tuple[int, Officer]:
        writer, approver = await self.officer("an", "editor"), await self.officer("binh", "approver")
        id_ = await self.draft(writer, **more)
        await self.bulletins.submit(id_, by=writer)
        await self.bulletins.approve(id_, by=approver)
        return id_, approver

    async def deliver(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            self.outbox.ring()
            while await self.outbox._work(tasks) or self.outbox._flying:
                if self.outbox._flying:
                    await asyncio.wait(self.outbox._flying.values())

    async def state(self, id_: int) -> tuple[str, dict[str, int]]:
        status = await self.bulletins.status(id_)
        assert status.counts["total"] == sum(n for name, n in status.counts.items() if name != "total")
        return status.state, {name: n for name, n in status.counts.items() if n and name != "total"}

    async def look(self, now: dt.datetime, quiet: Quiet = NEVER) -> None:
        await Schedule(self.database, quiet, asyncio.Event()).look(now)


@pytest.fixture
async def ward(database_url: str, pack: Pack) -> AsyncIterator[Ward]:
    database = Database(database_url)
    await database.migrate()
    telegram = Telegram()
    access = Access(database, pack, Keys(b"k" * 32), "https://hoi.example")
    lists = Lists(database, pack)
    desk = Bulletins(database, pack, {"telegram": telegram}, "https://hoi.example")
    await lists.create("to", unit="phuong-1", topic="an-ninh", by=SHELL)
    await lists.fill("to", GROUPS.encode(), by=SHELL)
    yield Ward(database, access, lists, desk, telegram, Outbox(database, telegram))
    await database.close()


async def test_a_bulletin_goes_to_each_group_once_and_by_hand_where_no_machine_may(ward: Ward) -> None:
    id_, approver = await ward.approved()
    await ward.bulletins.send(id_, by=approver)
    await ward.bulletins.send(id_, by=approver)  # a double click
    assert await ward.state(id_) == ("sending", {"queued": 4})
    await ward.deliver()
    assert sorted(chat for chat, _ in ward.telegram.sent) == ["-1", "-2", "-3"]
    assert "Cảnh giác" in ward.telegram.sent[0][1]
    assert await ward.state(id_) == ("sending", {"sent": 3, "queued": 1})
    await ward.look(EVENING)
    assert (await ward.state(id_))[0] == "sending"  # a group still waits for an officer's hand
    await ward.bulletins.by_hand(id_, "to-4", by=approver)
    await ward.look(EVENING)
    assert await ward.state(id_) == ("sent", {"sent": 3, "by_hand": 1})


async def test_who_is_in_two_lists_gets_it_once(ward: Ward) -> None:
    await ward.lists.create("hai", unit="phuong-1", topic="an-ninh", by=SHELL)
    await ward.lists.fill("hai", GROUPS.encode(), by=SHELL)
    writer = await ward.officer("an", "approver")
    id_ = await ward.bulletins.draft(title="Tin", text="Tin.", names=["to", "hai", "to"], by=writer)
    await ward.bulletins.submit(id_, by=writer)
    await ward.bulletins.approve(id_, by=writer)
    await ward.bulletins.send(id_, by=writer)
    assert await ward.state(id_) == ("sending", {"queued": 4})


async def test_nobody_approves_his_own_while_another_could(ward: Ward) -> None:
    writer = await ward.officer("an", "approver")
    other = await ward.officer("binh", "approver")
    id_ = await ward.draft(writer)
    await ward.bulletins.submit(id_, by=writer)
    with pytest.raises(NotAllowed):
        await ward.bulletins.approve(id_, by=writer)
    await ward.bulletins.approve(id_, by=other)


async def test_the_only_officer_may_and_the_log_says_so(ward: Ward) -> None:
    writer = await ward.officer("an", "approver")
    await ward.officer("xa", "approver", unit="phuong-2")  # of another unit
    id_ = await ward.draft(writer)
    await ward.bulletins.submit(id_, by=writer)
    await ward.bulletins.approve(id_, by=writer)
    async with ward.database.reading() as session:
        deeds = await audit.deeds(session, subject=f"bulletin:{id_}")
    assert {"alone": True} in [deed.detail for deed in deeds]


async def test_of_two_approvers_at_once_one_is_told_it_is_done(ward: Ward) -> None:
    writer, one, two = [
        await ward.officer(n, r) for n, r in (("an", "editor"), ("binh", "approver"), ("chi", "approver"))
    ]
    id_ = await ward.draft(writer)
    await ward.bulletins.submit(id_, by=writer)
    results = await asyncio.gather(
        *(ward.bulletins.approve(id_, by=who) for who in (one, two)), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["NoneType", "Refused"]


@pytest.mark.parametrize(
    ("role", "unit", "deed"),
    [
        ("duty", "phuong-1", "draft"),
        ("editor", "phuong-2", "draft"),
        ("editor", "phuong-1", "approve"),
        ("editor", "phuong-1", "send"),
        ("editor", "phuong-1", "recall"),
    ],
)
async def test_without_the_role_it_is_refused(ward: Ward, role: str, unit: str, deed: str) -> None:
    id_, _ = await ward.approved()
    stranger = await ward.officer("la", role, unit)
    with pytest.raises(NotAllowed):
        await (ward.draft(stranger) if deed == "draft" else getattr(ward.bulletins, deed)(id_, by=stranger))


async def test_nobody_ticks_another_units_group_and_no_tick_is_undone_once_all_is_sent(ward: Ward) -> None:
    id_, approver = await ward.approved()
    await ward.bulletins.send(id_, by=approver)
    with pytest.raises(NotAllowed):
        await ward.bulletins.by_hand(id_, "to-4", by=await ward.officer("la", "approver", "phuong-2"))
    await ward.deliver()
    await ward.bulletins.by_hand(id_, "to-4", by=approver)
    await ward.look(EVENING)
    with pytest.raises(Refused):
        await ward.bulletins.by_hand(id_, "to-4", by=approver, done=False)


async def test_what_cannot_be_done_is_refused_in_words(ward: Ward) -> None:
    id_, approver = await ward.approved()
    past = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    with pytest.raises(Refused):
        await ward.bulletins.schedule(id_, by=approver, at=past)
    with pytest.raises(Refused):
        await ward.bulletins.submit(id_, by=approver)  # approved already
    with pytest.raises(Refused):
        await ward.bulletins.status(999)
    await ward.lists.create("trong", unit="phuong-1", topic="an-ninh", by=SHELL)
    empty = await ward.bulletins.draft(title="Tin", text="Tin.", names=["trong"], by=approver)
    with pytest.raises(Refused):
        await ward.bulletins.submit(empty, by=approver)
    with pytest.raises(HoiPhuongError):
        await ward.bulletins.draft(title=" ", text="Tin.", names=["to"], by=approver)


async def test_pause_resume_cancel(ward: Ward) -> None:
    id_, approver = await ward.approved()
    await ward.bulletins.send(id_, by=approver)
    await ward.bulletins.pause(id_, by=approver)
    await ward.deliver()
    assert ward.telegram.sent == []
    assert await ward.state(id_) == ("paused", {"queued": 4})
    await ward.bulletins.resume(id_, by=approver)
    await ward.deliver()
    assert len(ward.telegram.sent) == 3
    await ward.bulletins.cancel(id_, by=approver)
    assert await ward.state(id_) == ("cancelled", {"sent": 3, "failed": 1})


async def test_taken_back_whoever_has_it_is_told_and_nobody_else_gets_it(ward: Ward) -> None:
    id_, approver = await ward.approved()
    await ward.bulletins.send(id_, by=approver)
    ward.telegram.answers.append(SendResult(outcome=Outcome.REFUSED, reason="400"))
    await ward.deliver()
    await ward.bulletins.recall(id_, by=approver)
    ward.telegram.sent.clear()
    await ward.deliver()
    assert [chat for chat, _ in ward.telegram.sent] == ["-2", "-3"]
    assert all("rút lại" in words for _, words in ward.telegram.sent)
    assert await ward.state(id_) == ("recalled", {"sent": 2, "failed": 2})


async def test_a_group_that_threw_us_out_is_left_out_the_next_time_and_accounted_for(ward: Ward) -> None:
    id_, approver = await ward.approved()
    await ward.bulletins.send(id_, by=approver)
    ward.telegram.answers.append(SendResult(outcome=Outcome.GONE, reason="kicked"))
    ward.telegram.answers.append(SendResult(outcome=Outcome.MOVED, moved_to="-1002"))
    await ward.deliver()
    assert await ward.state(id_) == ("sending", {"sent": 2, "gone": 1, "queued": 1})
    async with ward.database.reading() as session:
        members = {m.address: (m.active, m.reason) for m in await session.scalars(select(MemberRow))}
    assert members["-1"] == (False, "kicked")
    assert members["-1002"] == (True, "")
    assert "-2" not in members
    again = await ward.draft(approver)
    await ward.bulletins.submit(again, by=await ward.access.acting("an"))
    await ward.bulletins.approve(again, by=await ward.officer("chi", "approver"))
    await ward.bulletins.send(again, by=approver)
    assert await ward.state(again) == ("sending", {"queued": 3, "gone": 1})


async def test_a_channel_that_is_off_fails_alone(ward: Ward) -> None:
    await ward.lists.fill("to", b"channel,address,title\nzalo-bot,z1,Zalo\n", by=SHELL)
    id_, approver = await ward.approved()
    await ward.bulletins.send(id_, by=approver)
    assert await ward.state(id_) == ("sending", {"queued": 4, "failed": 1})


@pytest.mark.parametrize(
    ("scheduled", "looked", "urgent", "state", "held"),
    [
        pytest.param(MORNING, MORNING - dt.timedelta(minutes=1), False, "scheduled", False, id="not yet"),
        pytest.param(MORNING, MORNING + dt.timedelta(minutes=1), False, "sending", False, id="its time"),
        pytest.param(MORNING, MORNING + dt.timedelta(minutes=59), False, "sending", False, id="late, still news"),
        pytest.param(MORNING, MORNING + dt.timedelta(minutes=61), False, "scheduled", True, id="too late: held"),
        pytest.param(EVENING, EVENING + dt.timedelta(minutes=1), False, "scheduled", False, id="quiet hours"),
        pytest.param(EVENING, MORNING, False, "sending", False, id="the end of quiet hours is not overdue"),
        pytest.param(EVENING, MORNING + dt.timedelta(hours=1), False, "scheduled", True, id="overdue after them"),
        pytest.param(EVENING, EVENING + dt.timedelta(minutes=1), True, "sending", False, id="urgent, a second word"),
    ],
)
async def test_the_clock(
    ward: Ward, scheduled: dt.datetime, looked: dt.datetime, urgent: bool, state: str, held: bool
) -> None:
    id_, approver = await ward.approved(urgent=urgent)
    if urgent:
        await ward.bulletins.pass_urgent(id_, by=approver)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    await ward.bulletins.schedule(id_, by=approver, at=later)
    async with ward.database.unit_of_work() as session:
        row = await rows.held(session, id_)
        assert row
        row.schedule_at = scheduled
    await ward.look(looked, NIGHT)
    async with ward.database.reading() as session:
        row = await session.get(BulletinRow, id_)
        assert row
        assert (row.state, row.held_since is not None) == (state, held)
    if held:
        await ward.bulletins.send(id_, by=approver)  # the officer's word
        assert (await ward.state(id_))[0] == "sending"


async def test_in_quiet_hours_bulletins_wait_and_answers_go(ward: Ward) -> None:
    id_, approver = await ward.approved()
    await ward.bulletins.send(id_, by=approver)
    always = Quiet(begin=dt.time(0), end=dt.time(23, 59, 59, 999999))
    ward.outbox = Outbox(ward.database, ward.telegram, quiet=always)
    now = dt.datetime.now(dt.UTC)
    async with ward.database.unit_of_work() as session:
        session.add(
            Delivery(
                channel="telegram",
                chat="lan",
                body={"text": "dạ"},
                state="queued",
                tries=0,
                not_before=now,
                at=now,
                reason="",
            )
        )
    await ward.deliver()
    assert ward.telegram.sent == [("lan", "dạ")]


@pytest.mark.parametrize(
    ("hours", "at", "quiet", "over"),
    [
        ("21:00-06:00", "2026-11-25T20:59", False, "2026-11-25T20:59"),
        ("21:00-06:00", "2026-11-25T21:00", True, "2026-11-26T06:00"),
        ("21:00-06:00", "2026-11-26T05:59", True, "2026-11-26T06:00"),
        ("21:00-06:00", "2026-11-26T06:00", False, "2026-11-26T06:00"),
        ("12:00-13:00", "2026-11-26T12:30", True, "2026-11-26T13:00"),
        ("", "2026-11-26T00:00", False, "2026-11-26T00:00"),
    ],
)
def test_quiet_hours(hours: str, at: str, quiet: bool, over: str) -> None:
    moment = dt.datetime.fromisoformat(at + "+07:00")
    assert Quiet.of(hours).at(moment) is quiet
    assert Quiet.of(hours).over(moment) == dt.datetime.fromisoformat(over + "+07:00")
