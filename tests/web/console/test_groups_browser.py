"""The register, the lists and the cafés in a real Chromium, on a small phone and on a desk."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from bot.app import House
from tests import browser
from tests.web.console.groups import filled, in_charge, sent
from tests.web.console.rig import joined
from tests.web.eyes import readable

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(browser.find() is None, reason=browser.WHY_NONE),
]


@pytest.mark.parametrize("width", [360, 1280])
async def test_an_officer_keeps_the_register_on_any_screen(
    chromium: Browser, house: House, address: str, width: int
) -> None:
    name, register = f"lan.{width}", f"{address}/can-bo/nhom"
    context = await chromium.new_context(viewport={"width": width, "height": 780}, locale="vi-VN")
    page = await context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    await joined(page, house, name, address)

    await page.goto(f"{register}/danh-sach/moi")
    await readable(page, "lists-new")
    await page.get_by_label("Tên danh sách").fill(f"An ninh {width}")
    await page.get_by_label("Đơn vị").select_option("phuong-1")
    await page.get_by_label("Chủ đề").fill("an-ninh")
    await page.get_by_role("button", name="Lưu", exact=True).click()
    await expect(page.get_by_role("status")).to_have_text("Đã lưu danh sách.")
    for day in ("Thứ ba", "Thứ sáu"):
        await page.get_by_label(day).check()
    await page.get_by_role("button", name="Lưu giờ gửi").click()
    await expect(page.get_by_text("Thứ ba, thứ sáu 08:00")).to_be_visible()
    await readable(page, "lists-one")

    await page.get_by_role("link", name="Thêm nhóm", exact=True).click()
    await page.get_by_label("Tên nhóm").fill(f"Khóm {width}, Phường 1")
    await page.get_by_label("Cán bộ phụ trách").select_option(name)
    await page.get_by_label("Số người trong nhóm").fill("45")
    await readable(page, "groups-new")
    await page.get_by_role("button", name="Lưu", exact=True).click()
    await expect(page.get_by_text("45 người (đếm ngày 25/11/2026)").first).to_be_visible()

    await filled(house, f"quan-{width}", "phuong-1", ["Quán A", "Quán B"], topic="chiếu phim")
    await in_charge(house, name, [f"quan-{width}-1"])
    await sent(house, f"An ninh {width}", f"quan-{width}")
    await page.goto(register)
    await readable(page, "groups")
    await page.goto(f"{register}/danh-sach")
    await readable(page, "lists")
    await page.goto(f"{register}/nhap")
    await readable(page, "groups-fill")
    await page.goto(f"{register}/quan")
    await page.get_by_role("button", name="Đã chiếu ở Quán A").first.click()
    await expect(page.get_by_text("Tuần này 1/2 buổi").first).to_be_visible()
    await readable(page, "cafes")
    await page.goto(register)
    await page.get_by_role("link", name=f"Khóm {width}, Phường 1").click()
    await page.get_by_role("button", name="Cho nhóm nghỉ").click()
    await expect(page.get_by_role("status")).to_have_text("Nhóm này không nhận bản tin nữa.")
    await readable(page, "groups-out")
    await page.goto(f"{address}/can-bo/chuyen-tin")
    await readable(page, "kits")
    assert wrong == []
    await context.close()
