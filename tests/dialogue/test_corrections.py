"""A correction changes every answer and page at once, and says who made it and when."""

from __future__ import annotations

import pytest
import time_machine

from bot.app import House
from bot.dialogue.answer import Message
from bot.office.corrections import Corrections
from bot.office.rows import Wanted
from content.schema import Lang

BIRTH = "dang-ky-khai-sinh"
INN = "homestay:ngoi-nha-hoa-ech"
CLOSED = "homestay:phong-le-vent"
NOW = "2026-11-24T08:00:00+00:00"


async def correct(house: House, item: str, **values: str) -> None:
    rows = [Wanted(line=1, item=item, field=field, value=value) for field, value in values.items()]
    with time_machine.travel(NOW, tick=False):
        outcome = await Corrections(house.dialogue.pack, house.database).change(rows, by="can-bo-mau")
    assert [wrong.message for wrong in outcome.wrong] == []


async def said(house: House, press: str, lang: Lang = "vi") -> str:
    return (await house.dialogue.answer(Message(press=press, lang=lang))).text


@pytest.mark.parametrize(
    ("item", "field", "value", "press", "says"),
    [
        pytest.param(BIRTH, "fee", "15000", f"{BIRTH}#fee", "Mức thu: 15.000 đồng.", id="a fee"),
        pytest.param(BIRTH, "fee_rule", "Thu 15.000 đồng.", f"{BIRTH}#fee", "Thu 15.000 đồng.", id="its rule"),
        pytest.param(BIRTH, "time_limit", "Hai ngày.", BIRTH, "Hai ngày.", id="how long it takes"),
        pytest.param(BIRTH, "where", "Quầy số 2.", BIRTH, "Quầy số 2.", id="where"),
        pytest.param("hotline:1022", "hours", "7 giờ đến 17 giờ", "hotline:1022", "7 giờ đến 17 giờ", id="hours"),
        pytest.param(INN, "price", "300000", INN, "Giá: 300.000 đồng (ghi lúc 24/11/2026", id="a price"),
        pytest.param(INN, "season", "tháng Chạp", INN, "Mùa: tháng Chạp", id="a season"),
        pytest.param(
            INN, "number", "0000 000 001", INN, "Điện thoại: 0000 000 001. Đã được can-bo-mau", id="a phone"
        ),
        pytest.param("tong-dai-1022", "status", "Vẫn chạy.", "tong-dai-1022", "Nay: Vẫn chạy.", id="a status"),
    ],
)
async def test_the_answer_and_the_page_change(
    sa_dec: House, item: str, field: str, value: str, press: str, says: str
) -> None:
    before = await said(sa_dec, press)
    assert says not in before
    assert "Đính chính" not in before
    await correct(sa_dec, item, **{field: value})
    page = await sa_dec.page(item, "vi")
    assert page is not None
    for text in (await said(sa_dec, press), page.text):
        assert says in text
        assert "Đính chính bởi can-bo-mau, ngày 24/11/2026: " in text
    assert "Corrected by can-bo-mau on 24/11/2026: " in await said(sa_dec, press, "en")


async def test_a_number_of_a_new_unit_answers_for_the_old_ones_with_its_hours(sa_dec: House) -> None:
    await correct(sa_dec, "hotline:phuong-sa-dec", number="+84 277 0000 000", hours="7 giờ đến 17 giờ")
    reply = await sa_dec.dialogue.answer(Message(press="hotline:phuong-1"))
    assert [number.dial for number in reply.numbers] == ["02770000000"]
    for words in ("0277 0000 000", "Giờ trực: 7 giờ đến 17 giờ.", "Đính chính bởi can-bo-mau, ngày 24/11/2026"):
        assert words in reply.text


async def test_a_corrected_1022_is_given_in_its_place_everywhere(sa_dec: House) -> None:
    await correct(sa_dec, "hotline:1022", number="0000 000 005")
    for press in ("hotline:xa-tan-duong", "handover", "tong-dai-1022"):
        reply = await sa_dec.dialogue.answer(Message(press=press))
        assert "0000000005" in {number.dial for number in reply.numbers}
        assert "chưa được phường xác nhận" not in reply.text


@pytest.mark.parametrize("lang", ["vi", "en"])
async def test_a_closed_place_is_taken_down(sa_dec: House, lang: Lang) -> None:
    await correct(sa_dec, CLOSED, open="no")
    reply = await sa_dec.dialogue.answer(Message(press=CLOSED, lang=lang))
    assert reply.id == CLOSED
    assert ("đã đóng cửa" if lang == "vi" else "closed down") in reply.text
    assert len(reply.text) >= 150
    assert reply.places == ()
    assert "Phong Le Vent" not in await said(sa_dec, "homestay:list", lang)
    assert CLOSED not in {place.id for place in (await sa_dec.today()).places()}
    await correct(sa_dec, CLOSED, open="yes")
    assert "Phong Le Vent" in await said(sa_dec, "homestay:list", lang)


async def test_a_confirmed_number_stands_in_the_list(sa_dec: House) -> None:
    await correct(sa_dec, INN, number="0000 000 001")
    text = await said(sa_dec, "homestay:list")
    assert "Ngôi nhà Hoa Ếch (Phường Tân Quy Đông) – 0000 000 001" in text
    assert "chưa có số điện thoại nào được xác nhận" not in text


async def test_an_elder_is_told_the_corrected_place_and_not_the_old_short_lines(sa_dec: House) -> None:
    sender = sa_dec.dialogue.sender("test", "elder")
    await sa_dec.dialogue.answer(Message(press="elder", sender=sender))
    await correct(sa_dec, BIRTH, where="Quầy số 2.")
    reply = await sa_dec.dialogue.answer(Message(press=BIRTH, sender=sender))
    assert "Quầy số 2." in reply.text


async def test_what_only_officers_see_is_not_named_in_answers(sa_dec: House) -> None:
    await correct(sa_dec, BIRTH, owner="tư pháp", review_by="01/03/2027")
    assert "can-bo-mau" not in await said(sa_dec, BIRTH)


async def test_taking_a_correction_back_gives_the_packs_answer_again(sa_dec: House) -> None:
    before = await said(sa_dec, BIRTH)
    await correct(sa_dec, BIRTH, where="Quầy số 2.")
    await Corrections(sa_dec.dialogue.pack, sa_dec.database).take_back(BIRTH, ["nơi nộp"], by="can-bo-mau")
    assert await said(sa_dec, BIRTH) == before
