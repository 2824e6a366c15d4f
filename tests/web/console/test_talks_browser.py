"""The room of talks in a real Chromium: what is new appears by itself, and what is being typed stays."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect
from sqlalchemy import update

from bot.app import House
from bot.storage import audit
from bot.storage.handovers import Talk
from tests import browser
from tests.web.console.residents import Resident
from tests.web.console.rig import joined
from tests.web.eyes import readable

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(browser.find() is None, reason=browser.WHY_NONE),
]
BY_ITSELF = 20_000  # milliseconds in which the page has looked anew, on a slow machine too


@pytest.mark.parametrize(("width", "letter"), [(360, "d"), (1280, "e")])
async def test_an_officer_answers_while_more_comes_in(
    chromium: Browser, house: House, address: str, width: int, letter: str
) -> None:
    await house.office.handover.set_hours("*", "", by=audit.SHELL)  # somebody is there at all times
    context = await chromium.new_context(viewport={"width": width, "height": 780}, locale="vi-VN")
    page = await context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    await joined(page, house, f"truc.{width}", address, roles=("duty", "admin"))
    async with house.database.unit_of_work() as session:
        await session.execute(update(Talk).values(state="closed"))  # those of other tests
    await page.goto(address + "/can-bo/can-gap")
    await expect(page.locator("#talks")).to_contain_text("Chưa ai cần gặp")
    await readable(page, "talks-none")

    an = Resident(address, letter)
    await an.says("làm khai sinh cần giấy gì")
    await an.says("cho tui gặp cán bộ")
    await an.says("con tui sinh ở nhà, không có giấy chứng sinh, số gọi là 0900000001")
    await expect(page.locator("#talks .free")).to_contain_text("con tui sinh ở nhà", timeout=BY_ITSELF)
    await expect(page).to_have_title("(1) Người hỏi cần gặp · Trang cán bộ Sa Đéc")
    await readable(page, "talks-waiting")
    await page.locator("#talks .free a").click()
    await readable(page, "talk-free")
    await page.get_by_role("button", name="Nhận cuộc này").click()
    box = page.get_by_label("Trả lời bà con")
    await box.fill("Dạ cô chú nhờ hai người làm chứng")
    await an.says("bà mụ đỡ có được không")
    await expect(page.locator(".thread")).to_contain_text("bà mụ đỡ có được không", timeout=BY_ITSELF)
    await expect(box).to_have_value("Dạ cô chú nhờ hai người làm chứng")
    await an.says("0900000002")
    await expect(page.locator(".number .digits")).to_have_text("0900000002", timeout=BY_ITSELF)
    await readable(page, "talk-mine")
    await page.get_by_role("button", name="Gửi cho bà con").click()
    await expect(page.locator(".note.good")).to_have_text("Đã gửi cho bà con.")
    await expect(page.locator(".thread .officer").last).to_contain_text("nhờ hai người làm chứng")
    assert (await an.hears())[-1] == f"Cán bộ truc.{width}: Dạ cô chú nhờ hai người làm chứng"

    await page.get_by_label("Trả lời bà con").fill("Dạ còn một ý")
    await an.says(press="talk:bot")
    await expect(page.locator("#deeds")).to_contain_text("Cuộc này đã khép", timeout=BY_ITSELF)
    await readable(page, "talk-closed")
    assert wrong == []
    await context.close()


async def test_a_talk_can_be_passed_on_and_the_hours_set_on_a_phone(
    chromium: Browser, house: House, address: str
) -> None:
    await house.office.handover.set_hours("*", "", by=audit.SHELL)
    await house.office.access.invite(name="nam", roles=["duty"], units=["phuong-2"], by=audit.SHELL)
    for width in (360, 1280):
        context = await chromium.new_context(viewport={"width": width, "height": 780}, locale="vi-VN")
        page = await context.new_page()
        await joined(page, house, f"chuyen.{width}", address, roles=("duty", "admin"))
        an = Resident(address, "f" if width == 360 else "g")
        await an.says("cho tui gặp cán bộ")
        await page.goto(address + "/can-bo/can-gap")
        await page.locator("#talks .free a").last.click()
        await page.get_by_text("Chuyển đơn vị khác").click()
        await expect(page.get_by_label("Chuyển cho")).to_be_visible()
        await readable(page, "talk-pass")
        await page.get_by_label("Chuyển cho").select_option("Phường 2")
        await page.get_by_role("button", name="Chuyển", exact=True).click()
        await expect(page.locator(".note.good")).to_have_text("Đã chuyển, kèm mọi lời đã nói.")
        await page.get_by_role("link", name="Giờ trực").click()
        await page.get_by_text("Đổi giờ trực: Phường 1", exact=True).click()
        await page.locator("details[open]").get_by_label("Thứ Bảy").fill("sáng")
        await page.locator("details[open]").get_by_role("button", name="Lưu giờ trực").click()
        await expect(page.locator(".note.bad")).to_contain_text("Thứ Bảy: chưa đọc được “sáng”")
        await readable(page, "talk-hours")
        await page.locator("details[open]").get_by_label("Thứ Bảy").fill("7h-11h")
        await page.locator("details[open]").get_by_role("button", name="Lưu giờ trực").click()
        await expect(page.locator(".note.good")).to_have_text("Đã lưu giờ trực.")
        await context.close()
