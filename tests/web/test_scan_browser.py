"""The pages behind printed codes in a real Chromium: readable by everyone, whole without script, and fast."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, expect

from bot.app import House, house_of
from bot.settings import Settings
from bot.storage.audit import SHELL
from bot.storage.codes import Wanted
from bot.understanding import Understanding
from bot.web.server import application
from content.pack import Pack
from tests import browser, databases
from tests.conftest import KEY
from tests.web.eyes import readable
from tests.web.fake import serving
from tests.web.test_browser import WIDTHS

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(browser.find() is None, reason=browser.WHY_NONE),
]
TARGETS = {
    "scan-procedure": "procedure:dang-ky-khai-sinh",
    "scan-hotline": "hotline:phuong-1",
    "scan-homestays": "homestay:list",
    "scan-menu": "menu",
}
WRONG = {
    "scan-mistyped": "/q/24NME9NZ5",
    "scan-unknown": "/q/000000000",
    "scan-revoked": "/q/{revoked}",
    "verify": "/kiem-tra?ma={scan-procedure}",
    "verify-fake": "/kiem-tra?ma=https%3A%2F%2Fxau.example%2Fq%2F1",
}
Street = tuple[str, dict[str, str]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def street(
    tmp_path_factory: pytest.TempPathFactory, pack: Pack, understanding: Understanding
) -> AsyncIterator[Street]:
    """The real house, served, and a code for each target."""
    file = tmp_path_factory.mktemp("scan") / "web.db"
    settings = Settings(
        database_url=databases.sqlite(file), secret_key=KEY, public_url="https://sadec.example",
        zalo_oa_id="1234567890", zalo_oa_app_id="1", zalo_oa_app_secret="s", zalo_oa_secret_key="k",
    )  # fmt: skip
    async with house_of(settings, pack, understanding) as house, serving(application(house)) as address:
        yield (
            address,
            {name: await _code(house, target) for name, target in TARGETS.items()}
            | {"revoked": await _revoked(house)},
        )


async def _code(house: House, target: str) -> str:
    return (await house.codes.issue(Wanted(target=target, unit="phuong-1"), by=SHELL)).code


async def _revoked(house: House) -> str:
    code = await _code(house, "menu")
    await house.codes.revoke([code], by=SHELL)
    return code


@pytest_asyncio.fixture(loop_scope="module", params=WIDTHS, ids=lambda width: f"{width}px")
async def context(request: pytest.FixtureRequest, chromium: Browser) -> AsyncIterator[BrowserContext]:
    context = await chromium.new_context(viewport={"width": request.param, "height": 780}, locale="vi-VN")
    yield context
    await context.close()


@pytest.mark.parametrize("name", [*TARGETS, *WRONG])
async def test_a_page_is_readable_by_everyone(context: BrowserContext, street: Street, name: str) -> None:
    address, codes = street
    page = await context.new_page()
    strays: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: None if request.url.startswith(address) else strays.append(request.url))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    await page.goto(address + WRONG.get(name, f"/q/{codes.get(name)}").format(**codes))
    assert strays == []
    assert faults == []
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 253, 248)"
    await readable(page, name)


async def test_without_script_the_page_is_whole(chromium: Browser, street: Street) -> None:
    address, codes = street
    context = await chromium.new_context(java_script_enabled=False, locale="vi-VN")
    page = await context.new_page()
    await page.goto(f"{address}/q/{codes['scan-procedure']}")
    await expect(page.locator("h1")).to_have_text("Đăng ký khai sinh")
    await expect(page.get_by_role("link", name="Mở Zalo")).to_be_visible()
    await expect(page.get_by_role("link", name="Gọi 1022")).to_be_visible()
    await page.get_by_role("link", name="English").click()
    await expect(page.get_by_role("heading", name="Is this page real?")).to_be_visible()
    await page.get_by_role("link", name="Check this code").click()
    await expect(page.get_by_role("status")).to_contain_text("Real: issued by")
    await context.close()


async def test_a_whole_visit_takes_less_than_50_kb_without_script(chromium: Browser, street: Street) -> None:
    address, codes = street
    context = await chromium.new_context(locale="vi-VN")
    page = await context.new_page()
    sizes: dict[str, int] = {}
    page.on("response", lambda response: sizes.setdefault(response.url, 0))
    cdp = await context.new_cdp_session(page)
    await cdp.send("Network.enable")
    urls: dict[str, str] = {}
    cdp.on("Network.responseReceived", lambda event: urls.setdefault(event["requestId"], event["response"]["url"]))
    cdp.on(
        "Network.loadingFinished",
        lambda event: sizes.update({urls.get(event["requestId"], ""): int(event["encodedDataLength"])}),
    )
    await page.goto(f"{address}/q/{codes['scan-procedure']}", wait_until="networkidle")
    without_script = sum(size for url, size in sizes.items() if not url.endswith(".js"))
    assert 3_000 < without_script < 50_000, sizes
    await context.close()


async def test_the_answer_is_read_aloud_where_the_phone_has_a_voice(chromium: Browser, street: Street) -> None:
    address, codes = street
    context = await chromium.new_context(locale="vi-VN")
    await context.add_init_script(
        "speechSynthesis.getVoices = () => [{lang: 'vi-VN'}];"
        "window.SpeechSynthesisUtterance = function (text) { this.text = text };"
        "speechSynthesis.speak = (speech) => { window.spoken = speech.text };"
    )
    page = await context.new_page()
    await page.goto(f"{address}/q/{codes['scan-procedure']}")
    await page.get_by_role("button", name="Đọc cho tôi nghe").click()
    assert "Đăng ký khai sinh" in await page.evaluate("window.spoken")
    await context.close()
