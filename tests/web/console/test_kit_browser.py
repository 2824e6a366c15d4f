"""The posting kit in a real Chromium on a small phone: 37 groups, at most three taps each, and a connection that breaks."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from bot.app import House
from tests import browser
from tests.web.console.groups import UNITS, deeds, filled, sent
from tests.web.console.rig import joined
from tests.web.eyes import readable

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(browser.find() is None, reason=browser.WHY_NONE),
]
GROUPS = 37
STUBS = """
    window.copied = []; window.shared = []; window.taps = 0; window.jumps = [];
    Object.defineProperty(navigator, "clipboard", { value: { writeText: async (text) => void window.copied.push(text) } });
    navigator.canShare = (what) => Boolean(what.files ? what.files.length : what.url);
    navigator.share = async (what) => void window.shared.push({ url: what.url, files: (what.files ?? []).map((f) => f.type) });
    addEventListener("click", (event) => { if (event.isTrusted) window.taps += 1; }, true);
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bulletin(house: House) -> int:
    """On its way to 37 groups of four units, with a picture."""
    names = []
    for number, unit in enumerate(UNITS):
        names.append(f"nhom-{unit}")
        titles = [f"Khóm {n}, {unit}" for n in range(number, GROUPS, len(UNITS))]
        await filled(house, names[-1], unit, titles)
    return await sent(house, *names, picture=True)


@pytest_asyncio.fixture(loop_scope="module")
async def phone(chromium: Browser) -> AsyncIterator[BrowserContext]:
    """A small one."""
    context = await chromium.new_context(viewport={"width": 360, "height": 740}, locale="vi-VN", has_touch=True)
    yield context
    await context.close()


async def at_the_kit(phone: BrowserContext, house: House, name: str, address: str, bulletin: int) -> Page:
    page = await phone.new_page()
    await joined(page, house, name, address)
    await page.add_init_script(STUBS)
    await page.goto(f"{address}/can-bo/chuyen-tin/{bulletin}")
    return page


async def test_37_groups_take_at_most_three_taps_each(
    phone: BrowserContext, house: House, address: str, bulletin: int, record_property: object
) -> None:
    page = await at_the_kit(phone, house, "lan.37", address, bulletin)
    await page.wait_for_function("document.querySelector('img.picture')")
    await readable(page, "kit-begin", whole=False)
    began, counter = time.monotonic(), page.locator("[data-left]")
    for left in range(GROUPS, 0, -1):
        await expect(counter).to_have_text(f"Còn {left} / {GROUPS} nhóm")
        row = page.locator("[data-open] > li").first
        for button in ("Chép lời", "Chia sẻ ảnh", "Đã gửi vào nhóm"):
            await row.locator("button", has_text=button).tap()
        await expect(page.locator("[data-open] > li")).to_have_count(left - 1)
        if left == GROUPS // 2:
            await readable(page, "kit-middle", whole=False)
    took = time.monotonic() - began
    print(f"\n{GROUPS} groups: {took:.1f} s of script")
    assert await page.evaluate("taps") == 3 * GROUPS
    copied, shared = await page.evaluate("copied"), await page.evaluate("shared")
    assert len(copied) == 2 * GROUPS  # sharing copies the words too, to be pasted beside the picture
    assert all("mã OTP" in text and text.endswith(f"/ban-tin/{bulletin}") for text in copied)
    assert [each["files"] for each in shared] == [["image/jpeg"]] * GROUPS
    await expect(page.locator("#xong")).to_be_visible()
    await readable(page, "kit-end", whole=False)
    every = await deeds(house, "bulletin.by_hand")  # other tests post other bulletins
    done = [deed["group"] for deed in every if deed["subject"] == f"bulletin:{bulletin}"]
    assert len(done) == len(set(done)) == GROUPS
    await page.locator(".finished summary").click()
    await page.locator("[data-closed] > li").last.get_by_role("button", name="Chưa gửi").tap()
    await expect(counter).to_have_text(f"Còn 1 / {GROUPS} nhóm")
    await expect(page.locator("#xong")).to_be_hidden()


async def test_the_next_group_comes_into_view_below_the_counter(
    phone: BrowserContext, house: House, address: str
) -> None:
    await filled(house, "xem", "phuong-1", [f"Tổ {n}" for n in range(1, 9)])
    page = await at_the_kit(phone, house, "lan.xem", address, await sent(house, "xem"))
    for left in (7, 6, 5):
        await page.locator("[data-open] > li [data-copy]").first.tap()
        await page.locator("[data-open] > li [name=tick]").first.tap()
        await expect(page.locator("[data-left]")).to_have_text(f"Còn {left} / 8 nhóm")
        await expect(page.locator("[data-open] > li").first).to_be_in_viewport(ratio=1)
        await expect(page.locator(".left")).to_be_in_viewport(ratio=1)
        row, bar = [await page.locator(which).first.bounding_box() for which in ("[data-open] > li", ".left")]
        assert row
        assert bar
        assert row["y"] >= bar["y"] + bar["height"]


async def test_a_double_tap_does_not_tick_the_group_that_slides_under_the_finger(
    phone: BrowserContext, house: House, address: str
) -> None:
    await filled(house, "hai-lan", "phuong-1", [f"Tổ {n}" for n in range(1, 5)])
    bulletin = await sent(house, "hai-lan")
    page = await at_the_kit(phone, house, "lan.hai", address, bulletin)
    ticks = "[...document.querySelectorAll('[data-open] [name=tick]')].slice(0, 2).forEach((b) => b.click())"
    await page.evaluate(ticks)
    await expect(page.locator("[data-left]")).to_have_text("Còn 3 / 4 nhóm")
    done = [d["group"] for d in await deeds(house, "bulletin.by_hand") if d["subject"] == f"bulletin:{bulletin}"]
    assert done == ["hai-lan-1"]


async def test_a_tick_that_is_lost_says_so_and_is_made_again(
    phone: BrowserContext, house: House, address: str
) -> None:
    await filled(house, "mat-mang", "phuong-1", ["Tổ 1", "Tổ 2", "Tổ 3"])
    bulletin = await sent(house, "mat-mang")
    page = await at_the_kit(phone, house, "lan.mang", address, bulletin)
    await phone.set_offline(True)
    rows = page.locator("[data-open] > li")
    for row in (rows.nth(0), rows.nth(1)):
        await row.locator("[data-copy]").tap()
        await row.locator("[name=tick]").tap()
        await expect(row.get_by_role("alert")).to_be_visible()
    await expect(rows.nth(0).get_by_role("alert")).to_contain_text("Mất mạng, chưa ghi được")
    await expect(page.locator("[data-failed]")).to_have_text("2 nhóm chưa ghi được")
    await expect(page.locator("[data-left]")).to_have_text("Còn 3 / 3 nhóm")
    await readable(page, "kit-offline", whole=False)
    await phone.set_offline(False)  # the page notices by itself
    await expect(page.locator("[data-left]")).to_have_text("Còn 1 / 3 nhóm")
    await expect(page.locator("[data-failed]")).to_be_hidden()
    assert len([d for d in await deeds(house, "bulletin.by_hand") if d["subject"] == f"bulletin:{bulletin}"]) == 2


async def test_whoever_is_signed_out_meanwhile_is_told(phone: BrowserContext, house: House, address: str) -> None:
    await filled(house, "het-phien", "phuong-1", ["Tổ 1"])
    page = await at_the_kit(phone, house, "lan.phien", address, await sent(house, "het-phien"))
    await phone.clear_cookies()
    await page.locator("[name=tick]").tap()
    await expect(page.locator("[data-open] [role=alert]")).to_contain_text("Phiên làm việc đã hết")


async def test_where_the_phone_can_do_less_the_page_still_helps(
    chromium: Browser, house: House, address: str
) -> None:
    await filled(house, "may-cu", "phuong-1", ["Tổ 1"])
    bulletin = await sent(house, "may-cu")
    context = await chromium.new_context(viewport={"width": 1280, "height": 800}, locale="vi-VN")
    page = await context.new_page()
    await joined(page, house, "lan.cu", address)
    await page.add_init_script(
        """window.copied = []; delete Navigator.prototype.share;
        Object.defineProperty(navigator, "clipboard", { value: { writeText: async (t) => {
            if (window.forbidden) throw new Error("no"); window.copied.push(t); } } });"""
    )
    await page.goto(f"{address}/can-bo/chuyen-tin/{bulletin}")
    await readable(page, "kit-desk")
    await page.locator("[data-share]").click()
    await expect(page.locator("[data-share]")).to_have_text("Đã chép đường dẫn")
    assert await page.evaluate("copied") == [f"{house.public_url}/ban-tin/{bulletin}"]
    await page.evaluate("window.forbidden = true")
    await page.locator("[data-copy]").click()
    await expect(page.get_by_role("alert").filter(visible=True)).to_contain_text("Máy không cho chép")
    assert "mã OTP" in await page.evaluate("getSelection().toString() || document.activeElement.value")
    await context.close()


async def test_without_script_the_text_can_be_marked_and_a_tick_is_a_form(
    chromium: Browser, house: House, address: str
) -> None:
    await filled(house, "khong-script", "phuong-1", ["Tổ 1", "Tổ 2"])
    bulletin = await sent(house, "khong-script", picture=True)
    context = await chromium.new_context(
        viewport={"width": 360, "height": 740}, locale="vi-VN", java_script_enabled=False
    )
    page = await context.new_page()
    await joined(page, house, "lan.plain", address)
    await page.goto(f"{address}/can-bo/chuyen-tin/{bulletin}")
    await expect(page.get_by_label("Lời để chép")).to_contain_text("mã OTP")
    await expect(page.get_by_role("button", name="Chép lời")).to_be_hidden()
    await page.get_by_role("button", name="Đã gửi vào nhóm Tổ 1").click()
    await expect(page.locator(".left")).to_contain_text("Còn 1 / 2 nhóm")
    await page.locator(".finished summary").click()
    await page.get_by_role("button", name="Chưa gửi vào nhóm Tổ 1").click()
    await expect(page.locator(".left")).to_contain_text("Còn 2 / 2 nhóm")
    await context.close()
