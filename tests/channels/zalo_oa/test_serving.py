"""`hoiphuong serve` with an Official Account: from the webhook to the answer at the platform."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.understanding import Understanding
from content.pack import Pack
from tests.channels.serving import Served, at_home, free_port, serving, until
from tests.channels.zalo_oa.rig import settings_of
from tests.emulators.zalo_oa import (
    APP_ID,
    APP_SECRET,
    OA_ID,
    OA_SECRET,
    PERSON,
    ZaloOaEmulator,
    event,
    sign,
    signed,
    zalo_oa,
)

HOOK = "/webhook/zalo-oa"


def values(root: str, **more: Any) -> dict[str, Any]:
    """The settings as `serve` takes them."""
    return {
        "zalo_oa_app_id": APP_ID, "zalo_oa_app_secret": APP_SECRET, "zalo_oa_secret_key": OA_SECRET,
        "zalo_oa_refresh_token": "refresh-1", "zalo_oa_api_url": root, "zalo_oauth_url": root,
        "zalo_oa_per_second": 50,
    } | more  # fmt: skip


@pytest.fixture
async def platform() -> AsyncIterator[tuple[str, ZaloOaEmulator]]:
    async with zalo_oa() as (root, emulator):
        emulator.person()
        yield root, emulator


@pytest.fixture
async def home(
    tmp_path: Path, pack: Pack, understanding: Understanding, platform: tuple[str, ZaloOaEmulator]
) -> AsyncIterator[Served]:
    """The house, connected."""
    async with at_home(tmp_path, pack, understanding, **values(platform[0], zalo_oa_verify="ma-kiem-tra")) as served:
        await until(lambda: _is(served, "ready"))
        yield served


async def _is(served: Served, state: str) -> bool:
    return (await served.channel("zalo-oa")).startswith(state)


async def say(served: Served, body: dict[str, Any]) -> int:
    raw, headers = signed(body)
    return await served.post(HOOK, raw, headers)


async def test_a_process_of_its_own_answers(tmp_path: Path, platform: tuple[str, ZaloOaEmulator]) -> None:
    root, emulator = platform
    async with serving(tmp_path, **values(root)) as served:
        await until(lambda: _is(served, "ready"))
        began = time.perf_counter()
        assert await say(served, event("user_send_text", text="đăng ký kết hôn")) == 200
        assert time.perf_counter() - began < 2
        await until(lambda: emulator.sent)
        status, state = await served.ready()
        assert (status, state["ready"], state["channels"]["zalo-oa"]) == (200, True, "ready")
        said = served.said
    [answer] = emulator.sent
    assert answer["chat"] == PERSON
    assert "Giấy tờ cần nộp" in answer["message"]["text"]
    assert "Nguồn:" in answer["message"]["text"]
    for secret in (emulator.access, emulator.refresh, "refresh-1", APP_SECRET, OA_SECRET, "kết hôn", PERSON):
        assert secret not in said


async def test_a_button_leads_on(home: Served, platform: tuple[str, ZaloOaEmulator]) -> None:
    _, emulator = platform
    await say(home, event("user_send_text", text="đăng ký kết hôn"))
    await until(lambda: emulator.sent)
    buttons = emulator.sent[0]["message"]["attachment"]["payload"]["buttons"]
    fee = next(button["payload"] for button in buttons if button["payload"].endswith("#fee"))
    await say(home, event("user_send_text", text=fee))
    await until(lambda: len(emulator.sent) == 2)
    assert "\n\nLệ phí\n" in emulator.sent[1]["message"]["text"]


async def test_each_chat_keeps_its_own_thread(home: Served, platform: tuple[str, ZaloOaEmulator]) -> None:
    _, emulator = platform
    other = emulator.person("111111111111111111")
    asked = ((PERSON, "đăng ký khai sinh"), (other, "đăng ký kết hôn"), (PERSON, "lệ phí"), (other, "lệ phí"))
    for person, text in asked:
        await say(home, event("user_send_text", text=text, person=person))

    def titles(chat: str) -> list[str]:
        texts = [answer["message"]["text"] for answer in emulator.sent if answer["chat"] == chat]
        return [text.splitlines()[0] for text in texts if text.startswith("Đăng ký")]  # a long answer has two bubbles

    await until(lambda: len(titles(PERSON)) == len(titles(other)) == 2)
    assert titles(PERSON) == ["Đăng ký khai sinh"] * 2
    assert titles(other) == ["Đăng ký kết hôn"] * 2


async def test_refused_buttons_still_bring_the_answer(home: Served, platform: tuple[str, ZaloOaEmulator]) -> None:
    _, emulator = platform
    emulator.refuses_buttons = True
    await say(home, event("user_send_text", text="chào"))
    await until(lambda: emulator.sent)
    assert "\n1. " in emulator.sent[0]["message"]["text"]
    await say(home, event("user_send_text", text="1"))
    await until(lambda: len(emulator.sent) == 2)


async def test_a_redelivered_update_is_answered_once(home: Served, platform: tuple[str, ZaloOaEmulator]) -> None:
    _, emulator = platform
    body = event("user_send_text", text="chào")
    statuses = await asyncio.gather(say(home, body), say(home, body))
    await until(lambda: emulator.sent)
    statuses.append(await say(home, body))
    await say(home, event("user_send_text", text="so cong an"))
    await until(lambda: len(emulator.sent) == 2)
    assert statuses == [200, 200, 200]
    assert await home.rows("SELECT count(*) FROM inbox") == [(2,)]


async def test_nobody_else_is_heard(home: Served) -> None:
    raw, headers = signed(event("user_send_text", text="chào"))
    assert await home.post(HOOK, raw) == 401
    assert await home.post(HOOK, raw + b" ", headers) == 401
    assert await home.post(HOOK, raw, {"X-ZEvent-Signature": "mac=" + "0" * 64}) == 401
    assert await home.rows("SELECT count(*) FROM inbox") == [(0,)]
    assert "chào" not in home.said


async def test_bad_input_gets_its_status(home: Served) -> None:
    old = event("user_send_text", text="chào", timestamp=str(int((time.time() - 49 * 3600) * 1000)))
    assert await say(home, old) == 200
    assert await say(home, event("event_of_2030")) == 200
    assert await say(home, event("user_send_text") | {"message": None, "recipient": {"id": "1"}}) == 200
    stamp = str(int(time.time() * 1000))
    for raw in (b"{", b"[1]", b"\xff\xfe"):
        headers = {"X-ZEvent-Signature": sign(raw, stamp), "X-ZEvent-Timestamp": stamp}
        assert await home.post(HOOK, raw, headers) == 400
    assert await home.post(HOOK, b"x" * 2_000_000) == 413
    assert await home.rows("SELECT count(*) FROM inbox") == [(0,)]


async def test_the_probes_of_the_console_are_answered_and_do_nothing(home: Served) -> None:
    assert await home.post(HOOK, b"{}", {"Content-Type": "application/json"}) == 200
    assert await home.post(HOOK, b"") == 200
    async with aiohttp.ClientSession(home.url) as session:
        for ask in (session.get(HOOK), session.head(HOOK), session.get(HOOK + "?hub.challenge=1")):
            async with ask as response:
                assert (response.status, await response.read()) == (200, b"")
    assert await home.rows("SELECT count(*) FROM inbox") == [(0,)]


async def test_the_domain_is_verified(home: Served) -> None:
    async with aiohttp.ClientSession(home.url) as session:
        async with session.get("/zalo_verifierma-kiem-tra.html") as response:
            assert response.status == 200
            assert "ma-kiem-tra" in await response.text()
        async with session.get("/zalo_verifierkhac.html") as response:
            assert response.status == 404
        async with session.get("/") as response:
            meta = '<meta name="zalo-platform-site-verification" content="ma-kiem-tra">'
            assert meta in (await response.text()).partition("</head>")[0]


async def test_who_follows_leaves_and_writes_is_kept(home: Served, platform: tuple[str, ZaloOaEmulator]) -> None:
    _, emulator = platform
    flat = {"app_id": APP_ID, "oa_id": OA_ID, "follower": {"id": PERSON}, "timestamp": str(int(time.time() * 1000))}
    query = "SELECT reachable, last_at IS NULL, replies, coalesce(replies_left, -1) FROM contacts"

    async def stands(*row: object) -> bool:
        return [tuple(map(int, found)) for found in await home.rows(query)] == [row]

    await say(home, flat | {"event_name": "follow"})
    await until(lambda: stands(1, 1, 0, -1))  # to follow opens no window
    assert emulator.sent == []
    await say(home, event("user_send_text", text="chào"))
    await until(lambda: stands(1, 0, 1, 7))
    await say(home, flat | {"event_name": "unfollow"})
    await until(lambda: stands(0, 0, 1, 7))


async def test_echoes_are_not_answered(home: Served, platform: tuple[str, ZaloOaEmulator]) -> None:
    _, emulator = platform
    other = emulator.person("111111111111111111")
    await say(home, event("oa_send_text", text="Dạ", sender={"id": OA_ID}, recipient={"id": PERSON}))
    staff = {"id": OA_ID, "admin_id": "7"}
    await say(home, event("oa_send_text", text="Dạ", sender=staff, recipient={"id": other}))
    await say(home, event("user_send_text", text="chào", person=other))  # staff has this talk: we keep quiet
    await say(home, event("user_send_text", text="chào"))
    await until(lambda: emulator.sent)
    assert [sent["chat"] for sent in emulator.sent] == [PERSON]
    assert "Dạ" not in "".join(str(row) for row in await home.rows("SELECT body FROM inbox"))


async def test_a_platform_that_is_down_keeps_nothing_else_from_serving(
    tmp_path: Path, pack: Pack, understanding: Understanding, platform: tuple[str, ZaloOaEmulator]
) -> None:
    root, emulator = platform
    emulator.next("oauth", "cut-before", "cut-before")
    async with at_home(tmp_path, pack, understanding, **values(root)) as served:
        await until(lambda: _is(served, "unreachable"))
        status, state = await served.ready()
        assert (status, state["ready"]) == (200, True)
        async with aiohttp.ClientSession() as session, session.get(served.url) as page:
            assert page.status == 200
        assert await say(served, event("user_send_text", text="chào")) == 200  # kept for later


async def test_a_platform_that_comes_up_later_is_found(
    tmp_path: Path, pack: Pack, understanding: Understanding
) -> None:
    port = free_port()
    async with at_home(tmp_path, pack, understanding, **values(f"http://127.0.0.1:{port}")) as served:
        await until(lambda: _is(served, "unreachable"))
        assert await say(served, event("user_send_text", text="chào")) == 200
        async with zalo_oa(port=port) as (_, emulator):
            emulator.person()
            await until(lambda: emulator.sent, seconds=15)


async def test_a_revoked_consent_leaves_the_rest_up(home: Served, platform: tuple[str, ZaloOaEmulator]) -> None:
    at = str(int(time.time() * 1000) + 2000)
    assert (
        await say(home, {"event_name": "permission_revoked", "app_id": APP_ID, "oa_id": OA_ID, "timestamp": at})
        == 200
    )
    assert await _is(home, "not connected")
    assert (await home.ready())[0] == 200


async def test_an_answer_that_was_lost_is_not_sent_twice(home: Served, platform: tuple[str, ZaloOaEmulator]) -> None:
    _, emulator = platform
    emulator.next("send", "cut")
    await say(home, event("user_send_text", text="chào"))

    async def settled() -> bool:
        return await home.rows("SELECT state FROM outbox") == [("unknown",)]

    await until(settled)
    assert len(emulator.sent) == 1


def test_settings_that_are_half_there_are_named() -> None:
    with pytest.raises(ValueError, match="HOIPHUONG_ZALO_OA_SECRET_KEY"):
        settings_of("http://127.0.0.1:1", zalo_oa_secret_key=None)


def test_a_signed_body_is_what_the_emulator_sends() -> None:
    raw, headers = signed(event("user_send_text", text="hộ khẩu"))
    assert json.loads(raw)["message"]["text"] == "hộ khẩu"
    assert headers["X-ZEvent-Signature"].startswith("mac=")
