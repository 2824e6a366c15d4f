"""Talks handed over, answered from the console: from the resident's first word to the last, and what may not be done."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select

from bot.app import House, house_of
from bot.settings import Settings
from bot.storage import audit
from bot.storage.audit import Deed
from bot.storage.handovers import Line
from bot.understanding import Understanding
from bot.web.server import application
from content.pack import Pack
from tests.conftest import KEY
from tests.web.console.residents import Resident, at_desk
from tests.web.console.rig import Visitor
from tests.web.fake import serving

ONE = "/can-bo/can-gap/1"
Admin = tuple[Visitor, str]


@pytest.fixture(autouse=True)
def afternoon(clock: time_machine.Traveller) -> None:
    """The hours of duty."""
    clock.shift(dt.timedelta(hours=2))


@pytest.fixture
async def lan(sa_dec: House, stack: AsyncExitStack, console: str) -> Visitor:
    """On duty for phường 1."""
    return await at_desk(sa_dec, stack, console, "lan")


@pytest.fixture
async def sau(sa_dec: House, stack: AsyncExitStack, console: str) -> Visitor:
    """On duty for phường 2."""
    return await at_desk(sa_dec, stack, console, "sau", ("phuong-2",))


@pytest.fixture
async def an(console: str, lan: Visitor) -> Resident:
    """Somebody who has asked for an officer of phường 1."""
    resident = Resident(console)
    await resident.says("công an phường 1 số mấy")
    assert "đã báo cán bộ trực Phường 1" in await resident.says("cho tui gặp cán bộ")
    return resident


async def _deeds(house: House) -> list[tuple[str, str]]:
    async with house.database.reading() as session:
        found = await session.scalars(select(Deed).where(Deed.action.startswith("handover.")).order_by(Deed.id))
        return [(deed.by, deed.action) for deed in found]


async def _said(house: House) -> list[str]:
    async with house.database.reading() as session:
        return list(await session.scalars(select(Line.words).where(Line.who == "officer").order_by(Line.id)))


async def test_a_talk_from_the_first_word_to_the_last(
    sa_dec: House, an: Resident, lan: Visitor, sau: Visitor
) -> None:
    await an.says("đèn đường khóm 3 tắt, gọi 0900000001 hỏi không ai nghe")
    home = await lan.get("/can-bo")
    assert "1 người đang đợi" in home.text
    waiting = (await lan.get("/can-bo/can-gap")).text
    assert "Đang đợi người nhận (1)" in waiting
    assert "đèn đường khóm 3 tắt, gọi # hỏi" in waiting, "what is hidden is hidden from officers too"
    assert "#1" not in (await sau.get("/can-bo/can-gap")).text

    await lan.get(ONE)
    assert (await lan.post(ONE + "/nhan")).to == ONE + "?done=talk.taken"
    assert (await an.hears())[-1].startswith("Cán bộ lan đã nhận, đang nói chuyện với bà con.")
    page = await lan.get(ONE)
    assert "bạn đã nhận" in page.text
    answer = {"words": "Dạ mai thợ tới. <b>Cô</b> gọi 0900 000 002 giúp em.", "after": page.hidden("after")}
    assert (await lan.post(ONE + "/tra-loi", answer)).to == ONE + "?done=talk.said"
    assert await an.hears() == ["Cán bộ lan: Dạ mai thợ tới. <b>Cô</b> gọi 0900 000 002 giúp em."]
    assert "&lt;b&gt;Cô&lt;/b&gt; gọi # giúp em" in (await lan.get(ONE)).text

    await an.says("0900000009")
    assert 'href="tel:0900000009"' in (await lan.get(ONE)).text
    assert (await lan.post(ONE + "/chuyen", {"unit": "phuong-2"})).to == "/can-bo/can-gap?done=talk.passed"
    assert "Đã chuyển lời của bà con sang Phường 2" in (await an.hears())[-1]
    assert "Không thấy #1" in (await lan.get(ONE)).text
    theirs = await sau.get(ONE)
    assert "đèn đường khóm 3 tắt" in theirs.text
    assert "Dạ mai thợ tới" in theirs.text
    assert "0900000009" not in theirs.text, "whoever has not taken it sees no number"
    await sau.post(ONE + "/tra-loi", {"words": "Em bên phường 2 đây.", "after": theirs.hidden("after")})
    assert (await an.hears())[-1] == "Cán bộ sau: Em bên phường 2 đây."
    assert "0900000009" in (await sau.get(ONE)).text
    assert (await sau.post(ONE + "/xong")).to == "/can-bo/can-gap?done=talk.closed"
    assert (await an.hears())[-1].startswith("Cán bộ sau đã xong việc này.")
    assert "Đăng ký khai sinh" in await an.says("làm khai sinh cần giấy gì")
    closed = (await sau.get(ONE)).text
    assert "Cuộc này đã khép" in closed
    assert "0900000009" not in closed
    assert "Chưa ai cần gặp" in (await sau.get("/can-bo/can-gap")).text
    assert await _deeds(sa_dec) == [
        ("lan", "handover.take"), ("lan", "handover.pass"), ("sau", "handover.take"), ("sau", "handover.close"),
    ]  # fmt: skip


async def test_of_two_who_take_at_once_the_slower_is_told_who_has_it(
    sa_dec: House, stack: AsyncExitStack, console: str, an: Resident, lan: Visitor
) -> None:
    minh = await at_desk(sa_dec, stack, console, "minh")
    for officer in (lan, minh):
        await officer.get(ONE)
    ends = await asyncio.gather(lan.post(ONE + "/nhan"), minh.post(ONE + "/nhan"))
    assert sorted(end.status for end in ends) == [303, 409]
    first, slower = ("lan", ends[1]) if ends[0].status == 303 else ("minh", ends[0])
    assert f"#1 đã có {first} nhận." in slower.text
    assert "Gửi cho bà con" not in slower.text
    late = minh if first == "lan" else lan
    await late.get(ONE)
    typed = await late.post(ONE + "/tra-loi", {"words": "để tui trả lời", "after": "0"})
    assert typed.status == 409
    assert await _said(sa_dec) == []


@pytest.mark.parametrize(
    ("path", "fields", "deeds"),
    [
        ("/nhan", {}, ["take"]),
        ("/tra-loi", {"words": "Dạ em nghe.", "after": "1"}, ["take"]),
        ("/chuyen", {"unit": "phuong-2"}, ["pass"]),
        ("/xong", {}, ["close"]),
    ],
)
async def test_a_double_click_does_it_once(
    sa_dec: House, an: Resident, lan: Visitor, sau: Visitor, path: str, fields: dict[str, str], deeds: list[str]
) -> None:
    await lan.get(ONE)
    ends = await asyncio.gather(lan.post(ONE + path, fields), lan.post(ONE + path, fields))
    assert [end.status for end in ends] == [303, 303]
    assert [action.removeprefix("handover.") for _, action in await _deeds(sa_dec)] == deeds
    assert len(await _said(sa_dec)) == ("words" in fields)


async def test_the_same_words_from_a_new_page_are_said_again(sa_dec: House, an: Resident, lan: Visitor) -> None:
    for _ in range(2):
        page = await lan.get(ONE)
        await lan.post(ONE + "/tra-loi", {"words": "Dạ", "after": page.hidden("after")})
    assert await _said(sa_dec) == ["Dạ", "Dạ"]


@pytest.mark.parametrize("path", ["/nhan", "/tra-loi", "/chuyen", "/xong"])
async def test_a_form_of_elsewhere_and_an_officer_of_elsewhere_do_nothing(
    sa_dec: House, an: Resident, lan: Visitor, sau: Visitor, path: str
) -> None:
    fields = {"words": "Chào", "unit": "phuong-2", "after": "0"}
    await lan.get(ONE)
    assert (await lan.post(ONE + path, fields | {"csrf": ""})).status == 403
    await sau.get("/can-bo/can-gap")
    refused = await sau.post(ONE + path, fields)
    assert refused.status == 409
    assert "đèn đường" not in refused.text
    assert await _deeds(sa_dec) == []
    assert await _said(sa_dec) == []


async def test_whoever_is_not_on_duty_has_no_such_room(
    sa_dec: House, stack: AsyncExitStack, console: str, an: Resident
) -> None:
    editor = await at_desk(sa_dec, stack, console, "biên", ("phuong-1",), ("editor",))
    for path in ("/can-bo/can-gap", ONE, "/can-bo/can-gap/gio-truc"):
        assert (await editor.get(path)).status == 403
    assert "người đang đợi" not in (await editor.get("/can-bo")).text


@pytest.mark.parametrize(("words", "why"), [("  ", "Chưa có lời nào"), ("", "Chưa có lời nào")])
async def test_an_empty_answer_is_not_sent(sa_dec: House, an: Resident, lan: Visitor, words: str, why: str) -> None:
    await lan.get(ONE)
    refused = await lan.post(ONE + "/tra-loi", {"words": words, "after": "0"})
    assert refused.status == 409
    assert why in refused.text
    assert await _deeds(sa_dec) == []


async def test_what_could_not_be_sent_is_not_lost(an: Resident, lan: Visitor) -> None:
    await lan.get(ONE)
    await lan.post(ONE + "/xong")
    await lan.get(ONE)
    late = await lan.post(ONE + "/tra-loi", {"words": "Dạ còn một ý", "after": "0"})
    assert late.status == 409
    assert "Dạ còn một ý" in late.text


@pytest.mark.parametrize("path", ["/can-bo/can-gap/9", "/can-bo/can-gap/abc", ONE + "/gi-do"])
async def test_what_is_not_there(an: Resident, lan: Visitor, path: str) -> None:
    await lan.get(ONE)
    seen = await (lan.post(path) if path.startswith(ONE + "/") else lan.get(path))
    assert seen.status in (404, 409)


async def test_danger_named_in_a_talk_is_seen_first(console: str, an: Resident, lan: Visitor) -> None:
    other = Resident(console, "d")
    await other.says("công an phường 1 số mấy")
    await other.says("gặp cán bộ")
    assert "114" in (await other.says("cháy nhà bà năm")).partition("\n")[0]
    page = (await lan.get("/can-bo/can-gap")).text
    assert page.index("NGUY HIỂM") < page.index("/can-bo/can-gap/1"), "though it came later"
    assert page.index("/can-bo/can-gap/2") < page.index("/can-bo/can-gap/1")
    assert "Bà con báo có nguy hiểm" in (await lan.get("/can-bo/can-gap/2")).text
    assert "nguy hiểm" not in (await lan.get(ONE)).text
    assert await other.hears() == [], "his own words do not come back to him"


@pytest.mark.parametrize(
    ("minutes", "told"), [(5, "đã báo cán bộ trực"), (25, "để lại lời ngay đây")], ids=["there", "gone"]
)
async def test_an_officer_before_the_console_counts_as_there(
    console: str, lan: Visitor, clock: time_machine.Traveller, minutes: int, told: str
) -> None:
    """He has bound no chat: whether somebody is there, his page tells."""
    await lan.get("/can-bo/can-gap")
    clock.shift(dt.timedelta(minutes=minutes))
    assert told in await Resident(console).says("gặp cán bộ")


async def test_a_word_left_at_night_waits_in_the_morning(
    console: str, lan: Visitor, clock: time_machine.Traveller
) -> None:
    clock.shift(dt.timedelta(hours=6))
    an = Resident(console)
    assert "07:00 ngày mai" in await an.says("gặp cán bộ")
    await an.says("xin giấy tạm trú, gọi 0900000001")
    await lan.get("/can-bo/can-gap")
    assert "Đã để lại lời (1)" in lan.last.text
    assert "Có số gọi lại" in lan.last.text
    assert "0900000001" not in (await lan.get(ONE)).text
    await lan.post(ONE + "/nhan")
    assert "0900000001" in (await lan.get(ONE)).text


@pytest.fixture
async def doubtful(tmp_path: Path, pack: Pack, understanding: Understanding) -> AsyncIterator[House]:
    """A house where every answer waits for a yes."""
    url = f"sqlite+aiosqlite:///{tmp_path}/test.db"
    settings = Settings(database_url=url, secret_key=KEY, hold_doubtful=1.0)
    async with house_of(settings, pack, understanding) as opened:
        yield opened


@pytest.mark.parametrize(
    ("path", "fields", "heard", "deed"),
    [
        ("/gui", {}, "Đăng ký khai sinh", "handover.send"),
        ("/bo", {}, "có phải bà con hỏi một trong", "handover.drop"),
        (
            "/sua",
            {"words": "Mang giấy chứng sinh tới phường."},
            "Cán bộ lan: Mang giấy chứng sinh",
            "handover.correct",
        ),
    ],
)
async def test_a_doubtful_answer_waits_for_a_yes(
    doubtful: House, stack: AsyncExitStack, path: str, fields: dict[str, str], heard: str, deed: str
) -> None:
    async with serving(application(doubtful)) as address:
        lan = await at_desk(doubtful, stack, address, "lan", ("all",))
        an = Resident(address)
        assert "nhờ cán bộ xem trước" in await an.says("lam khai sinh can giay gi")
        assert "Câu máy chưa chắc, nhờ xem (1)" in (await lan.get("/can-bo/can-gap")).text
        page = (await lan.get(ONE)).text
        assert "lam khai sinh can giay gi" in page
        assert "Máy định trả lời" in page
        ends = await asyncio.gather(lan.post(ONE + path, fields), lan.post(ONE + path, fields))
        assert [end.to for end in ends] == ["/can-bo/can-gap?done=doubt.settled"] * 2
        said = await an.hears()
        assert [heard in words for words in said] == [True], said
        assert await _deeds(doubtful) == [("lan", deed)]
        minh = await at_desk(doubtful, stack, address, "minh", ("all",))
        await minh.get("/can-bo/can-gap")
        late = await minh.post(ONE + "/gui")
        assert late.status == 409
        assert "#1 đã có lan lo xong rồi" in late.text


async def test_an_administrator_sets_the_hours_line_by_line(admin: Admin, sa_dec: House) -> None:
    visitor, _ = admin
    page = await visitor.get("/can-bo/can-gap/gio-truc")
    assert page.text.count("07:00-11:30 13:30-17:00") > 5, "the common hours stand ready to be changed"
    days = {f"t{n}": "7h - 11h30, 13h30 đến 17h" for n in range(2, 7)} | {"t7": "7g30-11g", "cn": ""}
    done = await visitor.post("/can-bo/can-gap/gio-truc", {"unit": "phuong-1"} | days)
    assert done.to == "/can-bo/can-gap/gio-truc?done=hours.set"
    assert dict(await sa_dec.office.handover.hours()) == {"phuong-1": "t2-t6 07:00-11:30 13:30-17:00; t7 07:30-11:00"}
    assert 'value="07:30-11:00"' in (await visitor.get("/can-bo/can-gap/gio-truc")).text
    await visitor.post("/can-bo/can-gap/gio-truc", {"unit": "phuong-1", "as": "all"})
    assert dict(await sa_dec.office.handover.hours()) == {}


@pytest.mark.parametrize(
    ("days", "why"),
    [
        ({"t3": "sáng"}, "Thứ Ba: chưa đọc được “sáng”"),
        ({"t2": "7h-11h", "cn": "11h-7h"}, "Chủ nhật: chưa đọc được “11h-7h”"),
        ({"t4": "7h-25h"}, "Thứ Tư"),
        ({"t4": "7"}, "Thứ Tư"),
        ({}, "ít nhất một ngày"),
        ({f"t{n}": " ".join(f"{h:02}:0{n}-{h:02}:3{n}" for h in range(6)) for n in range(2, 8)}, "Nhiều ca quá"),
    ],
)
async def test_hours_that_cannot_be_read_are_told_by_their_day(
    admin: Admin, sa_dec: House, days: dict[str, str], why: str
) -> None:
    visitor, _ = admin
    await visitor.get("/can-bo/can-gap/gio-truc")
    refused = await visitor.post("/can-bo/can-gap/gio-truc", {"unit": "phuong-1"} | days)
    assert refused.status == 400
    assert why in refused.text
    assert await sa_dec.office.handover.hours() == {}


@pytest.mark.parametrize(
    ("unit", "csrf", "status"),
    [("phuong-2", None, 403), ("*", None, 403), ("khong-co", None, 400), ("phuong-1", "", 403)],
)
async def test_hours_of_elsewhere_stay(
    sa_dec: House, stack: AsyncExitStack, console: str, unit: str, csrf: str | None, status: int
) -> None:
    head = await at_desk(sa_dec, stack, console, "truong", ("phuong-1",), ("admin",))
    shown = (await head.get("/can-bo/can-gap/gio-truc")).text
    assert "Phường 1" in shown
    assert "Phường 2" not in shown
    fields = {"unit": unit, "t2": "7h-11h"} | ({} if csrf is None else {"csrf": csrf})
    assert (await head.post("/can-bo/can-gap/gio-truc", fields)).status == status
    assert await sa_dec.office.handover.hours() == {}
    async with sa_dec.database.reading() as session:
        assert not [deed for deed in await audit.deeds(session) if deed.action == "handover.hours"]
