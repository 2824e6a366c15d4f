"""The room for printed codes in a real Chromium, on a small phone and on a desk."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from bot.app import House
from bot.storage import codes as stored
from tests import browser
from tests.web.console.printed import LIST, ROOM, made
from tests.web.console.rig import joined
from tests.web.console.test_codes import TODAY, scanned
from tests.web.eyes import readable

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(browser.find() is None, reason=browser.WHY_NONE),
]


@pytest.mark.parametrize("width", [360, 1280])
async def test_an_editor_prints_and_follows_codes_on_any_screen(
    chromium: Browser, house: House, address: str, width: int
) -> None:
    context = await chromium.new_context(viewport={"width": width, "height": 780}, locale="vi-VN")
    page = await context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    await joined(page, house, f"soan.{width}", address, roles=["editor"], units=["phuong-1"])

    await page.goto(f"{address}{ROOM}/in")
    await readable(page, "codes-print-choose")
    await page.get_by_label("Tìm trang theo tên").fill("khai sinh")
    await page.get_by_role("button", name="Tìm", exact=True).click()
    await page.get_by_role("link", name="Chọn Đăng ký khai sinh", exact=True).click()
    await page.get_by_label("Thẻ phát cho hộ").check()
    await page.get_by_label("Danh sách (tệp CSV)").set_input_files(
        {"name": "ho.csv", "mimeType": "text/csv", "buffer": (LIST + "H3,6,phuong-1,trùng\n").encode()}
    )
    await page.get_by_label("Đợt phát").fill(f"Tết {width}")
    await readable(page, "codes-print-form")
    await page.get_by_role("button", name="Xem thử trang đầu").click()
    await expect(page.get_by_text("3 dòng in được.")).to_be_visible()
    assert await page.locator("img.paper").evaluate("async img => { await img.decode(); return img.naturalWidth }")
    await readable(page, "codes-print-look")
    await page.get_by_role("button", name="In 3 thẻ").click()
    await expect(page.locator("h1")).to_have_text("Đã xong", timeout=300_000)
    await readable(page, "codes-print-done")
    async with page.expect_download() as fetched:
        await page.get_by_role("link", name="Tải PDF").click()
    assert (await fetched.value).suggested_filename.endswith(".pdf")

    codes = await house.office.codes.listed(campaign=f"Tết {width}")
    for n, code in enumerate(codes):
        await scanned(house, code.serial, 4 + n)
    (poster,) = await house.office.codes.issue_all([stored.Wanted(target="menu", unit="phuong-1")], by="shell")
    await scanned(house, poster.serial, 12)
    await scanned(house, poster.serial, 5, day=TODAY.replace(day=20), channel="telegram")
    await made(house, n=3, unit="phuong-1", group="7", campaign=f"Tết {width}")

    for name, path in {
        "codes-list": "",
        "codes-list-narrowed": f"?campaign=Tết {width}&state=silent",
        "codes-one": f"/ma/{poster.code}?q=nghỉ",
        "codes-one-household": f"/ma/{codes[0].code}",
        "codes-scans": "/luot-quet",
    }.items():
        await page.goto(address + ROOM + path)
        await readable(page, name)

    await page.goto(f"{address}{ROOM}/phieu?unit=phuong-1&group=5&campaign=Tết {width}")
    await page.get_by_role("checkbox").first.check()
    await page.locator(".remark").nth(1).fill("vắng nhà")
    await page.get_by_role("button", name="Ghi nhận").click()
    await expect(page.get_by_text("2 thẻ, đã đưa 1.")).to_be_visible()
    await readable(page, "codes-round")

    await page.goto(f"{address}{ROOM}/bang")
    await page.get_by_label("Mã trên bảng").fill(poster.code)
    await page.get_by_label("Treo ở đâu").fill(f"Nhà văn hóa {width}")
    await page.get_by_role("button", name="Ghi nhận").click()
    await expect(page.get_by_text(f"Nhà văn hóa {width}")).to_be_visible()
    await readable(page, "codes-boards")
    assert wrong == []
    await context.close()
