"""The public pages: what each address answers, in which language, with which headers."""

from __future__ import annotations

import re

import aiohttp
import pytest

from bot.app import House
from bot.web.paths import path_of
from bot.web.server import application
from tests.web.fake import FakeHouse, served, serving

PAGES = {
    "the chat": ("/", "Bà con cần hỏi gì?"),
    "procedures": ("/thu-tuc", "Đăng ký khai sinh"),
    "one procedure": ("/thu-tuc/dang-ky-khai-sinh", "Nguồn: Cổng Dịch vụ công quốc gia"),
    "an id in capitals": ("/thu-tuc/Dang-Ky-Khai-Sinh", "Nguồn: Cổng Dịch vụ công quốc gia"),
    "hotlines": ("/duong-day-nong", 'href="tel:113"'),
    "an emergency number": ("/duong-day-nong/113", 'href="tel:113"'),
    "a number of four digits": ("/duong-day-nong/1022", 'href="tel:1022"'),
    "an old unit": ("/duong-day-nong/phuong-1", "Phường 1"),
    "places": ("/luu-tru", "Nhà Lá"),
    "a homestay": ("/luu-tru/nha-la", "Nhà Lá"),
    "a sight by its bare id": ("/luu-tru/chua-ong", "Chùa Ông"),
    "the list of homestays": ("/luu-tru/list", "Chỗ ngủ"),
    "initiatives": ("/mo-hinh", "Hội quán"),
    "one initiative": ("/mo-hinh/hoi-quan", "Mô hình Hội quán"),
    "bulletins": ("/ban-tin", "Đã rút lại"),
    "one bulletin": ("/ban-tin/2", "Tin chính thức của Phường 1"),
    "one taken back": ("/ban-tin/1", "đã được rút lại"),
    "open figures": ("/so-lieu", "<b>92%</b>"),
}


@pytest.mark.parametrize(("path", "words"), PAGES.values(), ids=PAGES.keys())
async def test_a_page_says_what_it_is_about(client: aiohttp.ClientSession, path: str, words: str) -> None:
    async with client.get(path) as response:
        html = await response.text()
    assert response.status == 200
    assert words in html
    assert html.count("<main") == 1
    assert html.count("<h1") == 1
    assert '<html lang="vi"' in html
    assert 'property="og:title"' in html
    assert "<svg" in html or path == "/"  # the square for paper


MISSING = [
    "/thu-tuc/khong-co",
    "/duong-day-nong/phuong-99",
    "/luu-tru/x",
    "/mo-hinh/%00",
    "/khong-co",
    "/thu-tuc/a/b",
    "/thu-tuc/" + "a" * 3000,
]


@pytest.mark.parametrize("path", MISSING)
async def test_an_unknown_address_says_what_to_do_next(client: aiohttp.ClientSession, path: str) -> None:
    async with client.get(path) as response:
        html = await response.text()
    assert response.status == 404
    assert "Không có trang này" in html
    assert 'action="/"' in html  # ask instead
    assert 'name="robots" content="noindex"' in html


MOVED = {
    "/thu-tuc/": "/thu-tuc",
    "/thu-tuc/dang-ky-khai-sinh/": "/thu-tuc/dang-ky-khai-sinh",
    "/thu-tuc/hoi-quan": "/mo-hinh/hoi-quan",
    "/thu-tuc/hotline:113": "/duong-day-nong/113",
    "/mo-hinh/club:bonsai": "/mo-hinh/hoi-quan",
    "//evil.example/": "/evil.example",
}


@pytest.mark.parametrize(("path", "to"), MOVED.items())
async def test_a_known_item_is_found_by_a_wrong_address(address: str, path: str, to: str) -> None:
    async with aiohttp.ClientSession() as client, client.get(address + path, allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (301, to)


async def test_a_strange_address_makes_no_link_to_elsewhere(client: aiohttp.ClientSession, address: str) -> None:
    async with client.get(f"{address}//evil.example/%22%3E%3Cb%3E") as response:
        html = await response.text()
    assert 'href="//' not in html
    assert "<b>" not in html.replace("<b>Sa Đéc</b>", "")


async def test_headers_keep_the_browser_in_the_house(client: aiohttp.ClientSession) -> None:
    for path in ("/", "/thu-tuc", "/khong-co", "/healthz", "/favicon.ico", "/thu-tuc/"):
        async with client.get(path, allow_redirects=False) as response:
            assert "default-src 'self'" in response.headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
            assert "unsafe" not in response.headers["Content-Security-Policy"]
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Referrer-Policy"] == "no-referrer"


async def test_no_page_carries_script_or_style_of_its_own(client: aiohttp.ClientSession) -> None:
    for path, _ in PAGES.values():
        async with client.get(path) as response:
            html = await response.text()
        assert re.findall(r"<script(?! src=)", html) == []
        assert re.search(r"<style|\sstyle=|\son\w+=\"", html.replace("onerror=&#34;", "")) is None
        assert re.findall(r'(?:src|href)="https?://(?!hoi\.example)[^"]*"(?! rel="noopener noreferrer")', html) == []


LANGUAGES = {
    "nothing said": ({}, "", "vi"),
    "a browser in English": ({"Accept-Language": "en-GB,en;q=0.9,vi;q=0.5"}, "", "en"),
    "a browser in Vietnamese": ({"Accept-Language": "vi-VN,vi;q=0.9,en;q=0.5"}, "", "vi"),
    "a browser in French, then English": ({"Accept-Language": "fr,en;q=0.3"}, "", "en"),
    "nonsense": ({"Accept-Language": "en;q=x, ,;;;q=1"}, "", "vi"),
    "asked for": ({"Accept-Language": "vi"}, "?lang=en", "en"),
    "asked for before": ({"Accept-Language": "vi", "Cookie": "lang=en"}, "", "en"),
    "asked for something we cannot": ({"Cookie": "lang=xx"}, "?lang=klingon", "vi"),
}


@pytest.mark.parametrize(("headers", "query", "lang"), LANGUAGES.values(), ids=LANGUAGES.keys())
async def test_the_language_of_a_page(
    client: aiohttp.ClientSession, headers: dict[str, str], query: str, lang: str
) -> None:
    async with client.get("/thu-tuc" + query, headers=headers) as response:
        assert f'<html lang="{lang}"' in await response.text()
        assert response.headers["Content-Language"] == lang


async def test_a_choice_is_kept_in_cookies(client: aiohttp.ClientSession) -> None:
    async with client.get("/thu-tuc?lang=en&size=large") as response:
        cookies = response.headers.getall("Set-Cookie")
        assert '<html lang="en" class="large">' in await response.text()
    assert [cookie.split(";")[0] for cookie in cookies] == ["lang=en", "size=large"]
    assert all("SameSite=Lax" in cookie and "HttpOnly" in cookie and "Secure" in cookie for cookie in cookies)


async def test_a_page_known_already_is_not_sent_again(client: aiohttp.ClientSession) -> None:
    async with client.get("/thu-tuc") as response:
        tag = response.headers["ETag"]
    async with client.get("/thu-tuc", headers={"If-None-Match": tag}) as response:
        assert (response.status, await response.read()) == (304, b"")
    async with client.get("/thu-tuc?lang=en", headers={"If-None-Match": tag}) as response:
        assert response.status == 200


async def test_pages_are_packed_for_slow_lines(client: aiohttp.ClientSession) -> None:
    async with client.get("/thu-tuc", headers={"Accept-Encoding": "gzip, deflate, br"}) as response:
        assert response.headers["Content-Encoding"] == "gzip"
        assert "Đăng ký khai sinh" in await response.text()


async def test_static_files_are_kept_for_a_year_by_their_hash(client: aiohttp.ClientSession) -> None:
    async with client.get("/") as response:
        links = set(re.findall(r'"(/static/[^"]+)"', await response.text()))
    assert len(links) >= 5
    for link in links:
        async with client.get(link) as response:
            assert response.status == 200
            assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    async with client.get("/static/000000000000/style.css") as response:
        assert (response.status, response.headers["Cache-Control"]) == (200, "no-cache")
    for link in ("/static/x/../server.py", "/static/x/%2e%2e/server.py", "/static/x/nothing.css"):
        async with client.get(link) as response:
            assert response.status == 404


async def test_an_unconfirmed_number_is_never_on_a_page(client: aiohttp.ClientSession) -> None:
    for path, _ in PAGES.values():
        async with client.get(path) as response:
            assert "0900" not in await response.text()
    async with client.get("/duong-day-nong") as response:
        assert (
            "chưa được phường xác nhận. Nguồn: Cổng Dịch vụ công quốc gia, xem ngày 18/07/2026."
            in await response.text()
        )


@pytest.mark.parametrize(("ready", "status"), [(True, 200), (False, 503)])
async def test_alive_and_ready(ready: bool, status: int) -> None:
    async with served(FakeHouse(is_ready=ready)) as address, aiohttp.ClientSession(address) as client:
        async with client.get("/healthz") as response:
            assert (response.status, await response.json()) == (200, {"alive": True})
        async with client.get("/readyz") as response:
            assert response.status == status
            assert (await response.json())["ready"] is ready


async def test_every_item_of_the_real_pack_has_its_page(sa_dec: House) -> None:
    async with serving(application(sa_dec)) as address, aiohttp.ClientSession(address) as client:
        for id_, _ in sa_dec.facts.pack.items():
            path = path_of(sa_dec.facts.pack, id_)
            assert path, id_
            for lang in ("vi", "en"):
                async with client.get(f"{path}?lang={lang}") as response:
                    html = await response.text()
                assert response.status == 200, path
                assert 'class="source"' in html, path
