"""The page behind a printed code, on the real house: light, whole without script, counted, and helpful when wrong."""

from __future__ import annotations

import datetime as dt
import gzip
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.app import House, house_of
from bot.channels.telegram.incoming import Me
from bot.office.codes import Issued, today
from bot.settings import Settings
from bot.storage.audit import SHELL
from bot.storage.codes import Wanted
from bot.understanding import Understanding
from bot.web.server import application
from content.pack import Pack
from tests import databases
from tests.channels.serving import until
from tests.conftest import KEY
from tests.web.fake import serving

PHONE = "Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36"
TARGETS = [
    "menu", "procedure:dang-ky-khai-sinh", "procedure:lien-thong-khai-sinh-thuong-tru-bhyt", "hotline:phuong-1",
    "hotline:113", "homestay:list", "homestay:pink-house", "initiative:hoi-quan", "bulletins:phuong-1",
    "/thu-tuc", "/duong-day-nong", "/mo-hinh", "/ban-tin", "/so-lieu",
]  # fmt: skip


@pytest.fixture
async def house(tmp_path: Path, pack: Pack, understanding: Understanding) -> AsyncIterator[House]:
    settings = Settings(
        database_url=databases.sqlite(tmp_path / "t.db"), secret_key=KEY, public_url="https://sadec.example"
    )
    async with house_of(settings, pack, understanding) as opened:
        yield opened


@pytest.fixture
async def client(house: House) -> AsyncIterator[aiohttp.ClientSession]:
    async with (
        serving(application(house)) as address,
        aiohttp.ClientSession(
            address, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, headers={"User-Agent": PHONE}
        ) as session,
    ):
        yield session


async def issue(house: House, target: str = "procedure:dang-ky-khai-sinh", **more: object) -> Issued:
    return await house.codes.issue(Wanted(target=target, **more), by=SHELL)  # type: ignore[arg-type]


async def got(
    client: aiohttp.ClientSession, path: str, *, method: str = "GET", **headers: str
) -> tuple[int, str, int]:
    """Status, page and bytes on the line."""
    async with client.request(method, path, headers=headers, allow_redirects=False) as response:
        body = await response.read()
        packed = response.headers.get("Content-Encoding") == "gzip"
        return response.status, (gzip.decompress(body) if packed else body).decode(), len(body)


async def scans(house: House) -> int:
    await house.scans.flush()
    return sum(row.n for row in await house.codes.scanned())


@pytest.mark.parametrize("target", TARGETS)
async def test_a_code_opens_its_answer_in_one_light_page(
    house: House, client: aiohttp.ClientSession, target: str
) -> None:
    issued = await issue(house, target, unit="phuong-1")
    status, page, size = await got(client, f"/q/{issued.code}", **{"Accept-Encoding": "gzip"})
    assert status == 200
    assert size <= 14 * 1024  # HTML and CSS: the style stands in the page
    assert len(page.encode()) < 50 * 1000
    assert '<link rel="stylesheet"' not in page
    assert "woff2" not in page
    assert re.search(r"<h1>[^<]{3,}</h1>", page)
    assert f"{issued.code[:3]}-{issued.code[3:6]}-{issued.code[6:]}" in page
    assert "sadec.example" in page


async def test_any_case_and_spelling_opens_it_and_nothing_is_redirected(
    house: House, client: aiohttp.ClientSession
) -> None:
    code = (await issue(house)).code
    for path in (f"/q/{code}", f"/Q/{code}", f"/q/{code.lower()}", f"/q/{code[:3]}-{code[3:6]}-{code[6:]}"):
        status, page, _ = await got(client, path)
        assert (status, "Đăng ký khai sinh" in page) == (200, True), path


async def test_the_page_says_what_the_public_page_says(house: House, client: aiohttp.ClientSession) -> None:
    code = (await issue(house)).code
    _, page, _ = await got(client, f"/q/{code}")
    reply = await house.page("dang-ky-khai-sinh", "vi")
    assert reply is not None
    for section in reply.sections:
        assert section.heading is None or section.heading in page
    assert "Nguồn:" in page


async def test_english_is_one_tap_away_and_counts_no_second_scan(house: House, client: aiohttp.ClientSession) -> None:
    code = (await issue(house)).code
    _, page, _ = await got(client, f"/q/{code}")
    assert f'href="/q/{code}?lang=en"' in page
    _, english, _ = await got(client, f"/q/{code}?lang=en")
    assert "Is this page real?" in english
    assert await scans(house) == 1


async def test_a_code_aimed_anew_opens_the_new_page(
    house: House, client: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.office.scans.FRESH", 0.0)  # as if the second were over
    code = (await issue(house)).code
    await got(client, f"/q/{code}")
    await house.codes.retarget(code, "hotline:113", by=SHELL)
    _, page, _ = await got(client, f"/q/{code}")
    assert 'href="tel:113"' in page
    assert "Đăng ký khai sinh" not in page


@pytest.mark.parametrize(
    ("method", "headers", "counted"),
    [
        ("GET", {}, 1),
        ("GET", {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Zalo iOS/550"}, 1),
        ("GET", {"User-Agent": "curl/8.5"}, 1),
        ("HEAD", {}, 0),
        ("GET", {"User-Agent": "TelegramBot (like TwitterBot)"}, 0),
        ("GET", {"User-Agent": "facebookexternalhit/1.1"}, 0),
        ("GET", {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}, 0),
        ("GET", {"User-Agent": "WhatsApp/2.23"}, 0),
        ("GET", {"Sec-Purpose": "prefetch;prerender"}, 0),
    ],
    ids=["cubot", "zalo", "curl", "head", "telegram", "facebook", "google", "whatsapp", "prefetch"],
)
async def test_people_are_counted_machines_are_not(
    house: House, client: aiohttp.ClientSession, method: str, headers: dict[str, str], counted: int
) -> None:
    code = (await issue(house)).code
    status, _, _ = await got(client, f"/q/{code}", method=method, **headers)
    assert status == 200
    assert await scans(house) == counted


async def test_scans_are_written_within_a_second_by_themselves(house: House, client: aiohttp.ClientSession) -> None:
    code = (await issue(house)).code
    for _ in range(5):
        await got(client, f"/q/{code}")
    await until(house.codes.scanned)
    assert [(row.channel, row.n) for row in await house.codes.scanned()] == [("web", 5)]


async def test_a_mistyped_code_says_so_and_offers_the_box(house: House, client: aiohttp.ClientSession) -> None:
    code = (await issue(house)).code
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    for typed in (wrong, code[:-1], code + "X", "!", "%00", "x" * 500, "%3Cscript%3E"):
        status, page, _ = await got(client, f"/q/{typed}")
        assert (status, "Mã này gõ sai một chữ" in page) == (404, True), typed
        assert 'name="ma"' in page
        assert "<script>" not in page


async def test_a_code_never_made_warns_of_a_fake(client: aiohttp.ClientSession) -> None:
    status, page, _ = await got(client, "/q/000000000")
    assert status == 404
    assert "không phải của Sa Đéc" in page
    assert "đừng chuyển tiền" in page


async def test_codes_that_open_nothing_help_on(house: House, client: aiohttp.ClientSession) -> None:
    day = dt.timedelta(days=1)
    early = await issue(house, valid_from=today() + day)
    expired = await issue(house, valid_until=today() - day)
    revoked = await issue(house)
    await house.codes.revoke([revoked.code], by=SHELL)
    for issued, status, words in (
        (early, 404, f"Mã này dùng từ ngày {today() + day:%d/%m/%Y}"),
        (expired, 410, f"Mã này đã hết hạn ngày {today() - day:%d/%m/%Y}"),
        (revoked, 410, "Mã này đã thôi dùng"),
    ):
        said, page, _ = await got(client, f"/q/{issued.code}")
        assert (said, words in page) == (status, True), words
        assert 'name="q"' in page
        assert ("/thu-tuc/dang-ky-khai-sinh" in page) is (issued is expired)
    assert await scans(house) == 0


async def test_the_call_button_says_who_stands_for_the_number(house: House, client: aiohttp.ClientSession) -> None:
    code = (await issue(house, unit="phuong-1")).code
    _, page, _ = await got(client, f"/q/{code}")
    assert 'href="tel:1022"' in page
    assert "chưa được phường xác nhận" in page


async def test_the_verify_page_tells_real_from_fake(house: House, client: aiohttp.ClientSession) -> None:
    issued = await issue(house, unit="phuong-1", valid_until=today())
    gone = await issue(house)
    await house.codes.revoke([gone.code], by=SHELL)
    for typed, words in (
        (issued.code.lower(), "Mã thật, do Phường 1 phát hành ngày"),
        (issued.short, "Mã này mở trang: Đăng ký khai sinh"),
        (issued.link, f"Dùng đến hết ngày {today():%d/%m/%Y}"),
        (gone.code, "Mã này đã thôi dùng"),
        ("000000000", "Mã này không phải của Sa Đéc"),
        ("abc", "Mã này gõ sai một chữ"),
        (f"https://sadec.example.xau.example/q/{issued.code}", "Địa chỉ này không phải của chúng tôi"),
        (f"https://xau.example/sadec.example/q/{issued.code}", "Địa chỉ này không phải của chúng tôi"),
        (f"https://sadec.example@xau.example/q/{issued.code}", "Địa chỉ này không phải của chúng tôi"),
        ("sadec-example.com", "Địa chỉ này không phải của chúng tôi"),
        ("https://sadec.example/thu-tuc", "Địa chỉ này là của chúng tôi"),
        ("", "Gõ mã trên tờ giấy"),
        ("https://[", "Địa chỉ này không phải của chúng tôi"),
    ):
        async with client.get("/kiem-tra", params={"ma": typed}) as response:
            body = await response.read()
            page = gzip.decompress(body).decode() if response.headers.get("Content-Encoding") else body.decode()
        assert (response.status, words in page) == (200, True), typed
    assert await scans(house) == 0


async def test_neither_reference_nor_label_leaves_the_ward(house: House, client: aiohttp.ClientSession) -> None:
    issued = await issue(house, unit="phuong-1", ref="HO-0042", label="Nguyễn Văn Thử", group="Tổ 7")
    for path in (f"/q/{issued.code}", f"/kiem-tra?ma={issued.code}"):
        _, page, _ = await got(client, path)
        for secret in ("HO-0042", "Nguyễn Văn Thử", "Tổ 7"):
            assert secret not in page


async def test_the_style_is_allowed_by_its_hash_alone(house: House, client: aiohttp.ClientSession) -> None:
    code = (await issue(house)).code
    async with client.get(f"/q/{code}") as response:
        policy = response.headers["Content-Security-Policy"]
    assert "'unsafe-inline'" not in policy
    assert re.search(r"style-src 'self' 'sha256-[A-Za-z0-9+/]{43}='", policy)


async def test_a_code_that_is_missing_leads_to_the_box(client: aiohttp.ClientSession) -> None:
    async with client.get("/q/", allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (303, "/kiem-tra")


async def test_zalo_and_telegram_are_offered_where_they_are_set_up(
    tmp_path: Path, pack: Pack, understanding: Understanding
) -> None:
    settings = Settings(
        database_url=databases.sqlite(tmp_path / "t.db"), secret_key=KEY, public_url="https://sadec.example",
        zalo_oa_id="1234567890", zalo_oa_app_id="1", zalo_oa_app_secret="s", zalo_oa_secret_key="k",
        telegram_bot_token="1:a", telegram_mode="polling",
    )  # fmt: skip
    async with house_of(settings, pack, understanding) as house, serving(application(house)) as address:
        code = (await issue(house)).code
        async with aiohttp.ClientSession(address) as session:
            async with session.get(f"/q/{code}") as response:
                page = await response.text()
            assert 'href="https://zalo.me/1234567890"' in page
            assert f"gửi mã {code[:3]}-{code[3:6]}-{code[6:]}" in page  # Zalo's links carry nothing
            assert "t.me" not in page  # nobody knows the bot's name before it is connected
        telegram = house.engine.channels["telegram"]
        telegram._me = Me(1, "sadec_bot")  # type: ignore[attr-defined]
        assert house.landing.doors(f"q-{code}")["telegram"] == f"https://t.me/sadec_bot?start=q-{code}"
