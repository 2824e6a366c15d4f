"""The rooms for content and questions in a real Chromium, on a small phone and on a desk."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.async_api import Browser, expect

from bot.app import House
from bot.office.rows import Wanted
from bot.storage import questions
from bot.storage.dead_numbers import PREFIX
from bot.storage.tables import Thumb
from tests import browser
from tests.web.console.rig import joined
from tests.web.eyes import readable

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(browser.find() is None, reason=browser.WHY_NONE),
]
WIDTHS = (360, 1280)
BIRTH = "dang-ky-khai-sinh"
DIVORCE = ("tui muốn ly hôn thì nộp đơn ở đâu", "thủ tục ly hôn", "ly hon mat bao lau v ad")


async def given(house: House) -> None:
    """Something in every list."""
    rows = [Wanted(line=1, item=BIRTH, field="review_by", value="2026-11-01")]
    await house.office.corrections.change(rows, by="shell")
    async with house.database.unit_of_work() as session:
        await session.merge(Thumb(item=PREFIX + "hotline:1022", helpful=0, unhelpful=3))
        for words in (*DIVORCE, "xổ số đồng tháp hôm nay"):
            await questions.keep(session, words, dt.date(2026, 11, 24))


@pytest.mark.parametrize("width", WIDTHS)
async def test_an_officer_corrects_a_fact_and_teaches_the_bot(
    chromium: Browser, house: House, address: str, width: int
) -> None:
    await given(house)
    context = await chromium.new_context(viewport={"width": width, "height": 780}, locale="vi-VN")
    page = await context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    await joined(page, house, f"bien.{width}", address)
    await page.goto(address + "/can-bo/noi-dung")
    await readable(page, "content")
    await page.get_by_label("Tìm mục cần sửa").fill("khai sinh")
    await page.get_by_role("button", name="Tìm").click()
    await readable(page, "content-found")
    await page.get_by_role("link", name="Đăng ký khai sinh", exact=True).click()
    await readable(page, "content-item")
    await page.get_by_label("Nơi nộp").fill(f"Quầy số 2, nhà {width}.")
    await page.get_by_label("Lệ phí (đồng)").fill("15k")
    await page.get_by_role("button", name="Xem trước").click()
    await expect(page.locator(".hint .bad")).to_contain_text("Viết đủ: 15000.")
    await readable(page, "content-wrong")
    await page.get_by_label("Lệ phí (đồng)").fill("15000")
    await page.get_by_role("button", name="Xem trước").click()
    await expect(page.locator(".new").first).to_be_visible()
    await readable(page, "content-try")
    await page.get_by_role("button", name="Lưu", exact=True).click()
    await expect(page.locator(".note.good")).to_contain_text("Đã lưu.")
    await readable(page, "content-saved")
    assert f"Quầy số 2, nhà {width}." in str(await (await context.request.get(f"{address}/thu-tuc/{BIRTH}")).text())
    await page.get_by_role("button", name="Lấy lại").first.click()
    await expect(page.locator(".old").first).to_be_visible()
    await page.get_by_role("button", name="Lưu", exact=True).click()
    for name, path in {"phones": "so-dien-thoai", "phone": "so-dien-thoai/hotline:1022", "due": "den-han"}.items():
        await page.goto(f"{address}/can-bo/noi-dung/{path}")
        await readable(page, f"content-{name}")
    await page.goto(address + "/can-bo/cau-hoi")
    await page.get_by_text("Xem 3 cách hỏi").click()
    await page.get_by_text("Chưa có mục nào trả lời").first.click()
    await readable(page, "questions")
    await page.get_by_role("link", name="Mục khác…").first.click()
    await page.get_by_label("Gõ vài chữ trong tên mục").fill("hòa giải")
    await page.get_by_role("button", name="Tìm").click()
    await readable(page, "questions-choose")
    await page.get_by_role("button", name="Chọn Nhờ phường hòa giải tranh chấp đất").click()
    await expect(page.locator(".note.good")).to_contain_text("Đã dạy.")
    await page.get_by_role("button", name="Bỏ qua").first.click()
    await page.goto(address + "/can-bo/cau-hoi/da-xu-ly")
    await readable(page, "questions-decided")
    while await page.get_by_role("button", name="Lấy lại").count():
        await page.get_by_role("button", name="Lấy lại").first.click()
    assert [said for said in wrong if "400 (Bad Request)" not in said] == []  # the fee in short, above
    await context.close()
