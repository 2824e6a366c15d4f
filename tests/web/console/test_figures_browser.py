"""The room of figures in a real Chromium: readable, and the month's words copied with one press."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.async_api import Browser, expect

from bot.app import House
from bot.storage import statistics
from tests import browser
from tests.publishing import a_bulletin, a_list, a_member
from tests.web.console.conftest import NOON
from tests.web.console.rig import joined
from tests.web.eyes import readable

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(browser.find() is None, reason=browser.WHY_NONE),
]


async def test_the_figures_are_readable_and_their_words_can_be_copied(
    chromium: Browser, house: House, address: str
) -> None:
    async with house.database.unit_of_work() as session:
        one = await a_list(session, "Nhóm Zalo an ninh khóm Hòa Khánh")
        await a_list(session, "Nhóm tổ nhân dân tự quản số 12", "phuong-2")
        await a_member(session, one, "-1", people=30)
        for week in range(8):
            at = NOON - dt.timedelta(weeks=week)
            for number in range((week * 7 + 2) % 4):
                await a_bulletin(
                    session, f"Tin {week}.{number}", lists=[one], at=at, outcomes={("telegram", "-1"): "sent"}
                )
            for kind, n in (
                ("procedure", 40 + 9 * (week % 3)),
                ("hotline", 12),
                ("handover", 3),
                ("out_of_scope", 2),
            ):
                for _ in range(n):
                    statistics.asked(session, kind=kind, channel="web", now=at)
    for width in (360, 1280):
        context = await chromium.new_context(viewport={"width": width, "height": 780}, locale="vi-VN")
        await context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
        page = await context.new_page()
        wrong: list[str] = []
        page.on("console", lambda said, wrong=wrong: wrong.append(said.text) if said.type == "error" else None)
        await joined(page, house, f"so.{width}", address)
        await page.get_by_role("link", name="Thống kê").last.click()
        await readable(page, "figures")
        await page.get_by_role("button", name="Chép chữ này").click()
        await expect(page.locator(".said")).to_have_text("Đã chép. Dán vào báo cáo của phường.")
        assert "Nhóm Zalo an ninh khóm Hòa Khánh" in await page.evaluate("navigator.clipboard.readText()")
        async with page.expect_download() as loading:
            await page.get_by_role("link", name="Tải bản PDF để ký").click()
        assert (await loading.value).suggested_filename == "bao-cao-2026-11.pdf"
        assert wrong == []
        await context.close()
