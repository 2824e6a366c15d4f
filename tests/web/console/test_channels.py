"""The Official Account's consent through the console, against a strict emulator; and how the channels are doing."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from bot.app import House, house_of
from bot.storage.audit import SHELL
from bot.understanding import Understanding
from bot.web.server import application
from content.pack import Pack
from tests.channels.zalo_oa.rig import settings_of
from tests.emulators import zalo_oa as emulators
from tests.emulators.zalo_oa import OA_ID, OTHER_OA, ZaloOaEmulator
from tests.web.console.rig import Seen, Visitor
from tests.web.fake import serving

PAGE = "/can-bo/zalo"


@dataclass
class Desk:
    """An administrator at the console of a house with an Official Account that nobody consented to yet."""

    house: House
    emulator: ZaloOaEmulator
    browser: Visitor

    async def link(self) -> dict[str, str]:
        """What the page's link to Zalo holds."""
        page = await self.browser.get(PAGE)
        link = next(href for href in hrefs(page) if "/v4/oa/permission" in href)
        return {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}

    async def come_back(self, **query: str) -> Seen:
        """Zalo leads the browser back; the officer presses the button."""
        page = await self.browser.get(f"{PAGE}?{urlencode(query)}")
        return await self.browser.post(PAGE, {"address": unescape(page.hidden("address"))})


@pytest.fixture
async def desk(tmp_path: Path, pack: Pack, understanding: Understanding) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        root, emulator = await stack.enter_async_context(emulators.zalo_oa())
        url = f"sqlite+aiosqlite:///{tmp_path}/oa.db"
        settings = settings_of(root, zalo_oa_refresh_token=None, database_url=url, public_url="http://127.0.0.1:1")
        house = await stack.enter_async_context(house_of(settings, pack, understanding))
        browser = await stack.enter_async_context(
            Visitor(await stack.enter_async_context(serving(application(house))))
        )
        invited = await house.office.access.invite(name="quan.tri", roles=["admin"], units=["all"], by=SHELL)
        await browser.accept(invited.link)
        yield Desk(house, emulator, browser)


def hrefs(page: Seen) -> list[str]:
    return [unescape(href) for href in re.findall(r'href="([^"]+)"', page.text)]


async def test_an_administrator_connects_the_account_in_the_browser(desk: Desk) -> None:
    asked = await desk.link()
    assert asked["redirect_uri"].endswith(PAGE)
    code = desk.emulator.consent(asked["code_challenge"])
    assert (
        await desk.come_back(code=code, oa_id=OA_ID, state=asked["state"])
    ).to == "/can-bo/kenh?done=channel.connect"
    await desk.house.engine.channels["zalo-oa"].connect(webhook=None)
    page = await desk.browser.get("/can-bo/kenh?ask=1")
    assert "đang chạy" in page.text
    deed = (await desk.house.office.records.entries(action="channel"))[0]
    assert (deed.by, deed.action, deed.detail) == ("quan.tri", "channel.connect", {"oa_id": OA_ID})


async def test_to_come_back_keeps_nothing_before_the_button_is_pressed(desk: Desk) -> None:
    asked = await desk.link()
    code = desk.emulator.consent(asked["code_challenge"])
    page = await desk.browser.get(f"{PAGE}?{urlencode({'code': code, 'oa_id': OA_ID, 'state': asked['state']})}")
    assert OA_ID in page.text
    assert (await desk.house.office.records.entries(action="channel")) == []
    assert (await desk.come_back(code=code, oa_id=OA_ID)).status == 303  # links of Zalo's console carry no state


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ({"code": "x", "oa_id": OA_ID, "state": "của-người-khác"}, "không phải của lần này"),
        ({"code": "sai", "oa_id": OA_ID}, "Zalo không đổi lấy mã"),
    ],
)
async def test_what_is_not_this_consent_is_refused(desk: Desk, query: dict[str, str], why: str) -> None:
    page = await desk.come_back(**query)
    assert (page.status, why in page.text) == (400, True)


async def test_another_account_is_refused_once_one_is_known(desk: Desk) -> None:
    asked = await desk.link()
    code = desk.emulator.consent(asked["code_challenge"])
    await desk.come_back(code=code, oa_id=OA_ID, state=asked["state"])
    page = await desk.come_back(code="x", oa_id=OTHER_OA, state=asked["state"])
    assert (page.status, "Chọn đúng OA" in page.text) == (400, True)


async def test_only_our_own_form_connects(desk: Desk) -> None:
    await desk.browser.get(PAGE)
    page = await desk.browser.post(PAGE, {"csrf": "sai", "address": f"{PAGE}?code=x&oa_id={OA_ID}"})
    assert page.status == 403


async def test_without_an_account_in_the_settings_the_page_says_so(sa_dec: House, admin: tuple[Visitor, str]) -> None:
    page = await admin[0].get(PAGE)
    assert page.status == 400
    assert "HOIPHUONG_ZALO_OA_APP_ID" in page.text
    page = await admin[0].get("/can-bo/kenh?ask=1")
    assert page.text.count("tắt") >= 4


async def test_an_editor_has_no_business_there(sa_dec: House, visitor: Visitor) -> None:
    invited = await sa_dec.office.access.invite(name="lan", roles=["editor"], units=["all"], by=SHELL)
    await visitor.accept(invited.link)
    assert [(await visitor.get(path)).status for path in ("/can-bo/kenh", PAGE)] == [403, 403]


async def test_the_off_switch_works_at_once_and_danger_still_comes_first(
    sa_dec: House, admin: tuple[Visitor, str]
) -> None:
    browser, _ = admin

    async def asked(question: str) -> dict[str, object]:
        async with browser.session.post("/api/ask", json={"q": question}) as response:
            found: dict[str, object] = await response.json()
            return found

    assert (await asked("làm khai sinh cần giấy gì"))["kind"] == "procedure"
    await browser.get("/can-bo/kenh")
    assert (await browser.post("/can-bo/kenh/nghi", {"words": "Đang sửa phần lệ phí."})).to.endswith("done=house.off")
    said = await asked("làm khai sinh cần giấy gì")
    assert said["kind"] == "handover"
    assert "tạm nghỉ" in str(said["text"])
    assert "Đang sửa phần lệ phí." in str(said["text"])
    for question, kind, word in (
        ("cháy nhà rồi cứu với", "emergency", "114"),
        ("gặp cán bộ", "handover", "gặp người thật"),
        ("/xoa", "smalltalk", "xóa"),
    ):
        reply = await asked(question)
        assert reply["kind"] == kind, question
        assert word in str(reply["text"]), question
    page = await browser.get("/can-bo/kenh")
    assert "Máy đang nghỉ: quan.tri tắt lúc 12:00" in page.text
    assert (await browser.post("/can-bo/kenh/lam-lai")).to.endswith("done=house.on")
    assert (await asked("làm khai sinh cần giấy gì"))["kind"] == "procedure"
    deeds = [entry.action for entry in await sa_dec.office.records.entries(action="house")]
    assert deeds == ["house.on", "house.off"]
