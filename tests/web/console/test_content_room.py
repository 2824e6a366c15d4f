"""The room for content: find, correct, try, save, take back; what everybody sees changes with it, at once."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack

import aiohttp
import pytest
from sqlalchemy import select

from bot.app import House
from bot.office.rows import Wanted
from bot.storage.audit import SHELL, Deed
from bot.storage.dead_numbers import PREFIX
from bot.storage.officers import Role
from bot.storage.tables import Thumb
from tests.web.console.rig import Seen, Visitor

BIRTH = "dang-ky-khai-sinh"
WARD = "hotline:phuong-1"
ROOM = "/can-bo/noi-dung"
PHONES = f"{ROOM}/so-dien-thoai"
DUE = f"{ROOM}/den-han"


def item(id_: str, more: str = "") -> str:
    return f"{ROOM}/muc/{id_}{more}"


async def officer(house: House, browser: Visitor, name: str, role: Role = "editor", unit: str = "all") -> Visitor:
    """An officer, signed in."""
    invited = await house.office.access.invite(name=name, roles=[role], units=[unit], by=SHELL)
    await browser.accept(invited.link)
    return browser


@pytest.fixture
async def editor(sa_dec: House, visitor: Visitor) -> Visitor:
    """One who may correct everything."""
    return await officer(sa_dec, visitor, "bien.tap")


async def asked(console: str, text: str) -> str:
    async with aiohttp.ClientSession(console) as session, session.post("/api/ask", json={"q": text}) as answer:
        return str((await answer.json())["text"])


async def deeds(house: House) -> list[tuple[str, str, str]]:
    async with house.database.reading() as session:
        every = await session.scalars(select(Deed).where(Deed.action.startswith("content.")).order_by(Deed.id))
        return [(deed.by, deed.action, deed.subject) for deed in every]


async def tried(browser: Visitor, id_: str, **values: str) -> Seen:
    await browser.get(item(id_))
    return await browser.post(item(id_, "/xem-truoc"), values)


async def saved(browser: Visitor, id_: str, **values: str) -> Seen:
    page = await tried(browser, id_, **values)
    assert page.status == 200, page.text
    names = ("seen", *values)
    return await browser.post(item(id_, "/luu"), {name: page.hidden(name) for name in names})


@pytest.mark.parametrize(
    ("words", "finds"),
    [
        pytest.param("khai sinh", BIRTH, id="a procedure"),
        pytest.param("KHAI SANH", BIRTH, id="as people say it here"),
        pytest.param("phuong 1", WARD, id="a unit"),
        pytest.param("hoa ếch", "homestay:ngoi-nha-hoa-ech", id="a homestay"),
        pytest.param("1022", "hotline:1022", id="a hotline"),
        pytest.param("dong giang", "club:dong-giang-hoi-quan", id="a club"),
        pytest.param("tổ nhân dân", "to-nhan-dan-tu-quan", id="an initiative"),
    ],
)
async def test_every_kind_of_item_is_found_by_its_words(editor: Visitor, words: str, finds: str) -> None:
    page = await editor.get(f"{ROOM}?q={words.replace(' ', '+')}")
    assert f'href="{item(finds)}"' in page.text


async def test_what_is_not_there_says_so(editor: Visitor) -> None:
    page = await editor.get(f"{ROOM}?q=<b>zzz</b>")
    assert "Không thấy mục nào có “&lt;b&gt;zzz&lt;/b&gt;”" in page.text
    assert (await editor.get(item("khong-co"))).status == 404


async def test_a_fee_is_tried_saved_live_and_taken_back(sa_dec: House, console: str, editor: Visitor) -> None:
    question = "phí đăng ký khai sinh bao nhiêu"
    page = await tried(editor, BIRTH, fee="15000", fee_rule="Thu 15.000 đồng khi quá hạn.")
    new = re.findall(r'<p class="new">.*?</b> (.*?)</p>', page.text)
    assert any("Thu 15.000\N{NO-BREAK SPACE}đồng khi quá hạn." in line for line in new)
    assert any('class="old"' in line for line in page.text.splitlines())
    assert "Thu 15.000" not in await asked(console, question)  # nothing is written by looking
    assert await deeds(sa_dec) == []
    done = await saved(editor, BIRTH, fee="15000", fee_rule="Thu 15.000 đồng khi quá hạn.")
    assert done.to == f"{item(BIRTH)}?done=content.saved"
    assert "Thu 15.000 đồng khi quá hạn." in await asked(console, question)
    assert "Thu 15.000" in (await editor.get(f"/thu-tuc/{BIRTH}")).text
    page = await editor.get(item(BIRTH))
    assert "bien.tap đã sửa lúc" in page.text
    for field in ("fee", "fee_rule"):
        await editor.get(item(BIRTH))
        page = await editor.post(item(BIRTH, "/xem-truoc"), {"back": field})
        assert page.hidden("back") == field
        await editor.post(item(BIRTH, "/luu"), {"back": field, "seen": page.hidden("seen")})
    assert "Thu 15.000" not in await asked(console, question)
    assert [action for _, action, _ in await deeds(sa_dec)] == ["content.change"] * 2 + ["content.back"] * 2


async def test_taking_back_gives_the_correction_before_it(sa_dec: House, editor: Visitor) -> None:
    for hours in ("7 giờ đến 11 giờ", "7 giờ đến 17 giờ"):
        await saved(editor, WARD, hours=hours)
    page = await editor.get(item(WARD))
    assert page.text.count(">Lấy lại<") == 1
    assert '<input type="hidden" name="hours" value="7 giờ đến 11 giờ">' in page.text
    await saved(editor, WARD, hours="7 giờ đến 11 giờ")
    card = await sa_dec.office.contents.card(WARD)
    assert card is not None
    assert next(shown.current for shown in card.fields if shown.name == "hours") == "7 giờ đến 11 giờ"
    assert [past.entry.value for past in card.past] == ["7 giờ đến 11 giờ", "7 giờ đến 17 giờ", "7 giờ đến 11 giờ"]


async def test_emptying_a_corrected_field_goes_back_to_the_pack(editor: Visitor) -> None:
    await saved(editor, WARD, hours="7 giờ đến 11 giờ")
    page = await tried(editor, WARD, hours="")
    assert page.hidden("back") == "hours"
    assert "trở về bản gốc" in page.text


@pytest.mark.parametrize(
    ("id_", "field", "value", "says"),
    [
        pytest.param(BIRTH, "fee", "15k", "“15k” là cách nói tắt. Viết đủ: 15000.", id="15k"),
        pytest.param(BIRTH, "review_by", "31/02/2027", "Lịch không có ngày “31/02/2027”", id="no such day"),
        pytest.param(WARD, "number", "12345", "không phải số điện thoại Việt Nam", id="no phone"),
        pytest.param(WARD, "hours", "x" * 400, "nhiều nhất được 300 chữ", id="too long"),
    ],
)
async def test_the_checks_are_those_of_the_command_line(
    editor: Visitor, id_: str, field: str, value: str, says: str
) -> None:
    page = await tried(editor, id_, **{field: value})
    assert page.status == 400
    assert says in page.text
    assert value in page.text  # what was typed is not lost
    assert (await editor.post(item(id_, "/luu"), {field: value, "seen": "0"})).status == 400


@pytest.mark.parametrize("id_", [BIRTH, WARD, "hotline:113", "homestay:ngoi-nha-hoa-ech", "to-nhan-dan-tu-quan"])
async def test_a_form_sent_as_it_is_changes_nothing(editor: Visitor, id_: str) -> None:
    page = await editor.get(item(id_))
    fields = dict(re.findall(r'<textarea id="\w+" name="(\w+)"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL))
    page = await editor.post(
        item(id_, "/xem-truoc"), {name: words.replace("\n", "\r\n") for name, words in fields.items()}
    )
    assert page.status == 200
    assert "Chưa có gì khác với hiện nay." in page.text


async def test_a_second_click_saves_once(sa_dec: House, editor: Visitor) -> None:
    page = await tried(editor, WARD, hours="7 giờ đến 11 giờ")
    fields = {"hours": page.hidden("hours"), "seen": page.hidden("seen"), "csrf": page.hidden("csrf")}
    for _ in range(2):
        assert (await editor.post(item(WARD, "/luu"), fields)).status == 303
    assert len(await deeds(sa_dec)) == 1


async def test_whoever_is_late_sees_what_the_other_did_before_he_saves(
    sa_dec: House, editor: Visitor, other: Visitor
) -> None:
    slow = await tried(editor, WARD, hours="7 giờ đến 11 giờ")
    await saved(await officer(sa_dec, other, "nhanh"), WARD, hours="8 giờ đến 12 giờ")
    fields = {"hours": slow.hidden("hours"), "seen": slow.hidden("seen"), "csrf": slow.hidden("csrf")}
    page = await editor.post(item(WARD, "/luu"), fields)
    assert page.status == 400
    assert "Có người vừa sửa mục này" in page.text
    assert [by for by, _, _ in await deeds(sa_dec)] == ["nhanh"]


async def test_what_was_typed_comes_back_to_be_gone_on_with(editor: Visitor) -> None:
    await tried(editor, WARD, hours="7 giờ đến 11 giờ")
    page = await editor.post(item(WARD), {"hours": "7 giờ đến 11 giờ"})
    assert 'value="7 giờ đến 11 giờ"' in page.text
    assert (await editor.get(item(WARD, "/xem-truoc"))).to == item(WARD)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (item(WARD, "/xem-truoc"), {"hours": "7 giờ"}),
        (item(WARD, "/luu"), {"hours": "7 giờ", "seen": "0"}),
        (f"{PHONES}/hotline:1022", {"number": "1022"}),
        (DUE, {"id": BIRTH, "months": "6"}),
    ],
)
async def test_a_form_from_elsewhere_is_refused(
    sa_dec: House, editor: Visitor, path: str, fields: dict[str, str]
) -> None:
    await editor.get(item(WARD))
    assert (await editor.post(path, {"csrf": "x"} | fields)).status == 403
    assert await deeds(sa_dec) == []


@pytest.mark.parametrize(
    ("role", "unit", "id_", "may"),
    [
        pytest.param("editor", "phuong-1", WARD, True, id="his own unit"),
        pytest.param("approver", "phuong-sa-dec", WARD, True, id="the unit that serves them now"),
        pytest.param("editor", "phuong-2", WARD, False, id="another unit"),
        pytest.param("editor", "phuong-1", BIRTH, False, id="a procedure is everybody's"),
        pytest.param("editor", "xa-tan-duong", "hotline:tan-phu-dong", True, id="the commune's old unit"),
        pytest.param("editor", "phuong-1", "hotline:1022", False, id="a line of the province"),
    ],
)
async def test_an_officer_corrects_what_is_his_units(
    sa_dec: House, visitor: Visitor, role: Role, unit: str, id_: str, may: bool
) -> None:
    browser = await officer(sa_dec, visitor, "thu", role, unit)
    page = await browser.get(item(id_))
    assert ("Xem trước" in page.text) is may
    values = {"review_by": "2027-03-01", "seen": "0"}
    assert (await browser.post(item(id_, "/luu"), values)).status == (303 if may else 403)
    assert bool(await deeds(sa_dec)) is may


async def test_an_officer_on_duty_has_no_such_room(sa_dec: House, visitor: Visitor) -> None:
    browser = await officer(sa_dec, visitor, "truc", "duty")
    for path in (ROOM, PHONES, DUE, item(WARD)):
        assert (await browser.get(path)).status == 403


async def test_a_number_is_confirmed_in_two_steps_by_the_officer_of_its_unit(
    sa_dec: House, console: str, editor: Visitor
) -> None:
    line = "hotline:18001096"
    page = await editor.get(PHONES)
    assert f'href="{PHONES}/{line}"' in page.text
    assert sa_dec.facts.number(line) is None
    page = await editor.get(f"{PHONES}/{line}")
    assert "1800 1096" in page.text
    assert "Đã được bien.tap xác nhận" in page.text
    for _ in range(2):
        done = await editor.post(f"{PHONES}/{line}", {"number": page.hidden("number"), "csrf": page.hidden("csrf")})
        assert done.to == f"{PHONES}?done=content.confirmed"
    number = (await sa_dec.today()).number(line)
    assert number is not None
    assert (number.number, number.verified_by) == ("1800 1096", "bien.tap")
    assert "Đã được bien.tap xác nhận" in (await editor.get("/duong-day-nong/18001096")).text
    assert await deeds(sa_dec) == [("bien.tap", "content.confirm", f"content:{line}")]


@pytest.mark.parametrize(
    ("path", "number", "status"),
    [
        pytest.param("hotline:18001096", "0900 000 001", 400, id="another number than the page showed"),
        pytest.param("hotline:phuong-1", "", 400, id="where none is known"),
        pytest.param("hotline:113", "113", 404, id="113 is 113"),
        pytest.param(BIRTH, "0900 000 001", 404, id="no phone at all"),
        pytest.param("hotline:khong-co", "0900 000 001", 404, id="no such line"),
    ],
)
async def test_only_the_number_that_was_shown_is_confirmed(
    sa_dec: House, editor: Visitor, path: str, number: str, status: int
) -> None:
    await editor.get(PHONES)
    await editor.get(f"{PHONES}/hotline:18001096")
    assert (await editor.post(f"{PHONES}/{path}", {"number": number})).status == status
    assert await deeds(sa_dec) == []


async def test_a_number_of_another_unit_is_not_his_to_confirm(sa_dec: House, visitor: Visitor) -> None:
    rows = [Wanted(line=1, item="hotline:phuong-2", field="number", value="0900 000 002")]
    await sa_dec.office.corrections.change(rows, by="shell")
    browser = await officer(sa_dec, visitor, "thu", "editor", "phuong-1")
    page = await browser.get(f"{PHONES}/hotline:phuong-2")
    assert "Đúng, xác nhận số này" not in page.text
    await browser.get(item(WARD))
    assert (await browser.post(f"{PHONES}/hotline:phuong-2", {"number": "0900 000 002"})).status == 403


async def test_a_number_that_residents_could_not_reach_is_settled_by_confirming_it_again(
    sa_dec: House, editor: Visitor
) -> None:
    async with sa_dec.database.unit_of_work() as session:
        session.add(Thumb(item=PREFIX + "hotline:1022", unhelpful=3))
    page = await editor.get(PHONES)
    assert "3 lượt báo gọi không được" in page.text
    page = await editor.get(f"{PHONES}/hotline:1022")
    await editor.post(f"{PHONES}/hotline:1022", {"number": page.hidden("number")})
    assert "lượt báo gọi không được" not in (await editor.get(PHONES)).text


async def test_what_is_due_is_said_to_be_still_right(sa_dec: House, editor: Visitor) -> None:
    rows = [Wanted(line=1, item=WARD, field="review_by", value="2026-11-01")]
    await sa_dec.office.corrections.change(rows, by="shell")
    page = await editor.get(DUE)
    assert "quá hạn từ 01/11/2026, đã 24 ngày" in page.text
    for _ in range(2):
        done = await editor.post(DUE, {"id": WARD, "months": "6", "csrf": page.hidden("csrf")})
        assert done.to == f"{DUE}?done=content.reviewed"
    card = await sa_dec.office.contents.card(WARD)
    assert card is not None
    assert str(card.item.review_by) == "2027-05-25"
    assert "quá hạn từ 01/11/2026" not in (await editor.get(DUE)).text
    assert [action for _, action, _ in await deeds(sa_dec)] == ["content.change", "content.review"]


@pytest.mark.parametrize("fields", [{"id": WARD, "months": "99"}, {"id": "khong-co", "months": "6"}, {}])
async def test_a_wrong_date_or_item_is_refused(sa_dec: House, editor: Visitor, fields: dict[str, str]) -> None:
    await editor.get(DUE)
    await editor.get(item(WARD))
    assert (await editor.post(DUE, fields)).status == 400
    assert await deeds(sa_dec) == []


async def test_every_page_has_its_words_in_english(sa_dec: House, editor: Visitor, stack: AsyncExitStack) -> None:
    for path in (ROOM, f"{ROOM}?q=khai", item(BIRTH), PHONES, f"{PHONES}/hotline:1022", DUE):
        page = await editor.get(f"{path}{'&' if '?' in path else '?'}lang=en")
        assert page.status == 200
        assert '<html lang="en"' in page.text
