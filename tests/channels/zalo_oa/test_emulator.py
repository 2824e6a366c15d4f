"""The emulator refuses what Zalo refuses: else the tests beside this one would prove nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.emulators.zalo_oa import APP_ID, APP_SECRET, PERSON, ZaloOaEmulator, zalo_oa

CS = "/v3.0/oa/message/cs"
TOKEN = "/v4/oa/access_token"
BUTTON = {"title": "Lệ phí", "type": "oa.query.hide", "payload": "#fee"}


@pytest.fixture
async def client() -> AsyncIterator[tuple[aiohttp.ClientSession, ZaloOaEmulator]]:
    async with zalo_oa() as (root, emulator), aiohttp.ClientSession(root) as session:
        emulator.give()
        emulator.person()
        emulator.refreshes = 0
        yield session, emulator


async def code(session: aiohttp.ClientSession, emulator: ZaloOaEmulator, message: Any, **more: Any) -> int:
    body = {"recipient": {"user_id": PERSON}, "message": message} | more.pop("body", {})
    how = {"json": body, "headers": {"access_token": emulator.access}} | more
    path = how.pop("path", CS)
    async with session.post(path, **how) as response:
        assert "X-RateLimit-Limit" in response.headers
        assert "X-RateLimit-Remain" in response.headers
        return int((await response.json())["error"])


def with_buttons(*buttons: Any, kind: str = "button") -> dict[str, Any]:
    payload = {"template_type": kind, "buttons": list(buttons)}
    return {"text": "x", "attachment": {"type": "template", "payload": payload}}


@pytest.mark.parametrize(
    ("message", "refused"),
    [
        pytest.param({"text": "x"}, 0, id="a text is taken"),
        pytest.param(with_buttons(*[BUTTON] * 5), 0, id="five buttons are taken"),
        pytest.param({"text": "đ" * 2000}, 0, id="2,000 code points are taken"),
        pytest.param({"text": "đ" * 2001}, -210, id="one more"),
        pytest.param({"text": " "}, -201, id="no words"),
        pytest.param({}, -201, id="nothing"),
        pytest.param({"text": "x", "speed": 1}, -201, id="a field that nobody knows"),
        pytest.param(with_buttons(*[BUTTON] * 6), -201, id="six buttons"),
        pytest.param(with_buttons(), -201, id="no buttons"),
        pytest.param(with_buttons(BUTTON | {"title": "x" * 101}), -201, id="a long title"),
        pytest.param(with_buttons(BUTTON | {"payload": {"a": 1}}), -201, id="a payload that is no text"),
        pytest.param(with_buttons(BUTTON | {"payload": "x" * 1001}), -201, id="a long payload"),
        pytest.param(with_buttons({"title": "x", "type": "oa.open.url", "payload": {"url": "http://x.example"}}), -201, id="a page without https"),
        pytest.param(with_buttons({"title": "x", "type": "oa.open.phone", "payload": {"phone_code": "113"}}), -201, id="a short number"),
        pytest.param(with_buttons(BUTTON, kind="list"), -233, id="a list"),
        pytest.param({"attachment": {"type": "image", "payload": {}}}, -201, id="a flat picture"),
        pytest.param({"attachment": {"type": "template", "payload": {"template_type": "media", "elements": [{"media_type": "image", "url": "https://x", "attachment_id": "a"}]}}}, -201, id="both url and attachment_id"),
        pytest.param({"attachment": {"type": "template", "payload": {"template_type": "media", "elements": [{"media_type": "gif", "url": "https://x"}]}}}, -201, id="a gif without size"),
        pytest.param({"attachment": {"type": "file", "payload": {"token": "strange"}}}, -100, id="a file that is gone"),
    ],
)  # fmt: skip
async def test_messages(client: tuple[aiohttp.ClientSession, ZaloOaEmulator], message: Any, refused: int) -> None:
    assert await code(*client, message) == refused


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({"headers": {"Authorization": "Bearer x"}}, -216),
        ({"headers": {"access_token": "x"}}, -216),
        ({"headers": {}}, -216),
        ({"params": {"data": "{}"}}, -233),
        ({"body": {"recipient": {"user_id": 246845883529197922}}}, -201),
        ({"body": {"recipient": {"user_id": "1"}}}, -201),
        ({"body": {"extra": 1}}, -201),
        ({"path": "/v3.0/oa/message/transaction"}, -240),
        ({"path": "/v3.0/oa/message/promotion"}, -240),
        ({"path": "/v2.0/oa/message"}, -240),
        ({"path": "/v3.0/oa/group/message", "body": {"recipient": {"group_id": "strange"}}}, -403),
    ],
)
async def test_calls(
    client: tuple[aiohttp.ClientSession, ZaloOaEmulator], more: dict[str, Any], refused: int
) -> None:
    assert await code(*client, {"text": "x"}, **more) == refused


async def test_the_call_beyond_the_minutes_limit(client: tuple[aiohttp.ClientSession, ZaloOaEmulator]) -> None:
    session, emulator = client
    emulator.limit = 3
    emulator.now = lambda: 1_740_000_000.0
    emulator.access_ends = 2e9
    emulator.person()
    assert [await code(session, emulator, {"text": "x"}) for _ in range(4)] == [0, 0, 0, -32]


async def test_a_token_after_25_hours(client: tuple[aiohttp.ClientSession, ZaloOaEmulator]) -> None:
    session, emulator = client
    emulator.access_ends = 0
    assert await code(session, emulator, {"text": "x"}) == -220


async def test_a_wrong_path(client: tuple[aiohttp.ClientSession, ZaloOaEmulator]) -> None:
    async with client[0].post("/v3.0/oa/message", json={}) as response:
        assert (response.status, await response.text()) == (404, "empty or invalid API")


@pytest.mark.parametrize("how", ["right", "as JSON", "secret in the form", "used token", "another app"])
async def test_the_token_address(client: tuple[aiohttp.ClientSession, ZaloOaEmulator], how: str) -> None:
    session, emulator = client
    form = {"refresh_token": emulator.refresh, "app_id": APP_ID, "grant_type": "refresh_token"}
    old, more = emulator.access, {"data": form, "headers": {"secret_key": APP_SECRET}}
    if how == "as JSON":
        more = {"json": form, "headers": {"secret_key": APP_SECRET}}
    elif how == "secret in the form":
        more = {"data": form | {"secret_key": APP_SECRET}}
    elif how == "used token":
        emulator.give()
        old = emulator.access
    elif how == "another app":
        form["app_id"] = "1"
    async with session.post(TOKEN, **more) as response:  # type: ignore[arg-type]
        answer = await response.json(content_type=None)
    assert response.status == 200
    assert ("access_token" in answer) is (how == "right")
    assert (emulator.access == old) is (how != "right")  # a renewal ends the old access token too
