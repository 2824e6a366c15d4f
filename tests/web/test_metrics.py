"""`/metrics`: who may read it, and that each thing that comes in wrongly gets its status, is counted, and is forgotten."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import NAMES, Metrics
from bot.understanding import Understanding
from content.pack import Pack
from tests.channels.serving import Served, at_home, until
from tests.channels.zalo_oa.test_serving import say, values
from tests.emulators.zalo_bot import SECRET, TOKEN, ZaloBotPlatform
from tests.emulators.zalo_oa import PERSON, ZaloOaEmulator, event, sign, signed, zalo_oa

READ_TOKEN = "ma-doc-so-lieu-cua-phuong"
SECRETIVE = "chuyện riêng của bà Tư"


@dataclass
class Ward:
    """A house with an Official Account and a Zalo Bot."""

    served: Served
    oa: ZaloOaEmulator
    bot: ZaloBotPlatform

    async def number(self, name: str, **labels: str) -> float:
        """One number; 0 where nothing was counted."""
        async with aiohttp.ClientSession(self.served.url) as session, session.get("/metrics") as response:
            assert response.status == 200
            text = await response.text()
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if sample.name == f"hoiphuong_{name}" and sample.labels == labels:
                    return sample.value
        return 0.0


@pytest.fixture
async def ward(tmp_path: Path, pack: Pack, understanding: Understanding) -> AsyncIterator[Ward]:
    bot = ZaloBotPlatform(any_url=True)
    await bot.start()
    async with zalo_oa() as (root, oa):
        oa.person()
        more = {"zalo_bot_token": TOKEN, "zalo_bot_secret": SECRET, "zalo_bot_api_url": bot.url}
        async with at_home(tmp_path, pack, understanding, **values(root), **more, metrics_token=READ_TOKEN) as served:
            for name in ("zalo-oa", "zalo-bot"):
                await until(lambda name=name: _is_ready(served, name))  # type: ignore[misc]
            yield Ward(served, oa, bot)
    await bot.stop()


async def _is_ready(served: Served, name: str) -> bool:
    return await served.channel(name) == "ready"


WHO = [
    ("this machine", {}, 200),
    ("through a proxy on this machine", {"X-Forwarded-For": "203.0.113.9"}, 404),
    ("through another proxy", {"Forwarded": "for=203.0.113.9"}, 404),
    ("a proxy that only names itself", {"Via": "1.1 nginx"}, 404),
    (
        "through a proxy with the token",
        {"X-Forwarded-For": "203.0.113.9", "Authorization": f"Bearer {READ_TOKEN}"},
        200,
    ),
    ("with a wrong token", {"X-Forwarded-For": "203.0.113.9", "Authorization": f"Bearer {READ_TOKEN}x"}, 404),
    ("with the token in another way", {"X-Real-IP": "203.0.113.9", "Authorization": f"Basic {READ_TOKEN}"}, 404),
]


async def test_who_may_read_it(ward: Ward) -> None:
    got = {}
    for who, headers, _ in WHO:
        async with (
            aiohttp.ClientSession(ward.served.url) as session,
            session.get("/metrics", headers=headers) as response,
        ):
            got[who] = response.status
            if response.status == 200:
                assert response.content_type == "text/plain"
    assert got == {who: status for who, _, status in WHO}
    assert READ_TOKEN not in ward.served.said


async def test_bad_input_gets_its_status_is_counted_and_leaves_nothing(ward: Ward) -> None:
    served, stamp = ward.served, str(int(time.time() * 1000))
    secret = json.dumps(event("user_send_text", text=SECRETIVE)).encode()
    raw, headers = signed(event("event_of_2030", text=SECRETIVE))
    old, old_headers = signed(
        event("user_send_text", text=SECRETIVE, timestamp=str(int((time.time() - 49 * 3600) * 1000)))
    )
    broken = {"X-ZEvent-Signature": sign(b"{", stamp), "X-ZEvent-Timestamp": stamp}
    by = {"X-Bot-Api-Secret-Token": SECRET}
    tries: list[tuple[str, bytes, dict[str, str], int, str, dict[str, str]]] = [
        ("/webhook/zalo-oa", secret, {}, 401, "webhook_refused_total", {"reason": "not signed"}),
        ("/webhook/zalo-oa", secret, {"X-ZEvent-Signature": "mac=00"}, 401, "webhook_refused_total", {"reason": "not signed"}),
        ("/webhook/zalo-oa", b"{", broken, 400, "webhook_refused_total", {"reason": "malformed"}),
        ("/webhook/zalo-oa", b" " * 2_000_000, {}, 413, "webhook_refused_total", {"reason": "too large"}),
        ("/webhook/zalo-oa", raw, headers, 200, "events_ignored_total", {"event": "other"}),
        ("/webhook/zalo-oa", old, old_headers, 200, "updates_total", {"what": "old"}),
        ("/webhook/zalo-bot", secret, {}, 401, "webhook_refused_total", {"reason": "not signed"}),
        ("/webhook/zalo-bot", b"[1]", by, 400, "webhook_refused_total", {"reason": "malformed"}),
        ("/webhook/zalo-bot", b" " * 2_000_000, by, 413, "webhook_refused_total", {"reason": "too large"}),
        ("/webhook/zalo-bot", b'{"event_name": "user.follow"}', by, 200, "events_ignored_total", {"event": "user.follow"}),
    ]  # fmt: skip
    for path, body, given, status, name, labels in tries:
        labels = labels | {"channel": path.rpartition("/")[2]}
        before = await ward.number(name, **labels)
        assert await served.post(path, body, given) == status, (path, body[:40])
        assert await ward.number(name, **labels) == before + 1, (path, body[:40], name)
    assert await served.rows("SELECT count(*) FROM inbox") == [(0,)]
    assert SECRETIVE not in served.said


async def test_what_comes_in_and_goes_out_is_counted(ward: Ward) -> None:
    body = event("user_send_text", text="đăng ký kết hôn")
    for _ in range(3):
        assert await say(ward.served, body) == 200
    await until(lambda: ward.oa.sent)

    async def delivered() -> bool:
        return await ward.number("deliveries_total", channel="zalo-oa", outcome="sent") >= 1

    await until(delivered)
    assert await ward.number("updates_total", channel="zalo-oa", what="new") == 1
    assert await ward.number("updates_total", channel="zalo-oa", what="repeated") == 2
    assert await ward.number("answers_total", channel="zalo-oa", kind="procedure") == 1
    assert await ward.number("channel_ready", channel="zalo-oa") == 1
    assert 0 <= await ward.number("last_update_seconds", channel="zalo-oa") < 60
    assert await ward.number("chats_by_replies", channel="zalo-oa", replies=str(len(ward.oa.sent))) == 1
    assert await ward.served.post("/api/ask", b'{"q": "xin chao"}', {"Content-Type": "application/json"}) == 200
    assert await ward.number("answers_total", channel="api", kind="smalltalk") == 1
    assert "/api/ask" in ward.served.said
    assert "/webhook/" not in ward.served.said  # counted, which says enough: no line for each


async def test_a_month_that_is_counted_by_the_platform(ward: Ward) -> None:
    assert await ward.bot.deliver(ward.bot.message(PERSON)) == 200
    await until(lambda: ward.bot.shown[PERSON])

    async def counted() -> bool:
        return await ward.number("month_messages", channel="zalo-bot") == 2

    await until(counted)
    assert await ward.number("people", channel="zalo-bot") == 1


async def test_what_waits_is_seen_by_every_process(tmp_path: Path, pack: Pack, understanding: Understanding) -> None:
    async with zalo_oa() as (root, oa):  # noqa: SIM117
        async with at_home(tmp_path, pack, understanding, delivers=False, **values(root)) as served:
            await until(lambda: _is_ready(served, "zalo-oa"))
            assert await say(served, event("user_send_text", text="chào")) == 200
            ward = Ward(served, oa, ZaloBotPlatform())
            assert await ward.number("waiting", queue="inbox", channel="zalo-oa") == 1
            assert await ward.number("waiting", queue="outbox", channel="zalo-oa") == 0
            assert 0 < await ward.number("oldest_waiting_seconds", queue="inbox", channel="zalo-oa") < 60


async def test_a_flood_is_counted(tmp_path: Path, pack: Pack, understanding: Understanding) -> None:
    async with zalo_oa() as (root, oa):  # noqa: SIM117
        async with at_home(tmp_path, pack, understanding, delivers=False, **values(root)) as served:
            await until(lambda: _is_ready(served, "zalo-oa"))
            for _ in range(23):
                assert await say(served, event("user_send_text", text="chào")) == 200
            ward = Ward(served, oa, ZaloBotPlatform())
            assert await ward.number("updates_total", channel="zalo-oa", what="flood") == 3


def test_names_that_anybody_may_make_up_stay_few() -> None:
    metrics = Metrics()
    count = metrics.ignored("telegram")
    for number in range(200):
        count("a" + "b" * (number % 59) + "c" * (number // 59))
    for name in (None, 7, "số căn cước", "a b", "x" * 61, '"}\n'):
        count(name)
    names = {
        sample.labels["event"]
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "hoiphuong_events_ignored_total"
    }
    assert len(names) <= NAMES + 1
    assert "other" in names
    assert all(name.isascii() for name in names)


def test_each_house_has_its_own() -> None:
    one, two = Metrics(), Metrics()
    one.answered("web", "procedure")
    assert b'kind="procedure"' in one.text()
    assert b'kind="procedure"' not in two.text()
