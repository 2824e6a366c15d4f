"""The real channel against the strict double: sending, connecting, polling, and every way in which these fail."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.channels.channel import Outcome, Outgoing
from bot.channels.zalo_bot import ZaloBot, api
from bot.channels.zalo_bot import bot as module
from tests.channels.zalo_bot.conftest import PAGE, channel
from tests.emulators.zalo_bot import SECRET, TOKEN, Fault, ZaloBotPlatform

LAN = "6ede9afa66b88fe6d6a9"
HELLO = Outgoing(body={"text": "Dạ chào bà con, số của tui là 0909123456"})


@pytest.fixture(autouse=True)
def _known(zalo: ZaloBotPlatform) -> None:
    zalo.people.add(LAN)


async def test_a_text_arrives_once_as_json(zalo: ZaloBotPlatform, bot: ZaloBot) -> None:
    result = await bot.send(LAN, HELLO)
    assert result.outcome is Outcome.SENT
    assert result.message_id
    assert re.fullmatch(r"[0-9a-f]{20}", result.message_id)
    assert zalo.shown[LAN] == [HELLO.body["text"]]
    assert zalo.calls[-1] == ("sendMessage", {"chat_id": LAN, "text": HELLO.body["text"]})


# What the platform does -> what becomes of the bubble. One line for each code of the reference's section 7.
FAILURES: list[tuple[Fault, Outcome]] = [
    ("401", Outcome.ACCOUNT),
    ("403", Outcome.REPEAT),
    ("404", Outcome.ACCOUNT),
    ("408", Outcome.UNKNOWN),
    ("426", Outcome.REPEAT),
    ("429", Outcome.REPEAT),
    ("500", Outcome.UNKNOWN),
    ("502 page", Outcome.UNKNOWN),
    ("cut before", Outcome.UNKNOWN),
    ("cut after", Outcome.UNKNOWN),
    ("junk", Outcome.UNKNOWN),
    ("list", Outcome.UNKNOWN),
]


@pytest.mark.parametrize("real_status", [False, True], ids=["HTTP 200", "real status"])
@pytest.mark.parametrize("text_codes", [False, True], ids=["number", "text"])
@pytest.mark.parametrize(("fault", "outcome"), FAILURES)
async def test_every_failure_has_one_meaning_and_no_secret_in_it(
    zalo: ZaloBotPlatform, bot: ZaloBot, fault: Fault, outcome: Outcome, real_status: bool, text_codes: bool
) -> None:
    zalo.real_status, zalo.text_codes = real_status, text_codes
    zalo.faults.append(fault)
    with capture_logs() as logs:
        result = await bot.send(LAN, HELLO)
    assert result.outcome is outcome
    said = f"{result} {logs} {bot.health}"
    for secret in (TOKEN, TOKEN.replace(":", "%3A"), TOKEN.partition(":")[2], SECRET, "0909123456", "Dạ chào", LAN):
        assert secret not in said
    assert result.reason


@pytest.mark.parametrize("code", [400, 401, 403, 404, 408, 426, 429, 500, 502, 503, 504, api.CUT, api.UNREACHED])
def test_every_code_of_the_reference_is_in_the_table(code: int) -> None:
    outcome, meaning = api.ERRORS[code]
    assert isinstance(outcome, Outcome)
    assert meaning


def test_a_code_never_seen_is_unknown() -> None:
    answer = api.Answer(ok=False, code=418)
    assert answer.outcome is Outcome.UNKNOWN
    assert answer.reason == "418 an answer never seen before"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"text": ""}, "must not be empty"),
        ({"text": "á" * 2001}, "too long"),
        ({"text": "🌸" * 1001}, "too long"),
        ({"text": "a", "parse_mode": "MarkdownV2"}, "parse_mode is invalid"),
        ({"text": "a", "reply_markup": {}}, "Unknown parameter reply_markup"),
    ],
)
async def test_what_will_never_be_taken_is_refused_with_their_words(
    bot: ZaloBot, body: dict[str, Any], words: str
) -> None:
    result = await bot.send(LAN, Outgoing(body=body))
    assert result.outcome is Outcome.REFUSED
    assert result.reason.startswith("400 the message or the chat is at fault (")
    assert words in result.reason


async def test_a_chat_that_refuses_three_times_is_gone_until_then_only_the_message_is(
    zalo: ZaloBotPlatform, bot: ZaloBot
) -> None:
    zalo.blocked.add(LAN)
    assert [(await bot.send(LAN, HELLO)).outcome for _ in range(3)] == [
        Outcome.REFUSED,
        Outcome.REFUSED,
        Outcome.GONE,
    ]
    zalo.blocked.clear()
    assert (await bot.send(LAN, HELLO)).outcome is Outcome.SENT
    zalo.blocked.add(LAN)
    assert (await bot.send(LAN, HELLO)).outcome is Outcome.REFUSED
    assert (await bot.send("never-wrote", HELLO)).outcome is Outcome.REFUSED


async def test_too_much_waits_longer_each_time_and_then_is_the_months_quota(
    zalo: ZaloBotPlatform, bot: ZaloBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TOGETHER", 0.0)
    zalo.month = 0
    results = [await bot.send(LAN, HELLO) for _ in range(5)]
    assert [(r.outcome, r.wait, r.everyone) for r in results[:3]] == [
        (Outcome.REPEAT, w, True) for w in (30, 60, 120)
    ]
    assert [r.outcome for r in results[3:]] == [Outcome.QUOTA, Outcome.QUOTA]
    zalo.month = 3000
    assert (await bot.send(LAN, HELLO)).outcome is Outcome.SENT
    zalo.month = 0
    assert (await bot.send(LAN, HELLO)).outcome is Outcome.REPEAT


async def test_what_was_in_flight_together_counts_once(zalo: ZaloBotPlatform, bot: ZaloBot) -> None:
    zalo.month = 0
    results = await asyncio.gather(*(bot.send(LAN, HELLO) for _ in range(10)))
    assert {(r.outcome, r.wait) for r in results} == {(Outcome.REPEAT, 30.0)}


async def test_an_error_inside_zalo_is_repeated_three_times_then_an_alarm(
    zalo: ZaloBotPlatform, bot: ZaloBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TOGETHER", 0.0)
    zalo.faults.extend(["403"] * 4)
    outcomes = [(await bot.send(LAN, HELLO)).outcome for _ in range(4)]
    assert outcomes == [Outcome.REPEAT, Outcome.REPEAT, Outcome.REPEAT, Outcome.ACCOUNT]
    assert bot.health.state == "refused"


async def test_a_reset_token_stops_the_channel(zalo: ZaloBotPlatform, bot: ZaloBot) -> None:
    zalo.token = "1234567890:another-secret"
    assert (await bot.send(LAN, HELLO)).outcome is Outcome.ACCOUNT
    assert bot.health.state == "refused"
    assert "token is wrong or was reset" in bot.health.why
    zalo.token = TOKEN
    await bot.connect(webhook=None)
    assert bot.health.state == "ready"


async def test_nobody_there_is_repeated_since_nothing_was_sent() -> None:
    bot = channel(zalo_bot_api_url="http://127.0.0.1:1")
    result = await bot.send(LAN, HELLO)
    assert (result.outcome, result.everyone) == (Outcome.REPEAT, True)
    await bot.connect(webhook=None)
    assert (bot.health.state, bot.health.why) == ("unreachable", "Zalo cannot be reached")
    await bot.close()


async def test_a_slow_answer_is_unknown_though_it_was_shown(
    zalo: ZaloBotPlatform, bot: ZaloBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    zalo.faults.append("slow")
    answer = await bot._api.call("sendMessage", {"chat_id": LAN, "text": "a"}, wait=0.1)
    assert (answer.code, answer.outcome) == (api.CUT, Outcome.UNKNOWN)


async def test_cut_after_acceptance_is_left_unknown_and_shown_once(zalo: ZaloBotPlatform, bot: ZaloBot) -> None:
    zalo.faults.append("cut after")
    assert (await bot.send(LAN, HELLO)).outcome is Outcome.UNKNOWN
    assert len(zalo.shown[LAN]) == 1
    assert not zalo.doubles()


async def test_an_endless_page_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(64):
            await response.write(b"a" * 65536)
        return response

    async for url in _server(endless):
        bot = channel(zalo_bot_api_url=url)
        assert (await bot.send(LAN, HELLO)).outcome is Outcome.UNKNOWN
        await bot.close()


async def test_a_redirect_is_not_followed() -> None:
    asked: list[str] = []

    async def elsewhere(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        raise web.HTTPFound("/elsewhere")

    async for url in _server(elsewhere):
        bot = channel(zalo_bot_api_url=url)
        assert (await bot.send(LAN, HELLO)).outcome is Outcome.UNKNOWN
        await bot.close()
    assert len(asked) == 1


async def test_a_photo_by_its_public_address(zalo: ZaloBotPlatform, bot: ZaloBot) -> None:
    async def picture(request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"png")

    async for url in _server(picture):
        photo = Outgoing(body={"photo": f"{url}/qr.png", "caption": "Mã của nhà mình"})
        assert (await bot.send(LAN, photo)).outcome is Outcome.SENT
        await _until(lambda: zalo.shown[LAN] == ["[photo] Mã của nhà mình"])


async def test_a_photo_that_zalo_does_not_fetch_goes_as_words(zalo: ZaloBotPlatform, bot: ZaloBot) -> None:
    photo = Outgoing(body={"photo": "https://refused-host.vn/qr.png", "caption": "Mã của nhà mình"})
    result = await bot.send(LAN, photo)
    assert result.outcome is Outcome.REFUSED
    (instead,) = result.instead
    assert (await bot.send(LAN, instead)).outcome is Outcome.SENT
    assert zalo.shown[LAN] == ["Mã của nhà mình\n\nhttps://refused-host.vn/qr.png"]


async def test_connecting_asks_who_we_are_and_sets_the_webhook(zalo: ZaloBotPlatform, bot: ZaloBot) -> None:
    assert (bot.health.state, bot.health.why) == ("ready", "")
    assert [method for method, _ in zalo.calls] == ["getMe", "setWebhook"]
    assert (zalo.webhook, zalo.secret) == (f"{PAGE}/webhook/zalo-bot", SECRET)


async def test_a_webhook_that_zalo_refuses_leaves_the_bot_able_to_send(zalo: ZaloBotPlatform) -> None:
    bot = channel(zalo_bot_api_url=zalo.url)
    await bot.connect(webhook="http://127.0.0.1/webhook/zalo-bot")
    assert bot.health.state == "ready"
    assert "the webhook was not taken: 400" in bot.health.why
    assert (await bot.send(LAN, HELLO)).outcome is Outcome.SENT
    await bot.close()


async def test_a_webhook_that_zalo_cannot_reach_is_told(zalo: ZaloBotPlatform) -> None:
    zalo.verification_fails = True
    bot = channel(zalo_bot_api_url=zalo.url)
    await bot.connect(webhook=f"{PAGE}/webhook/zalo-bot")
    assert bot.health.state == "ready"
    assert bot.health.why == "Zalo could not reach the webhook: webhook.http.403"
    await bot.close()


@pytest.mark.parametrize("token", ["1234567890:falsch", "1:x/y?z#%3A"])
async def test_a_wrong_token_is_refused_at_the_start(zalo: ZaloBotPlatform, token: str) -> None:
    bot = channel(zalo_bot_api_url=zalo.url, zalo_bot_token=token)
    await bot.connect(webhook=None)
    assert bot.health.state == "refused"
    assert token not in bot.health.why
    await bot.close()


async def test_polling_hands_out_each_update_and_takes_a_stray_webhook_away(
    zalo: ZaloBotPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "POLL", 0.1)
    monkeypatch.setattr(module, "HASTE", 0.0)
    monkeypatch.setattr(module, "LONGEST_PAUSE", 0.01)
    zalo.webhook = "https://elsewhere.vn/hook"
    zalo.poll_faults.extend(["500", "502 page", "cut before", "junk", "list", "408"])
    bot = channel(zalo_bot_api_url=zalo.url, zalo_bot_mode="polling", zalo_bot_secret=None)
    heard: list[str] = []

    async def listen() -> None:
        async for found in bot.poll():
            heard.extend(update.text for update in found)

    with capture_logs() as logs:
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(listen())
            await asyncio.sleep(0.05)
            assert not zalo.calls  # not connected yet: nothing is asked
            await bot.connect(webhook=None)
            assert zalo.webhook == ""
            await _until(lambda: not zalo.poll_faults and zalo.polled)
            assert zalo.offer(zalo.message(LAN, "một"))
            await _until(lambda: heard == ["một"] and zalo.polled)
            await asyncio.sleep(0.25)  # two empty polls
            await _until(lambda: zalo.polled)
            assert zalo.offer({"event_name": "message.text.received"} | zalo.message(LAN, "hai", date="hôm nay"))
            await _until(lambda: zalo.polled)
            assert zalo.offer(zalo.message(LAN, "ba"))
            await _until(lambda: heard == ["một", "ba"])
            listening.cancel()
    assert [log["reason"] for log in logs if log["event"] == "polling failed"] == [
        "500 Zalo failed (Internal)", "502 Zalo failed", "no answer", "no answer", "no answer",
    ]  # fmt: skip
    assert TOKEN not in str(logs)
    assert not any(refusal.words == "Another poll is waiting" for refusal in zalo.refused)
    await bot.close()


async def test_polling_with_a_reset_token_stops_until_connected_again(
    zalo: ZaloBotPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LONGEST_PAUSE", 0.01)
    bot = channel(zalo_bot_api_url=zalo.url, zalo_bot_mode="polling", zalo_bot_secret=None)
    await bot.connect(webhook=None)
    zalo.poll_faults.append("401")
    polling = asyncio.ensure_future(anext(bot.poll()))
    await _until(lambda: bot.health.state == "refused")
    asked = len(zalo.calls)
    await asyncio.sleep(0.1)
    assert len(zalo.calls) == asked
    await bot.connect(webhook=None)
    await _until(lambda: zalo.polled)
    zalo.offer(zalo.message(LAN, "một"))
    assert (await polling)[0].text == "một"
    await bot.close()


async def test_inspecting_tells_what_an_it_person_must_know(zalo: ZaloBotPlatform, bot: ZaloBot) -> None:
    assert [(note.key, note.wrong) for note in await bot.inspect()] == [
        ("zalo_bot.account", False), ("zalo_bot.groups", False), ("zalo_bot.webhook", False),
    ]  # fmt: skip
    zalo.webhook, zalo.can_join_groups = "https://elsewhere.vn/hook", False
    notes = await bot.inspect()
    assert [note.key for note in notes] == ["zalo_bot.account", "zalo_bot.no_groups", "zalo_bot.other_webhook"]
    assert notes[-1].wrong
    polling = channel(zalo_bot_api_url=zalo.url, zalo_bot_mode="polling", public_url="http://127.0.0.1:8080")
    assert (await polling.inspect())[-1].key == "zalo_bot.in_the_way"
    zalo.webhook = ""
    assert (await polling.inspect())[-1].key == "zalo_bot.polling"
    at_home = channel(zalo_bot_api_url=zalo.url, public_url="http://127.0.0.1:8080")
    assert [note.key for note in await at_home.inspect() if note.wrong] == [
        "zalo_bot.other_webhook", "zalo_bot.not_https",
    ]  # fmt: skip
    zalo.token = "1:another"
    assert [note.key for note in await bot.inspect()] == ["zalo_bot.failed"]
    for opened in (polling, at_home):
        await opened.close()


async def test_no_library_logs_the_token(
    zalo: ZaloBotPlatform, bot: ZaloBot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    zalo.faults.extend(["502 page", "cut before", "401"])
    for _ in range(4):
        await bot.send(LAN, HELLO)
    assert TOKEN.partition(":")[2] not in caplog.text


async def test_the_double_is_as_strict_as_the_platform(zalo: ZaloBotPlatform, bot: ZaloBot) -> None:
    zalo.groups.add("nhom")
    refused: list[tuple[str, dict[str, object], int]] = [
        ("sendmessage", {"chat_id": LAN, "text": "a"}, 404),
        ("sendDocument", {}, 404),
        ("editMessageText", {}, 404),
        ("sendMessage", {"text": "a"}, 400),
        ("sendMessage", {"chat_id": 7, "text": "a"}, 400),
        ("sendMessage", {"chat_id": LAN, "text": "a", "reply_to_message_id": "x"}, 400),
        ("sendPhoto", {"chat_id": LAN, "photo": ""}, 400),
        ("sendPhoto", {"chat_id": LAN, "photo": "data:image/png;base64,AA"}, 400),
        ("sendPhoto", {"chat_id": LAN, "photo": "https://a", "caption": "a" * 2001}, 400),
        ("sendChatAction", {"chat_id": LAN, "action": "upload_photo"}, 400),
        ("setWebhook", {"url": "https://phuong.vn"}, 400),
        ("setWebhook", {"url": "https://phuong.vn", "secret_token": "1234567"}, 400),
        ("setWebhook", {"url": "https://phuong.vn", "secret_token": "a" * 257}, 400),
        ("setWebhook", {"url": "http://phuong.vn", "secret_token": SECRET}, 400),
        ("getUpdates", {"timeout": 1}, 400),  # a webhook is set
        ("getUpdates", {"offset": 1}, 400),
    ]
    for method, params, code in refused:
        answer = await bot._api.call(method, params, wait=5)
        assert (answer.ok, answer.code) == (False, code), method
    assert (await bot._api.call("sendChatAction", {"chat_id": LAN, "action": "typing"}, wait=5)).ok
    assert (await bot._api.call("sendVoice", {"chat_id": "nhom", "voice_url": "https://a/b.aac"}, wait=5)).ok
    assert zalo.shown["nhom"] == []
    tests = [(await bot._api.call("testWebhook", {}, wait=5)).code for _ in range(4)]
    assert tests == [0, 0, 0, 426]
    await bot._api.call("deleteWebhook", {}, wait=5)
    first = asyncio.ensure_future(bot._api.call("getUpdates", {"timeout": 2}, wait=5))
    await _until(lambda: zalo.polled)
    assert (await bot._api.call("getUpdates", {"timeout": 0.2}, wait=5)).code == 400
    assert (await first).code == 408
    assert not zalo.offer(zalo.message(LAN, "a"))
    assert zalo.lost == 1


def test_masking_knows_every_form_of_the_token() -> None:
    masked = api.Api("http://a", TOKEN, SECRET).mask
    assert masked(f"/bot{TOKEN}/getMe {TOKEN.replace(':', '%3A')} {SECRET}") == "/bot***/getMe *** ***"
    assert masked("gọi 0909 123 456 hoặc 84909123456") == "gọi *** hoặc ***"
    assert masked(orjson.dumps({"path": f"/bot{TOKEN}/x"}).decode()) == '{"path":"/bot***/x"}'


async def _server(handler: Any) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def _until(true: Any, seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
