"""The console in a real Chromium, on a small phone and on a desk, without script and with."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from bot.app import House
from tests import browser
from tests.web.console.rig import invited, joined
from tests.web.eyes import readable

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(browser.find() is None, reason=browser.WHY_NONE),
]
WIDTHS = (360, 1280)
INSIDE = {
    "console-home": "/can-bo",
    "console-account": "/can-bo/toi",
    "console-password": "/can-bo/toi/mat-khau",
    "console-officers": "/can-bo/can-bo",
    "console-records": "/can-bo/nhat-ky",
    "console-channels": "/can-bo/kenh",
}


@pytest.mark.parametrize("width", WIDTHS)
async def test_an_officer_joins_without_script_and_every_page_is_readable(
    chromium: Browser, house: House, address: str, width: int
) -> None:
    plain = await chromium.new_context(
        viewport={"width": width, "height": 780}, locale="vi-VN", java_script_enabled=False
    )
    page = await plain.new_page()
    await joined(page, house, f"thu.{width}", address)
    context = await chromium.new_context(
        viewport={"width": width, "height": 780}, locale="vi-VN", storage_state=await plain.storage_state()
    )
    await plain.close()
    page = await context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    for name, path in INSIDE.items():
        await page.goto(address + path)
        await readable(page, name)
    await page.get_by_role("button", name="Ra", exact=True).click()
    await expect(page.locator("h1")).to_have_text("Vào trang cán bộ")
    await readable(page, "console-enter")
    await page.locator("#short").fill(f"thu.{width}")
    await page.get_by_role("button", name="Gửi mã cho tôi").click()
    await readable(page, "console-code")
    path = await invited(house, f"khac.{width}")
    await page.goto(address + path)
    await readable(page, "console-invitation")
    await page.get_by_role("button", name="Nối điện thoại").click()
    await readable(page, "console-bind")
    assert wrong == []
    await context.close()


async def test_a_browser_names_our_own_page_as_the_origin_of_its_forms(
    chromium: Browser, house: House, address: str
) -> None:
    """With a policy of no referrer at all a browser would send `Origin: null`, and every form were refused."""
    context = await chromium.new_context(locale="vi-VN")
    page = await context.new_page()
    await joined(page, house, "nguon.goc", address)
    await page.goto(address + "/can-bo/can-bo")
    async with page.expect_request(lambda request: request.method == "POST") as sent:
        await page.get_by_label("Tên gọi tắt").fill("lan")
        await page.get_by_label("Soạn bản tin").check()
        await page.get_by_label("Phường 1", exact=True).check()
        await page.get_by_role("button", name="Mời", exact=True).click()
    assert (await (await sent.value).all_headers())["origin"] == address
    await expect(page.locator(".note.good h2")).to_have_text("Lời mời cho lan")
    await context.close()
