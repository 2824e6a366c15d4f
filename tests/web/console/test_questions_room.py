"""The room for what people asked in vain: one click, and the bot answers; another, and it is as before."""

from __future__ import annotations

import datetime as dt
import re

import aiohttp
import pytest
from sqlalchemy import select

from bot.app import House
from bot.storage import questions
from bot.storage.audit import SHELL
from bot.storage.officers import Role
from bot.storage.tables import Unanswered
from tests.web.console.rig import Visitor

ROOM = "/can-bo/cau-hoi"
DECIDED = f"{ROOM}/da-xu-ly"
DIVORCE = "tui muốn ly hôn thì nộp đơn ở đâu"
PEACE = "hoa-giai-tranh-chap-dat-dai"


async def officer(house: House, browser: Visitor, role: Role = "duty", unit: str = "all") -> Visitor:
    invited = await house.office.access.invite(name="thu", roles=[role], units=[unit], by=SHELL)
    await browser.accept(invited.link)
    return browser


@pytest.fixture
async def duty(sa_dec: House, visitor: Visitor) -> Visitor:
    return await officer(sa_dec, visitor)


async def ask(console: str, text: str) -> tuple[str, str | None]:
    """The kind and the item that a resident on the web gets."""
    async with aiohttp.ClientSession(console) as session, session.post("/api/ask", json={"q": text}) as answer:
        said = await answer.json()
        return str(said["kind"]), said["id"]


async def waiting(house: House) -> list[str]:
    async with house.database.reading() as session:
        found = select(Unanswered.words).where(Unanswered.verdict.is_(None)).order_by(Unanswered.id)
        return list(await session.scalars(found))


async def test_a_question_asked_in_vain_is_taught_and_answered_and_taken_back(
    sa_dec: House, console: str, duty: Visitor
) -> None:
    assert await ask(console, DIVORCE) == ("out_of_scope", None)
    page = await duty.get(ROOM)
    assert f"“{DIVORCE}”" in page.text
    assert "Hỏi 1 lần, lần cuối 25/11/2026" in page.text
    proposed = re.findall(r'name="do" value="([^"]+)"', page.text)
    assert 1 <= len(proposed) - 2 <= 3  # beside the draft and the bin
    page = await duty.get(f"{ROOM}/chon?ids={page.hidden('ids')}&q=hoa+giai")
    assert f'value="{PEACE}"' in page.text
    assert (await duty.post(ROOM, {"ids": page.hidden("ids"), "do": PEACE})).to == f"{ROOM}?done=missed.taught"
    assert await ask(console, DIVORCE) == ("procedure", PEACE)
    assert await ask(console, "Tui muon LY HON thi nop don o dau?") == ("procedure", PEACE)
    page = await duty.get(DECIDED)
    assert "Nhờ phường hòa giải tranh chấp đất" in page.text
    await duty.post(DECIDED, {"id": page.hidden("id"), "do": "back"})
    assert await ask(console, DIVORCE) == ("out_of_scope", None)


async def test_danger_comes_first_whatever_was_taught(sa_dec: House, console: str, duty: Visitor) -> None:
    async with sa_dec.database.unit_of_work() as session:
        await questions.keep(session, "cứu với nhà tui cháy rồi", dt.date(2026, 11, 25))
    page = await duty.get(ROOM)
    page = await duty.post(ROOM, {"ids": page.hidden("ids"), "do": PEACE})
    assert page.status == 400
    assert "nghe như báo nguy" in page.text
    assert (await ask(console, "cứu với nhà tui cháy rồi"))[0] == "emergency"


async def test_wordings_without_a_tick_stay(sa_dec: House, console: str, duty: Visitor) -> None:
    for words in (DIVORCE, "thủ tục ly hôn nộp đơn sao"):
        await ask(console, words)
    page = await duty.get(ROOM)
    ticks = re.findall(r'type="checkbox" name="ids" value="(\d+)"', page.text)
    assert len(ticks) == 2
    await duty.post(ROOM, {"ids": ticks[0], "do": "skip"})
    assert len(await waiting(sa_dec)) == 1


async def test_a_new_item_is_asked_for_with_a_note_that_the_writers_get(
    sa_dec: House, console: str, duty: Visitor
) -> None:
    await ask(console, DIVORCE)
    page = await duty.get(ROOM)
    fields = {"ids": page.hidden("ids"), "do": "draft", "note": "Tòa án khu vực giải quyết, không phải phường."}
    for _ in range(2):
        assert (await duty.post(ROOM, fields | {"csrf": page.hidden("csrf")})).to == f"{ROOM}?done=missed.drafted"
    table = (await duty.get(f"{DECIDED}.csv")).text
    assert table.count("Tòa án khu vực giải quyết") == 1
    page = await duty.get(DECIDED)
    assert (
        await duty.post(DECIDED, {"id": page.hidden("id"), "do": "written"})
    ).to == f"{DECIDED}?done=missed.written"
    assert "Tòa án khu vực" not in (await duty.get(DECIDED)).text
    assert await waiting(sa_dec) == []


async def test_a_wording_in_the_table_is_no_formula(sa_dec: House, duty: Visitor) -> None:
    async with sa_dec.database.unit_of_work() as session:
        await questions.keep(session, "=cmd|' /C calc'!A0 ly hôn", dt.date(2026, 11, 25))
    page = await duty.get(ROOM)
    await duty.post(ROOM, {"ids": page.hidden("ids"), "do": "draft"})
    assert ",=cmd" not in (await duty.get(f"{DECIDED}.csv")).text


async def test_what_is_put_away_waits_again_when_it_is_taken_back(sa_dec: House, console: str, duty: Visitor) -> None:
    await ask(console, DIVORCE)
    page = await duty.get(ROOM)
    await duty.post(ROOM, {"ids": page.hidden("ids"), "do": "skip"})
    page = await duty.get(ROOM)
    assert "Không còn câu nào" in page.text
    page = await duty.get(DECIDED)
    await duty.post(DECIDED, {"id": page.hidden("id"), "do": "back"})
    assert f"“{DIVORCE}”" in (await duty.get(ROOM)).text


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        pytest.param(ROOM, {"csrf": "x", "ids": "1", "do": "skip"}, 403, id="a form from elsewhere"),
        pytest.param(DECIDED, {"csrf": "x", "id": "1", "do": "back"}, 403, id="the same, to take back"),
        pytest.param(ROOM, {"ids": "1", "do": "khong-co"}, 400, id="no such item"),
        pytest.param(ROOM, {"do": "skip"}, 400, id="nothing is ticked"),
        pytest.param(ROOM, {"ids": "x,-1,99999999999999", "do": "skip"}, 400, id="no numbers"),
        pytest.param(DECIDED, {"id": "77", "do": "back"}, 400, id="no such decision"),
    ],
)
async def test_wrong_forms_change_nothing(
    sa_dec: House, console: str, duty: Visitor, path: str, fields: dict[str, str], status: int
) -> None:
    await ask(console, DIVORCE)
    await duty.get(ROOM)
    assert (await duty.post(path, fields)).status == status
    assert await waiting(sa_dec) == [DIVORCE]


async def test_an_officer_of_one_unit_teaches_for_it_and_no_procedure(
    sa_dec: House, console: str, visitor: Visitor
) -> None:
    browser = await officer(sa_dec, visitor, "editor", "phuong-1")
    await ask(console, DIVORCE)
    page = await browser.get(ROOM)
    assert (await browser.post(ROOM, {"ids": page.hidden("ids"), "do": PEACE})).status == 403
    page = await browser.get(ROOM)
    assert (await browser.post(ROOM, {"ids": page.hidden("ids"), "do": "hotline:phuong-1"})).status == 303


async def test_only_what_waits_is_counted_on_the_first_page(sa_dec: House, console: str, duty: Visitor) -> None:
    await ask(console, DIVORCE)
    page = await duty.get(ROOM)
    await duty.post(ROOM, {"ids": page.hidden("ids"), "do": "skip"})
    found = await sa_dec.office.access.acting("thu")
    assert "questions" not in await sa_dec.office.waiting.counts(found)


async def test_every_page_has_its_words_in_english(sa_dec: House, console: str, duty: Visitor) -> None:
    await ask(console, DIVORCE)
    page = await duty.get(f"{ROOM}?lang=en")
    ids = page.hidden("ids")
    await duty.get(f"{ROOM}/chon?ids={ids}&q=khai&lang=en")
    assert '<html lang="en"' in duty.last.text
    assert (await duty.get(f"{DECIDED}?lang=en")).status == 200
    assert (await duty.get(f"{ROOM}/chon?ids=99")).to == f"{ROOM}?done=missed.gone"
