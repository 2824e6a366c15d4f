"""Bulletins in the console over HTTP: written, previewed, approved, sent, taken back; each deed once, by whom it may."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest
import time_machine
from PIL import Image
from sqlalchemy import func, select

from bot.app import House, house_of
from bot.office.pictures import LARGEST
from bot.settings import Settings
from bot.storage import faults
from bot.storage.audit import SHELL, Deed
from bot.storage.bulletins import BulletinPicture, BulletinRow
from bot.storage.queues import Body, Delivery
from bot.understanding import Understanding
from bot.web.server import application
from content.hours import HERE
from content.pack import Pack
from tests.conftest import KEY
from tests.web.console.rig import Seen, Visitor
from tests.web.fake import serving

ROOM = "/can-bo/ban-tin"
MEMBERS = "channel,address,title\ntelegram,-1,Tổ 1\ntelegram,-2,Tổ 2\nby-hand,to-3,Zalo Tổ 3\nsms,0900000001,\n"
WORDS = {"title": "Cảnh giác", "text": "Đừng đọc mã OTP.\n\nGọi 113.", "list": "an-ninh-p1"}


@pytest.fixture
async def sa_dec(tmp_path: Path, pack: Pack, understanding: Understanding) -> AsyncIterator[House]:
    """The house with Telegram and SMS on; nothing is delivered."""
    settings = Settings(
        database_url=f"sqlite+aiosqlite:///{tmp_path}/test.db", secret_key=KEY, public_url="http://hoi.example",
        telegram_bot_token="1:abc", telegram_mode="polling", sms_url="http://127.0.0.1:9/sms", sms_price=300,
        sms_body="to={to}&text={text}", sms_success="ok",
    )  # fmt: skip
    async with house_of(settings, pack, understanding) as opened:
        await opened.office.lists.create("an-ninh-p1", unit="phuong-1", topic="an-ninh", by=SHELL)
        await opened.office.lists.fill("an-ninh-p1", MEMBERS.encode(), by=SHELL)
        yield opened


@pytest.fixture
async def console(sa_dec: House) -> AsyncIterator[str]:
    async with serving(application(sa_dec)) as address:
        yield address


class Desk:
    """Officers of the ward, each in a browser of his own."""

    def __init__(self, house: House, address: str, stack: AsyncExitStack) -> None:
        self.house, self._address, self._stack = house, address, stack

    async def officer(self, name: str, role: str, unit: str = "phuong-1") -> Visitor:
        invited = await self.house.office.access.invite(name=name, roles=[role], units=[unit], by=SHELL)
        browser = await self._stack.enter_async_context(Visitor(self._address))
        await browser.accept(invited.link)
        return browser

    async def draft(self, by: Visitor, **more: str) -> str:
        """A draft, by its path."""
        await by.get(f"{ROOM}/moi")
        sent = await by.post(f"{ROOM}/moi", WORDS | {"once": by.last.hidden("once")} | more)
        assert sent.status == 303, sent.text
        return sent.to.partition("?")[0]

    async def do(self, by: Visitor, path: str, deed: str, **fields: str) -> Seen:
        await by.get(path)
        return await by.post(f"{path}/{deed}", fields)

    async def approved(self, **more: str) -> tuple[str, Visitor, Visitor]:
        writer, approver = await self.officer("an", "editor"), await self.officer("binh", "approver")
        path = await self.draft(writer, **more)
        assert (await self.do(writer, path, "trinh")).status == 303
        assert (await self.do(approver, path, "duyet")).status == 303
        return path, writer, approver

    async def row(self, path: str) -> BulletinRow:
        async with self.house.database.reading() as session:
            return await session.get_one(BulletinRow, int(path.rsplit("/", 1)[1]))

    async def deeds(self, path: str) -> list[str]:
        subject = f"bulletin:{path.rsplit('/', 1)[1]}"
        async with self.house.database.reading() as session:
            found = await session.scalars(select(Deed.action).where(Deed.subject == subject).order_by(Deed.id))
            return [action.removeprefix("bulletin.") for action in found]


@pytest.fixture
async def desk(sa_dec: House, console: str, stack: AsyncExitStack) -> Desk:
    return Desk(sa_dec, console, stack)


def photo(side: int = 60, kind: str = "JPEG") -> bytes:
    """A picture that says where it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "Máy ảnh thử"
    exif.get_ifd(0x8825)[2] = (10.0, 17.0, 24.0)
    out = io.BytesIO()
    Image.new("RGB", (side * 2, side), "#1f6f4a").save(out, kind, exif=exif)
    return out.getvalue()


async def upload(by: Visitor, path: str, raw: bytes, fields: dict[str, str]) -> Seen:
    """The form with a file."""
    data = aiohttp.FormData({"csrf": by.last.hidden("csrf")} | fields)
    data.add_field("picture", raw, filename="anh.jpg", content_type="image/jpeg")
    async with by.session.post(path, data=data, allow_redirects=False, headers={"Origin": str(by.address)}) as answer:
        return Seen(answer.status, await answer.text(), dict(answer.headers))


def said(page: Seen) -> str:
    """The words of a page, without marks."""
    return " ".join(re.sub(r"<[^>]*>", " ", page.text).split())


async def test_from_the_first_words_to_every_recipient(desk: Desk) -> None:
    path, writer, approver = await desk.approved()
    assert (await desk.do(approver, path, "gui")).to == f"{path}?done=bulletins.sending"
    page = await writer.get(path)
    assert "đang gửi" in page.text
    assert f'href="/can-bo/chuyen-tin/{path.rsplit("/", 1)[1]}"' in page.text
    assert f'href="/ban-tin/{path.rsplit("/", 1)[1]}"' in page.text
    assert "Còn chờ 4" in said(page)
    assert "binh duyệt" in said(page)
    assert await desk.deeds(path) == ["draft", "submit", "approve", "send"]


async def test_one_form_makes_one_draft_however_often_it_is_sent(desk: Desk) -> None:
    writer = await desk.officer("an", "editor")
    once = (await writer.get(f"{ROOM}/moi")).hidden("once")
    form = WORDS | {"once": once, "csrf": writer.last.hidden("csrf")}
    sent = await asyncio.gather(*(writer.post(f"{ROOM}/moi", form) for _ in range(3)))
    assert {each.to for each in sent} == {f"{ROOM}/1?done=bulletins.kept"}
    async with desk.house.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(BulletinRow)) == 1


@pytest.mark.parametrize("deed", ["trinh", "duyet", "hen-gio", "gui", "dung", "tiep", "bo", "rut", "tra-lai", "khan"])
async def test_a_double_click_does_it_once_and_is_no_error(desk: Desk, deed: str) -> None:
    """Each deed from a state in which it may be done, sent twice at once."""
    before = {"trinh": [], "duyet": ["trinh"], "tra-lai": ["trinh"], "khan": ["trinh"], "bo": ["trinh"]}
    after = {"hen-gio": [], "gui": [], "dung": ["gui"], "tiep": ["gui", "dung"], "rut": ["gui"]}
    writer, approver = await desk.officer("an", "editor"), await desk.officer("binh", "approver")
    path = await desk.draft(writer, urgent="yes")
    for step in before.get(deed, ["trinh", "duyet", *after.get(deed, [])]):
        assert (await desk.do(approver if step != "trinh" else writer, path, step)).status == 303
    by = writer if deed == "trinh" else approver
    fields = {"hen-gio": {"day": "2026-11-26", "hour": "08:00"}, "tra-lai": {"comment": "Thêm số."}}.get(deed, {})
    await by.get(path)
    form = fields | {"csrf": by.last.hidden("csrf")}
    first, second = await asyncio.gather(*(by.post(f"{path}/{deed}", form) for _ in range(2)))
    assert (first.status, first.to) == (second.status, second.to) == (303, first.to)
    names = {"trinh": "submit", "duyet": "approve", "hen-gio": "schedule", "gui": "send", "dung": "pause"}
    names |= {"tiep": "resume", "bo": "cancel", "rut": "recall", "tra-lai": "return", "khan": "urgent"}
    assert (await desk.deeds(path)).count(names[deed]) == 1


async def test_of_two_approvers_at_once_the_other_sees_who_did_it(desk: Desk) -> None:
    writer = await desk.officer("an", "editor")
    approvers = [await desk.officer(name, "approver") for name in ("binh", "chi")]
    path = await desk.draft(writer)
    await desk.do(writer, path, "trinh")
    for each in approvers:
        await each.get(path)
    seen = await asyncio.gather(*(each.post(f"{path}/duyet") for each in approvers))
    assert sorted(each.status for each in seen) == [303, 409]
    late = next(each for each in seen if each.status == 409)
    assert f"{(await desk.row(path)).approver} đã duyệt bản tin này lúc" in late.text


async def test_nobody_is_offered_to_approve_his_own_unless_nobody_else_could(desk: Desk) -> None:
    alone = await desk.officer("an", "approver")
    path = await desk.draft(alone)
    assert "/duyet" not in (await desk.do(alone, path, "trinh")).text
    assert f'action="{path}/duyet"' in (await alone.get(path)).text
    await desk.officer("binh", "approver")
    assert f'action="{path}/duyet"' not in (await alone.get(path)).text
    refused = await desk.do(alone, path, "duyet")
    assert refused.status == 403
    assert "người khác duyệt" in refused.text


async def test_an_officer_who_reads_english_is_refused_in_english(desk: Desk) -> None:
    writer, other = await desk.officer("an", "approver"), await desk.officer("binh", "approver")
    path = await desk.draft(writer)
    await desk.do(writer, path, "trinh")
    await writer.get(f"{path}?lang=en")
    assert "Somebody else approves what you wrote" in (await writer.post(f"{path}/duyet")).text
    await other.get(f"{path}?lang=en")
    late = await other.post(f"{path}/rut")
    assert late.status == 409
    assert "is “waiting for approval” now" in late.text


@pytest.mark.parametrize(
    ("day", "hour", "why"),
    [
        ("2026-11-25", "11:59", "Giờ hẹn đã qua"),  # it is noon
        ("2020-01-01", "08:00", "Giờ hẹn đã qua"),
        ("", "08:00", "Chọn cả ngày và giờ"),
        ("2026-13-45", "08:00", "Chọn cả ngày và giờ"),
        ("2026-11-26", "25:00", "Chọn cả ngày và giờ"),
    ],
)
async def test_a_moment_that_is_past_or_none_is_refused_on_the_page(
    desk: Desk, day: str, hour: str, why: str
) -> None:
    path, _, approver = await desk.approved()
    refused = await desk.do(approver, path, "hen-gio", day=day, hour=hour)
    assert refused.status == 409
    assert why in refused.text
    assert (await desk.row(path)).state == "approved"


async def test_the_time_is_that_of_the_ward(desk: Desk) -> None:
    path, _, approver = await desk.approved()
    await desk.do(approver, path, "hen-gio", day="2026-11-27", hour="17:30")
    row = await desk.row(path)
    assert row.schedule_at
    assert row.schedule_at.replace(tzinfo=dt.UTC).astimezone(HERE).isoformat() == ("2026-11-27T17:30:00+07:00")
    assert "Gửi lúc 17:30 27/11/2026" in (await approver.get(path)).text


async def test_what_came_too_late_waits_for_a_word(desk: Desk, clock: time_machine.Traveller) -> None:
    path, _, approver = await desk.approved()
    await desk.do(approver, path, "hen-gio", day="2026-11-25", hour="13:00")
    async with desk.house.database.unit_of_work() as session:
        row = await session.get_one(BulletinRow, 1)
        row.held_since = dt.datetime.now(dt.UTC)
    page = await approver.get(path)
    assert "trễ hơn một giờ" in page.text
    assert (await approver.post(f"{path}/gui")).status == 303
    assert (await desk.row(path)).state == "sending"


async def test_returned_with_a_comment_it_is_mended_and_handed_in_again(desk: Desk) -> None:
    path, writer, approver = await desk.approved()
    await desk.do(approver, path, "tra-lai", comment="Thêm số 113 vào đầu.")
    page = await writer.get(f"{path}/sua")
    assert "Thêm số 113 vào đầu." in page.text
    sent = await writer.post(
        f"{path}/sua",
        WORDS | {"title": "Gọi 113", "seen": page.hidden("seen"), "then": "submit", "link": "congan.example/tin"},
    )
    assert sent.to == f"{path}?done=bulletins.submitted"
    row = await desk.row(path)
    assert (row.title, row.state, row.approver, row.link) == (
        "Gọi 113", "submitted", None, "https://congan.example/tin",
    )  # fmt: skip


async def test_an_author_takes_back_what_nobody_approved_yet(desk: Desk) -> None:
    writer = await desk.officer("an", "editor")
    path = await desk.draft(writer)
    await desk.do(writer, path, "trinh")
    assert (await desk.do(writer, path, "tra-lai")).status == 303
    assert (await desk.row(path)).state == "draft"


async def test_of_two_who_edit_at_once_nobody_loses_words(desk: Desk) -> None:
    writer, other = await desk.officer("an", "editor"), await desk.officer("chi", "editor")
    path = await desk.draft(writer)
    forms = [{"seen": (await each.get(f"{path}/sua")).hidden("seen")} for each in (writer, other)]
    form = WORDS | {"title": "Bản của an"} | forms[0]
    for _ in range(2):  # a double click among them
        assert (
            await writer.post(f"{path}/sua", form | {"csrf": writer.last.hidden("csrf") or form["csrf"]})
        ).status in (303, 303)
        await writer.get(path)
    late = await other.post(f"{path}/sua", WORDS | {"title": "Bản của chi"} | forms[1])
    assert late.status == 400
    assert "Người khác vừa sửa" in late.text
    assert 'value="Bản của chi"' in late.text
    assert (await desk.row(path)).title == "Bản của an"


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"title": " "}, "Bản tin phải có tiêu đề"),
        ({"text": ""}, "Bản tin phải có nội dung"),
        ({"text": "a" * 20_001}, "dài nhất 20000"),
        ({"list": ""}, "Chưa có danh sách"),
        ({"link": "javascript:alert(1)"}, "chưa phải là địa chỉ trang mạng"),
        ({"film": "xem phim ở đây"}, "chưa phải là địa chỉ trang mạng"),
    ],
)
async def test_what_cannot_be_kept_is_said_and_nothing_typed_is_lost(
    desk: Desk, form: dict[str, str], why: str
) -> None:
    writer = await desk.officer("an", "editor")
    await writer.get(f"{ROOM}/moi")
    refused = await writer.post(f"{ROOM}/moi", WORDS | {"alt": "Tờ nhắc <b>"} | form)
    assert refused.status == 400
    assert why in refused.text
    assert "Tờ nhắc &lt;b&gt;" in refused.text


async def test_an_empty_list_is_refused_when_it_is_handed_in(desk: Desk) -> None:
    await desk.house.office.lists.create("trong", unit="phuong-1", topic="an-ninh", by=SHELL)
    writer = await desk.officer("an", "editor")
    await writer.get(f"{ROOM}/moi")
    kept = await writer.post(f"{ROOM}/moi", WORDS | {"list": "trong", "then": "submit"})
    assert kept.to == f"{ROOM}/1?done=bulletins.not_submitted"
    assert "Danh sách chưa có ai để gửi: trong" in (await desk.do(writer, f"{ROOM}/1", "trinh")).text


async def test_a_picture_is_drawn_anew_and_seen_by_residents_only_when_it_is_out(desk: Desk) -> None:
    writer, approver = await desk.officer("an", "editor"), await desk.officer("binh", "approver")
    await writer.get(f"{ROOM}/moi")
    sent = await upload(writer, f"{ROOM}/moi", photo(1500), WORDS | {"alt": "Tờ nhắc"})
    path = sent.to.partition("?")[0]
    async with writer.session.get(f"{path}/anh.jpg") as answer:
        kept = Image.open(io.BytesIO(await answer.read()))
    assert (kept.format, kept.size, dict(kept.getexif())) == ("JPEG", (1600, 800), {})
    public = "/ban-tin/1/anh.jpg"
    assert (await writer.get(public)).status == 404
    for by, deed in ((writer, "trinh"), (approver, "duyet"), (approver, "gui")):
        assert (await desk.do(by, path, deed)).status == 303
    async with writer.session.get(public) as answer:
        assert answer.status == 200
    async with desk.house.database.reading() as session:
        bodies = {body.channel: body.body for body in await session.scalars(select(Body))}
    assert bodies["telegram"]["params"]["photo"] == "http://hoi.example/ban-tin/1/anh.jpg"
    assert "anh.jpg" not in bodies["sms"]["text"]
    assert "http://hoi.example/ban-tin/1" in bodies["sms"]["text"]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        pytest.param(b"<svg onload=alert(1)>", "không phải là ảnh", id="no picture"),
        pytest.param(photo()[:200], "không phải là ảnh", id="cut off"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "không phải là ảnh", id="only its head"),
        pytest.param(photo() + b"\0" * LARGEST, "Ảnh nặng quá", id="too many bytes"),
    ],
)
async def test_what_is_no_picture_is_refused(desk: Desk, raw: bytes, why: str) -> None:
    writer = await desk.officer("an", "editor")
    await writer.get(f"{ROOM}/moi")
    refused = await upload(writer, f"{ROOM}/moi", raw, WORDS)
    assert refused.status == 400
    assert why in refused.text
    assert "Đừng đọc mã OTP." in refused.text


async def test_a_picture_is_replaced_and_left_out(desk: Desk) -> None:
    writer = await desk.officer("an", "editor")
    path = await desk.draft(writer)
    page = await writer.get(f"{path}/sua")
    assert (
        await upload(writer, f"{path}/sua", photo(kind="PNG"), WORDS | {"seen": page.hidden("seen")})
    ).status == 303
    page = await writer.get(f"{path}/sua")
    assert f'src="{path}/anh.jpg"' in page.text
    await writer.post(f"{path}/sua", WORDS | {"seen": page.hidden("seen"), "bare": "yes"})
    async with desk.house.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(BulletinPicture)) == 0


async def test_the_preview_is_what_each_platform_would_show_and_keeps_nothing(desk: Desk) -> None:
    writer = await desk.officer("an", "editor")
    await writer.get(f"{ROOM}/moi")
    page = await writer.post(f"{ROOM}/xem-truoc?part=1", WORDS | {"film": "youtu.be/thu"})
    words = said(page)
    assert "<html" not in page.text
    assert "Tin này tới 4 nhóm và người nhận" in words
    assert page.text.count("https://youtu.be/thu") == 3  # Zalo, Telegram, by hand; SMS pays for each letter
    assert "Xem cả bản tin" in words
    assert "Mỗi tin nhắn tính 2 phần (chữ có dấu)" in words
    assert "Tốn khoảng 600 đồng." in words
    whole = await writer.post(f"{ROOM}/xem-truoc", WORDS | {"csrf": page.hidden("csrf") or ""})
    assert whole.status == 403  # the part has no token: it is the page's
    await writer.get(f"{ROOM}/moi")
    whole = await writer.post(f"{ROOM}/xem-truoc", WORDS)
    assert "Đây mới là xem trước, chưa lưu" in whole.text
    async with desk.house.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(BulletinRow)) == 0


@pytest.mark.parametrize(
    ("long", "telegram", "sms"),
    [
        ("split", "Gửi thành 2 tin liền nhau", "chỉ hiện phần đầu"),
        ("refuse", "sẽ không duyệt được", "sẽ không duyệt được"),
    ],
)
async def test_what_is_too_long_is_said_before_sending(desk: Desk, long: str, telegram: str, sms: str) -> None:
    writer = await desk.officer("an", "editor")
    await writer.get(f"{ROOM}/moi")
    text = "\n\n".join(["Bà con lưu ý. " * 40] * 9)
    page = await writer.post(f"{ROOM}/xem-truoc?part=1", WORDS | {"text": text, "long": long})
    screens = dict(re.findall(r'aria-label="([^"]+)">(.*?)</section>', page.text, re.S))
    assert telegram in screens["Telegram"]
    assert sms in screens["Tin nhắn SMS"]


async def test_what_may_not_be_split_is_not_approved(desk: Desk) -> None:
    writer, approver = await desk.officer("an", "editor"), await desk.officer("binh", "approver")
    path = await desk.draft(writer, text="Bà con lưu ý. " * 400, long="refuse")
    await desk.do(writer, path, "trinh")
    refused = await desk.do(approver, path, "duyet")
    assert refused.status == 409
    assert "không chứa hết trong một tin" in refused.text


async def test_a_channel_that_is_off_is_said_before_sending(desk: Desk) -> None:
    await desk.house.office.lists.fill("an-ninh-p1", b"channel,address,title\nzalo-oa,g1,Nhom\n", by=SHELL)
    path, _, approver = await desk.approved()
    assert said(await approver.get(path)).count("Kênh này chưa nối: ai ở đây sẽ không nhận được") == 2
    await desk.do(approver, path, "gui")
    assert "kênh này chưa nối" in said(await approver.get(f"{path}?result=failed"))


async def test_a_correction_begins_with_the_words_of_the_wrong_one(desk: Desk) -> None:
    path, writer, approver = await desk.approved()
    early = await writer.get(f"{ROOM}/moi?sua=1")
    assert early.status == 400
    assert "chưa cần đính chính" in early.text
    await desk.do(approver, path, "gui")
    form = await writer.get(f"{ROOM}/moi?sua=1")
    assert 'value="Đính chính: Cảnh giác"' in form.text
    assert "Đừng đọc mã OTP." in form.text
    sent = await writer.post(
        f"{ROOM}/moi", WORDS | {"once": form.hidden("once"), "corrects": form.hidden("corrects")}
    )
    assert (await desk.row(sent.to.partition("?")[0])).corrects == 1
    assert "Đã có tin đính chính" in (await writer.get(path)).text


async def test_taken_back_whoever_has_it_is_told(desk: Desk) -> None:
    path, _, approver = await desk.approved()
    await desk.do(approver, path, "gui")
    async with desk.house.database.unit_of_work() as session:
        for row in await session.scalars(select(Delivery).where(Delivery.channel == "telegram")):
            row.state, row.settled = "sent", dt.datetime.now(dt.UTC)
    await desk.do(approver, path, "rut")
    async with desk.house.database.reading() as session:
        told = list(await session.scalars(select(Delivery.chat).where(Delivery.bulletin.is_(None))))
    assert sorted(told) == ["-1", "-2"]
    assert "đã rút lại" in (await approver.get(path)).text


async def test_recipients_are_told_apart_by_what_became_of_them_and_why(desk: Desk) -> None:
    path, writer, approver = await desk.approved()
    await desk.do(approver, path, "gui")
    async with desk.house.database.unit_of_work() as session:
        states = {"-1": ("sent", ""), "-2": ("gone", "kicked"), "0900000001": ("refused", "400: no")}
        for row in await session.scalars(select(Delivery).where(Delivery.channel != "by-hand")):
            row.state, row.reason = states[row.chat]
            row.settled = dt.datetime.now(dt.UTC)
    page = said(await writer.get(path))
    assert "Tất cả 4" in page
    assert "kênh không nhận tin này" in page
    assert "0900000001" not in page  # a person's number is nobody's business
    only = said(await writer.get(f"{path}?result=gone"))
    assert "Xem từng nơi (1)" in only
    assert "Tổ 2" in only.partition("Xem từng nơi")[2]
    assert "Tổ 1" not in only.partition("Xem từng nơi")[2].partition("Nội dung")[0]


async def test_a_channel_at_fault_is_said_in_plain_words(desk: Desk) -> None:
    path, writer, approver = await desk.approved()
    await desk.do(approver, path, "gui")
    async with desk.house.database.unit_of_work() as session:
        await faults.note(session, "telegram", "401 Unauthorized", dt.datetime.now(dt.UTC))
    page = said(await writer.get(path))
    assert "Telegram không nhận tin của mình từ 12:00 25/11/2026" in page
    assert "Không mất tin nào" in page


async def test_the_list_is_found_by_words_and_by_state(desk: Desk) -> None:
    writer = await desk.officer("an", "editor")
    await desk.draft(writer)
    await desk.do(writer, await desk.draft(writer, title="Cấp căn cước lưu động"), "trinh")
    for query, titles in (
        ("", ["Cấp căn cước lưu động", "Cảnh giác"]),
        ("?q=can+cuoc", ["Cấp căn cước lưu động"]),
        ("?q=OTP&state=draft", ["Cảnh giác"]),
        ("?state=sent", []),
        ("?state=khong&page=x", ["Cấp căn cước lưu động", "Cảnh giác"]),
        ("?page=99", []),
    ):
        page = await writer.get(ROOM + query)
        assert re.findall(r'<b lang="vi">([^<]+)</b>', page.text) == titles, query


async def test_another_unit_sees_and_does_nothing(desk: Desk) -> None:
    path, _, _ = await desk.approved()
    stranger = await desk.officer("la", "approver", "phuong-2")
    assert "Cảnh giác" not in (await stranger.get(ROOM)).text
    assert (await stranger.get(path)).status == 403
    assert (await stranger.get(f"{path}/sua")).status == 403
    assert (await stranger.get(f"{path}/anh.jpg")).status == 403
    token = (await stranger.get(f"{ROOM}/moi")).hidden("csrf")
    for deed in ("trinh", "duyet", "tra-lai", "hen-gio", "khan", "gui", "dung", "tiep", "bo", "rut"):
        fields = {"csrf": token, "day": "2026-11-26", "hour": "08:00"}
        assert (await stranger.post(f"{path}/{deed}", fields)).status in {400, 403}, deed
    assert (await stranger.post(f"{path}/sua", WORDS | {"csrf": token})).status == 403
    assert (await stranger.post(f"{ROOM}/moi", WORDS | {"csrf": token})).status in {400, 403}
    assert (await desk.deeds(path)) == ["draft", "submit", "approve"]


async def test_an_editor_is_offered_no_deed_of_an_approver_and_can_do_none(desk: Desk) -> None:
    path, writer, _ = await desk.approved()
    page = await writer.get(path)
    for deed in ("gui", "hen-gio", "tra-lai", "bo"):
        assert f'action="{path}/{deed}"' not in page.text
        token = {"csrf": page.hidden("csrf"), "day": "2026-11-26", "hour": "08:00"}
        assert (await writer.post(f"{path}/{deed}", token)).status == 403


async def test_a_duty_officer_has_no_such_room(desk: Desk) -> None:
    duty = await desk.officer("truc", "duty")
    assert (await duty.get(ROOM)).status == 403


@pytest.mark.parametrize("path", [f"{ROOM}/moi", f"{ROOM}/xem-truoc", f"{ROOM}/1/sua", f"{ROOM}/1/gui"])
async def test_a_form_of_elsewhere_changes_nothing(desk: Desk, path: str) -> None:
    _, _, approver = await desk.approved()
    await approver.get(f"{ROOM}/1")
    assert (await approver.post(path, WORDS | {"csrf": "0" * 64})).status == 403
    assert await desk.deeds(f"{ROOM}/1") == ["draft", "submit", "approve"]


@pytest.mark.parametrize("path", [f"{ROOM}/99", f"{ROOM}/99/sua", f"{ROOM}/khong", f"{ROOM}/1e3"])
async def test_there_is_no_such_bulletin(desk: Desk, path: str) -> None:
    writer = await desk.officer("an", "editor")
    assert (await writer.get(path)).status in {400, 404}
