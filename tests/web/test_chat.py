"""The chat without a script, and the API: what is asked, who asks, and what bad input gets."""

from __future__ import annotations

import aiohttp
import orjson
import pytest
from structlog.testing import capture_logs

from tests.web.fake import FakeHouse

HOSTILE = {
    "HTML": "<script>alert(1)</script>",
    "an attribute": '"><img src=x onerror=alert(1)>',
    "a template": "{{ 7*7 }}{% raw %}",
    "a null byte": "khai\0sinh",
    "right to left": "\u202ekhai sinh\u202c",
    "only emoji": "🌸🌸🌸",
    "SQL": "'; DROP TABLE people; --",
}


@pytest.mark.parametrize("q", HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_question_is_answered_on_the_page_without_script(client: aiohttp.ClientSession, q: str) -> None:
    async with client.get("/", params={"q": q}) as response:
        html = await response.text()
    assert response.status == 200
    assert "Trả lời:" in html
    assert response.headers["Cache-Control"] == "no-store"
    assert "<script>" not in html
    assert "<img src=x" not in html
    assert "javascript:" not in html
    assert "\0" not in html


async def test_the_answer_stands_on_the_page_with_its_buttons(client: aiohttp.ClientSession) -> None:
    async with client.get("/?q=khai+sinh") as response:
        html = await response.text()
    assert '<button class="button" name="press" value="dang-ky-khai-sinh#fee">Lệ phí</button>' in html
    assert '<a class="button" href="https://www.openstreetmap.org/?mlat=10.29"' in html
    assert '<a href="https://dichvucong.gov.vn/p?a=1&amp;b=2" rel="noopener noreferrer">dichvucong.gov.vn' in html
    assert "10.000\N{NO-BREAK SPACE}đồng" in html
    assert "Nguồn: Cổng Dịch vụ công quốc gia." in html
    assert html.count("<textarea") == 1


async def test_danger_puts_the_number_first(client: aiohttp.ClientSession) -> None:
    async with client.get("/?q=cháy+nhà") as response:
        html = await response.text()
    answer = html[html.index('<article class="answer') :]
    assert answer.index('href="tel:113"') < answer.index("Gọi ngay 113")
    assert answer.count('href="tel:113"') == 1


async def test_the_chat_knows_a_person_by_a_cookie_only(house: FakeHouse, client: aiohttp.ClientSession) -> None:
    async with client.get("/") as response:
        cookie = next(c for c in response.headers.getall("Set-Cookie") if c.startswith("chat="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" in cookie  # the public address is https
    token = cookie.split(";")[0].removeprefix("chat=")
    assert len(token) >= 40
    headers = {"Cookie": f"chat={token}"}
    async with client.post("/api/ask", json={"q": "a"}, headers=headers):
        pass
    async with client.post("/api/ask", json={"q": "b", "sender": token}, headers=headers):
        pass
    async with client.post("/api/ask", json={"q": "c"}):
        pass
    async with client.get("/?q=d", headers=headers | {"Sec-Fetch-Site": "cross-site"}):
        pass
    who = [(asked["text"], asked["channel"], asked["sender"]) for asked in house.asked]
    assert who == [("a", "web", token), ("b", "api", token), ("c", "api", None), ("d", "web", None)]


async def test_a_whole_question_reaches_the_house(house: FakeHouse, client: aiohttp.ClientSession) -> None:
    body = {"q": "x", "lang": "en", "unit": "phuong-1", "at": "2027-03-01", "sender": "s", "location": [10.3, 105]}
    async with client.post("/api/ask", json=body) as response:
        assert (await response.json())["kind"] == "procedure"
    [asked] = house.asked
    assert asked | {"at": str(asked["at"])} == {
        "text": "x", "lang": "en", "unit": "phuong-1", "at": "2027-03-01", "sender": "s", "press": None,
        "location": (10.3, 105.0), "channel": "api",
    }  # fmt: skip


async def test_the_chat_gets_its_answer_as_a_piece_of_the_page(client: aiohttp.ClientSession) -> None:
    async with client.post("/api/ask", json={"q": "<b>"}, headers={"Accept": "text/html"}) as response:
        html = await response.text()
    assert response.content_type == "text/html"
    assert html.strip().startswith('<article class="answer')
    assert "<b>" not in html


@pytest.mark.parametrize(
    "value",
    [None, True, False, 0, -1, 1.5, 10**30, "", " ", "x", "\0", "\u202e", "a" * 60_000, [], [1], [[]], {}, {"q": 1}],
    ids=repr,
)
@pytest.mark.parametrize("name", ["q", "lang", "unit", "sender", "press", "location", "at", "more"])
async def test_no_value_of_any_kind_breaks_the_api(client: aiohttp.ClientSession, name: str, value: object) -> None:
    async with client.post("/api/ask", json={"q": "khai sinh", name: value}) as response:
        answer = await response.json()
    allowed = (200, 400) if name == "at" else (200,)
    assert response.status in allowed
    assert ("error" in answer) == (response.status == 400)


BAD = {
    "nothing": b"",
    "not JSON": b"{",
    "a list": b"[]",
    "a word": b'"khai sinh"',
    "not UTF-8": b'{"q": "\xff\xfe"}',
    "half a character": b'{"q": "\\ud800"}',
    "NaN": b'{"q": NaN}',
    "very deep": b"[" * 30_000,
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
async def test_a_broken_body_gets_400_with_its_reason(client: aiohttp.ClientSession, body: bytes) -> None:
    async with client.post("/api/ask", data=body) as response:
        assert response.status == 400
        assert (await response.json())["error"]


@pytest.mark.parametrize("size", [65_537, 100_000, 3_000_000])
async def test_a_body_too_long_gets_413(client: aiohttp.ClientSession, size: int) -> None:
    body = orjson.dumps({"q": ""})[:-2] + b"a" * (size - 8) + b'"}'
    async with client.post("/api/ask", data=body) as response:
        assert response.status == 413
        assert (await response.json())["error"]


async def test_a_long_question_is_cut(house: FakeHouse, client: aiohttp.ClientSession) -> None:
    async with client.post("/api/ask", json={"q": "a" * 60_000}) as response:
        assert response.status == 200
    assert len(str(house.asked[0]["text"])) == 4000


async def test_other_methods_are_told_which(client: aiohttp.ClientSession) -> None:
    async with client.get("/api/ask") as response:
        assert (response.status, response.headers["Allow"]) == (405, "POST")
        assert (await response.json())["error"]
    async with client.get("/api/nothing") as response:
        assert (response.status, list(await response.json())) == (404, ["error"])
    async with client.post("/thu-tuc") as response:
        assert response.status == 405
        assert "<main" in await response.text()


async def test_a_fault_of_ours_ends_in_words(client: aiohttp.ClientSession) -> None:
    with capture_logs():
        async with client.get("/?q=hỏng") as response:
            html = await response.text()
        assert response.status == 500
        assert "Trang này đang hỏng" in html
        assert "secret" not in html
        async with client.post("/api/ask", json={"q": "hỏng"}) as response:
            assert (response.status, list(await response.json())) == (500, ["error"])


async def test_the_log_names_neither_question_nor_asker(client: aiohttp.ClientSession) -> None:
    with capture_logs() as logs:
        async with client.get("/?q=bí+mật&lang=en"), client.get("/thu-tuc/dang-ky-khai-sinh"), client.get("/bi-mat"):
            pass
    assert [(line["route"], line["status"]) for line in logs] == [("/", 200), ("/thu-tuc/{id}", 200), (None, 404)]
    assert all(set(line) == {"event", "log_level", "method", "route", "status", "ms"} for line in logs)


async def test_a_pressed_language_is_the_language_of_the_pages_too(client: aiohttp.ClientSession) -> None:
    async with client.get("/?press=language:en", allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (303, "/?lang=en")
    async with client.post("/api/ask", json={"press": "language:en"}) as response:
        assert "lang=en" in response.headers["Set-Cookie"]
