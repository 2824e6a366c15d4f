"""The pages in a real Chromium, at the width of a small phone and of a desk: seen, used, read aloud and printed."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Browser, BrowserContext, Page, expect

from bot.app import House, house_of
from bot.settings import Settings
from bot.storage import statistics
from bot.understanding import Understanding
from bot.web.server import application
from content.pack import Pack
from tests import browser, databases
from tests.conftest import KEY
from tests.publishing import NOW, a_bulletin, a_list
from tests.web.eyes import readable
from tests.web.fake import serving

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(browser.find() is None, reason=browser.WHY_NONE),
]
WIDTHS = (360, 1280)
PAGES = {
    "home": "/",
    "answer": "/?q=lam+khai+sanh+cho+con+can+giay+gi",
    "danger": "/?q=chay+nha+roi",
    "own-case": "/?press=dang-ky-khai-sinh~",
    "procedures": "/thu-tuc",
    "procedure": "/thu-tuc/dang-ky-khai-sinh",
    "hotlines": "/duong-day-nong",
    "hotline": "/duong-day-nong/phuong-1",
    "places": "/luu-tru",
    "homestay": "/luu-tru/pink-house",
    "initiatives": "/mo-hinh",
    "initiative": "/mo-hinh/hoi-quan",
    "bulletins": "/ban-tin",
    "bulletin": "/ban-tin/1",
    "bulletin-recalled": "/ban-tin/2",
    "numbers": "/so-lieu",
    "missing": "/thu-tuc/khong-co",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def address(
    tmp_path_factory: pytest.TempPathFactory, pack: Pack, understanding: Understanding
) -> AsyncIterator[str]:
    """The real house of Sa Đéc, served."""
    file = tmp_path_factory.mktemp("browser") / "web.db"
    settings = Settings(database_url=databases.sqlite(file), secret_key=KEY)
    async with house_of(settings, pack, understanding) as opened, serving(application(opened)) as address:
        await published(opened)
        yield address


async def published(house: House) -> None:
    """Some bulletins, one with a picture, one taken back; and a few weeks of questions."""
    out = io.BytesIO()
    Image.new("RGB", (800, 500), "#1f6f4a").save(out, "JPEG")
    text = "Có người tự xưng là công an gọi điện.\n\nĐừng chuyển tiền. Đừng đọc mã OTP.\nXem https://ca.example/tin."
    async with house.database.unit_of_work() as session:
        one, two = await a_list(session, "p1"), await a_list(session, "p2", "phuong-2", "giao-thong")
        title = "Cảnh báo giả danh công an gọi điện yêu cầu chuyển tiền"
        link = {"link": "https://ca.example/tin", "film": "https://ca.example/phim"}
        await a_bulletin(session, title, text, lists=[one], picture=out.getvalue(), **link)
        wrong = await a_bulletin(session, "Cấm đường từ 6 giờ", lists=[two], state="recalled")
        await a_bulletin(session, "Đính chính: cấm đường từ 7 giờ", lists=[two], corrects=wrong)
        for number in range(25):
            await a_bulletin(session, f"Tin số {number}", lists=[one], at=NOW - dt.timedelta(days=number))
        for number in range(300):
            day = dt.datetime.now(dt.UTC) - dt.timedelta(days=number % 60)
            statistics.asked(session, kind=("procedure", "hotline", "handover")[number % 3], channel="web", now=day)


@pytest_asyncio.fixture(loop_scope="module", params=WIDTHS, ids=lambda width: f"{width}px")
async def context(request: pytest.FixtureRequest, chromium: Browser) -> AsyncIterator[BrowserContext]:
    """A visitor's browser that speaks Vietnamese and may reach this machine only."""
    context = await chromium.new_context(viewport={"width": request.param, "height": 780}, locale="vi-VN")
    yield context
    await context.close()


async def visit(context: BrowserContext, address: str, path: str) -> tuple[Page, list[str]]:
    """A page, open, and every request that it made to elsewhere."""
    page = await context.new_page()
    strays: list[str] = []
    page.on("request", lambda request: None if request.url.startswith(address) else strays.append(request.url))
    await page.goto(address + path)
    return page, strays


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
async def test_a_page_is_readable_by_everyone(
    context: BrowserContext, address: str, path: str, request: pytest.FixtureRequest
) -> None:
    page, strays = await visit(context, address, path)
    assert strays == []
    await page.evaluate("document.fonts.ready")
    assert await page.evaluate("document.fonts.check('18px \"Be Vietnam Pro\"')")
    name = next(name for name, at in PAGES.items() if at == path)
    await readable(page, name, whole=name not in {"home", "answer"})


async def test_a_resident_asks_by_keyboard_alone(context: BrowserContext, address: str) -> None:
    page, strays = await visit(context, address, "/")
    box = page.locator("textarea")
    await box.focus()
    await page.keyboard.type("mat can cuoc lam lai o dau")
    await page.keyboard.press("Enter")
    answer = page.locator(".answer").last
    await expect(answer).to_contain_text("Cấp đổi, cấp lại thẻ căn cước")
    await expect(answer).to_contain_text("Nguồn:")
    await expect(box).to_have_value("")
    await answer.get_by_role("button", name="Lệ phí").press("Enter")
    await expect(page.locator(".question").last).to_contain_text("Lệ phí")
    await expect(page.locator(".answer").last.locator("h3").first).to_have_text("Lệ phí")
    await box.fill("con may ngay thi co")
    await box.press("Enter")
    await expect(page.locator(".answer").last.locator("h3").first).to_have_text("Bao lâu")
    assert strays == []


async def test_what_a_resident_types_stays_text(context: BrowserContext, address: str) -> None:
    page, _ = await visit(context, address, "/")
    await page.locator("textarea").fill("<img src=x onerror=\"document.title='broken'\">{{7*7}}")
    await page.locator("textarea").press("Enter")
    await expect(page.locator(".answer:not(.note)").last).to_be_visible()
    await expect(page.locator(".question").last).to_contain_text("<img src=x")
    assert await page.locator("img[src=x]").count() == 0
    assert "broken" not in await page.title()


async def test_the_chat_answers_without_script(chromium: Browser, address: str) -> None:
    context = await chromium.new_context(java_script_enabled=False, locale="vi-VN")
    page, _ = await visit(context, address, "/")
    await page.locator("textarea").fill("số công an phường 1")
    await page.get_by_role("button", name="Hỏi", exact=True).click()
    await expect(page.locator(".answer")).to_contain_text("chưa được cán bộ xác nhận")
    await expect(page.locator('a[href="tel:113"]')).to_be_visible()
    await context.close()


async def test_the_line_is_cut_and_the_question_is_kept(context: BrowserContext, address: str) -> None:
    page, _ = await visit(context, address, "/")
    await context.set_offline(True)
    await page.locator("textarea").fill("làm khai sinh cần gì")
    await page.locator("textarea").press("Enter")
    await expect(page.locator(".answer.note").last).to_contain_text("Mạng bị ngắt")
    await expect(page.locator("textarea")).to_have_value("làm khai sinh cần gì")


async def test_paper_shows_the_answer_and_its_square_only(chromium: Browser, address: str) -> None:
    context = await chromium.new_context(locale="vi-VN")
    page, _ = await visit(context, address, "/thu-tuc/dang-ky-khai-sinh")
    await page.emulate_media(media="print")
    await expect(page.locator("footer nav")).to_be_hidden()
    await expect(page.locator("main h1")).to_be_visible()
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") in (
        "rgb(255, 255, 255)",
        "rgba(0, 0, 0, 0)",
    )
    assert (await page.pdf()).startswith(b"%PDF")
    await context.close()
