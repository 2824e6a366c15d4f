"""The figures of the console: what each officer sees, the month's report to take along, and the platforms' limits."""

from __future__ import annotations

import datetime as dt
import io
from contextlib import AsyncExitStack
from dataclasses import replace

import openpyxl
import pypdfium2
import pytest

from bot.app import House
from bot.office.allowances import Allowances
from bot.storage import statistics, usage
from bot.storage.contacts import ContactRow
from bot.storage.database import Database
from tests.delivery.fake import LIMITS, Pretend
from tests.publishing import a_bulletin, a_list, a_member
from tests.web.console.conftest import NOON
from tests.web.console.residents import at_desk
from tests.web.console.rig import Seen, Visitor

PAGE = "/can-bo/so-lieu"


@pytest.fixture
async def filled(sa_dec: House) -> House:
    """A week in which one list of two got enough, and a few questions."""
    async with sa_dec.database.unit_of_work() as session:
        one = await a_list(session, "Nhóm khóm 1")
        two = await a_list(session, "Nhóm khóm 2", "phuong-2")
        await a_member(session, one, "-1", people=30)
        for title in ("Tin một", "Tin hai"):
            await a_bulletin(session, title, lists=[one], at=NOON, outcomes={("telegram", "-1"): "sent"})
        await a_bulletin(session, "Tin ba", lists=[two], at=NOON)
        for kind in (*["procedure"] * 6, "handover", "out_of_scope", "smalltalk"):
            statistics.asked(session, kind=kind, channel="web", now=NOON)
    return sa_dec


@pytest.fixture
async def lan(filled: House, stack: AsyncExitStack, console: str) -> Visitor:
    """An officer of phường 1."""
    return await at_desk(filled, stack, console, "lan", ("phuong-1",), ("editor",))


async def test_an_officer_sees_his_own_unit_first_and_any_other(lan: Visitor) -> None:
    own = (await lan.get(PAGE)).text
    assert "Nhóm khóm 1" in own
    assert "Tuần này đủ tin" in own
    assert "Nhóm khóm 2" not in own
    assert "- Phường 1, Nhóm khóm 1: 2 bản tin" in own, "the text to paste"
    other = (await lan.get(PAGE + "?don-vi=phuong-2&thang=2026-11")).text
    assert "Tuần này còn thiếu 1 tin" in other
    both = (await lan.get(PAGE + "?don-vi=&thang=2026-11")).text
    assert "Nhóm khóm 1" in both
    assert "Nhóm khóm 2" in both


async def test_questions_are_counted_without_people(lan: Visitor) -> None:
    text = " ".join((await lan.get(PAGE)).text.split())
    for figure, words in (
        ("8", "câu hỏi"), ("75%", "máy trả lời được, không cần cán bộ (6 câu)"), ("1", "lần cần gặp cán bộ"),
        ("1", "câu máy không trả lời được"),
    ):  # fmt: skip
        assert f"<b>{figure}</b> <span>{words}</span>" in text
    assert "có ích" not in text, "nobody pressed a thumb: nothing is said of them"


@pytest.mark.parametrize("month", ["2027-01", "11-2026", "', --", "2026-13"])
async def test_a_month_that_is_none_is_told_and_this_one_shown(lan: Visitor, month: str) -> None:
    seen = await lan.get(PAGE + "?thang=" + month)
    assert seen.status == 200
    assert 'role="alert"' in seen.text
    assert "Báo cáo tháng 11/2026" in seen.text
    assert (await lan.get(f"{PAGE}/bao-cao.pdf?thang={month}")).status == 400


async def _file(lan: Visitor, path: str) -> tuple[Seen, bytes]:
    async with lan.session.get(path) as response:
        body = await response.read()
        return Seen(response.status, "", dict(response.headers)), body


async def test_the_month_is_taken_along_on_paper_and_as_a_sheet(lan: Visitor) -> None:
    seen, body = await _file(lan, PAGE + "/bao-cao.pdf?thang=2026-11&don-vi=phuong-1")
    assert seen.headers["Content-Type"] == "application/pdf"
    assert seen.headers["Content-Disposition"] == 'attachment; filename="bao-cao-phuong-1-2026-11.pdf"'
    assert seen.headers["Cache-Control"] == "no-store"
    document = pypdfium2.PdfDocument(body)
    words = document[0].get_textpage().get_text_range()
    document.close()
    assert "Phường 1, Sa Đéc, Đồng Tháp" in words
    assert "Tin hai" in words
    assert "Tin ba" not in words
    seen, body = await _file(lan, PAGE + "/bao-cao.xlsx?thang=2026-11&don-vi=")
    assert seen.headers["Content-Disposition"] == 'attachment; filename="bao-cao-2026-11.xlsx"'
    lists = openpyxl.load_workbook(io.BytesIO(body))["Theo từng danh sách"]
    assert [row[1].value for row in lists.iter_rows()][1:] == ["Nhóm khóm 1", "Nhóm khóm 2"]


@pytest.mark.parametrize("path", [PAGE, PAGE + "/bao-cao.pdf?thang=2026-11", PAGE + "/bao-cao.exe"])
async def test_nobody_else_sees_them(filled: House, visitor: Visitor, path: str) -> None:
    assert (await visitor.get(path)).status in (303, 404)


@pytest.mark.parametrize(
    ("sent", "percent", "nearly"),
    [(0, 0, False), (2399, 79, False), (2400, 80, True), (2999, 99, True), (3100, 103, True)],
)
async def test_a_month_that_is_nearly_used_up_is_warned_of(
    database: Database, sent: int, percent: int, nearly: bool
) -> None:
    channel = Pretend(limits=replace(LIMITS, per_month=3000, people=50))
    async with database.unit_of_work() as session:
        usage.count(session, channel.name, usage.SENT, NOON, sent)
        usage.count(session, channel.name, usage.PEOPLE, NOON, 3)
        for number, (replies, hours) in enumerate([(0, 1), (2, 47), (2, 3), (5, 49)]):
            at = NOON - dt.timedelta(hours=hours)
            session.add(
                ContactRow(
                    channel=channel.name, chat=str(number), group=False, reachable=True, reason="", last_at=at,
                    replies=replies,
                )
            )  # fmt: skip
    [one] = await Allowances(database, {channel.name: channel}).look(now=NOON)
    assert one.messages
    assert one.people
    assert (one.messages.percent, one.messages.nearly) == (percent, nearly)
    assert (one.people.percent, one.people.nearly) == (6, False)
    assert one.replies == [(0, 1), (2, 2)], "whoever wrote more than two days ago has no window"


async def test_a_channel_without_a_limit_has_none_to_show(database: Database) -> None:
    channel = Pretend(limits=LIMITS)
    [one] = await Allowances(database, {channel.name: channel}).look(now=NOON)
    assert (one.messages, one.people, one.replies) == (None, None, [])


async def test_a_house_without_channels_says_so(lan: Visitor) -> None:
    assert "Mới có trang web" in (await lan.get(PAGE)).text
