"""What an officer answered reaches the page of the person of the cookie, and nobody else's; with a script, by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import async_playwright, expect

from bot.app import House, house_of
from bot.settings import Settings
from bot.storage.officers import OfficerRole, OfficerRow, by_name
from bot.understanding import Understanding
from bot.web.server import application
from content.pack import Pack
from tests import browser, databases
from tests.conftest import KEY
from tests.web.fake import serving

COOKIE = {"Cookie": f"chat={'c' * 40}"}


@pytest.mark.parametrize(
    ("after", "ids"),
    [
        ("0", [1, 2]),
        ("1", [2]),
        ("2", []),
        ("", [1, 2]),
        ("x", [1, 2]),
        ("-1", [1, 2]),
        ("9" * 40, [1, 2]),
        ("²", [1, 2]),
    ],
)
async def test_new_lines_are_those_after_the_last_seen(
    client: aiohttp.ClientSession, after: str, ids: list[int]
) -> None:
    async with client.get("/api/talk", params={"after": after}, headers=COOKIE) as response:
        assert response.headers["Cache-Control"] == "no-store"
        news = await response.json()
    assert [line["id"] for line in news["lines"]] == ids
    assert news["open"]


@pytest.mark.parametrize("cookie", ["", "chat=short", "chat=" + "ô" * 40])
async def test_without_a_cookie_of_ours_there_is_no_talk(client: aiohttp.ClientSession, cookie: str) -> None:
    async with client.get("/api/talk", headers={"Cookie": cookie} if cookie else {}) as response:
        assert await response.json() == {"open": False, "lines": []}


@pytest.fixture
async def ward(tmp_path: Path, pack: Pack, understanding: Understanding) -> AsyncIterator[House]:
    """A real house with one officer, who is at his desk and has bound no chat."""
    url = databases.sqlite(tmp_path / "test.db")
    async with house_of(Settings(database_url=url, secret_key=KEY, duty_hours=""), pack, understanding) as house:
        async with house.database.unit_of_work() as session:
            session.add(OfficerRow(name="lan", created_at=dt.datetime.now(dt.UTC)))
            await session.flush()
            session.add(OfficerRole(officer=1, role="duty", unit="*"))
        yield house


@pytest.mark.skipif(browser.find() is None, reason=browser.WHY_NONE)
async def test_the_officers_words_come_to_the_page_and_again_after_a_reload(ward: House) -> None:
    async with serving(application(ward)) as url, async_playwright() as playwright:
        chromium = await playwright.chromium.launch(**browser.options())
        page = await chromium.new_page()
        await page.goto(url)
        await page.fill("#q", "cho tui gặp cán bộ")
        await page.press("#q", "Enter")
        await expect(page.locator(".answer").last).to_contain_text("để lại lời")
        await page.fill("#q", "<b>đèn đường</b> khóm 3 tắt")
        await page.press("#q", "Enter")
        await expect(page.locator(".answer").last).to_contain_text("đã để lại lời")
        async with ward.database.reading() as session:
            lan = await by_name(session, "lan")
        assert lan
        await ward.office.handover.answer(1, "<i>Mai</i> có thợ tới nghe cô.", lan)
        await expect(page.locator(".answer.spoken").last).to_have_text(
            "Cán bộ lan: <i>Mai</i> có thợ tới nghe cô.", timeout=15_000
        )
        await page.reload()
        await ward.office.handover.answer(1, "Xong rồi đó cô.", lan)
        await expect(page.locator(".answer.spoken").last).to_have_text("Cán bộ lan: Xong rồi đó cô.", timeout=15_000)
        await chromium.close()
