"""`hoiphuong serve` with a Zalo bot, end to end against the strict double."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.delivery.arrivals import Arrivals
from bot.storage import leases, usage
from bot.storage.database import Database
from bot.understanding import Understanding
from content.pack import Pack
from tests import databases
from tests.channels.serving import Served, at_home, serving, until
from tests.emulators.zalo_bot import SECRET, TOKEN, ZaloBotPlatform

LAN, HUNG, GROUP = "a" * 20, "b" * 20, "c" * 20
HOOK = "/webhook/zalo-bot"
SIGNED = {"X-Bot-Api-Secret-Token": SECRET}


def ward(zalo: ZaloBotPlatform, **changes: object) -> dict[str, object]:
    return {
        "zalo_bot_token": TOKEN, "zalo_bot_secret": SECRET, "zalo_bot_api_url": zalo.url, "zalo_bot_name": "Bot Sa Đéc",
    } | changes  # fmt: skip


@pytest.fixture
async def served(
    zalo: ZaloBotPlatform, tmp_path: Path, pack: Pack, understanding: Understanding
) -> AsyncIterator[Served]:
    zalo.any_url = True
    async with at_home(tmp_path, pack, understanding, **ward(zalo)) as opened:
        await until(lambda: zalo.webhook)
        yield opened
        assert TOKEN.partition(":")[2] not in opened.said
        assert SECRET not in opened.said


async def test_hoiphuong_serve_answers_and_what_an_earlier_process_only_kept(
    zalo: ZaloBotPlatform, tmp_path: Path, pack: Pack, understanding: Understanding
) -> None:
    zalo.any_url = True
    async with at_home(tmp_path, pack, understanding, delivers=False, **ward(zalo)):
        await until(lambda: zalo.webhook)
        assert await zalo.deliver(zalo.message(LAN, "số công an phường 1 ạ")) == 200
    assert not zalo.shown[LAN]
    async with serving(tmp_path, **ward(zalo)) as served:
        await until(lambda: zalo.shown[LAN])
        assert await zalo.deliver(zalo.message(LAN, "dang ky khai sinh"), wrapped=True) == 200
        await until(lambda: len(zalo.shown[LAN]) == 2)
        assert await served.channel("zalo-bot") == "ready"
    assert [text.splitlines()[0] for text in zalo.shown[LAN]] == ["Số điện thoại Phường 1", "Đăng ký khai sinh"]
    for secret in (TOKEN, TOKEN.partition(":")[2], SECRET, LAN, "phường 1 ạ"):
        assert secret not in served.said


async def test_from_the_webhook_to_one_bubble_and_a_number_picks_a_choice(
    zalo: ZaloBotPlatform, served: Served
) -> None:
    status, ready = await served.ready()
    assert (status, ready["channels"]["zalo-bot"]) == (200, "ready")
    assert zalo.webhook == f"{served.url}{HOOK}"

    assert await zalo.deliver(zalo.message(LAN, "dang ky khai sinh can giay gi")) == 200
    await until(lambda: zalo.shown[LAN])
    (answer,) = zalo.shown[LAN]
    assert answer.startswith("Đăng ký khai sinh\n\nGiấy tờ cần nộp\n")
    assert "Nguồn: " in answer
    number = next(line for line in answer.splitlines() if line.endswith(". Lệ phí")).partition(".")[0]

    assert await zalo.deliver(zalo.message(LAN, number), wrapped=True) == 200
    await until(lambda: len(zalo.shown[LAN]) == 2)
    assert "Lệ phí\n" in zalo.shown[LAN][1]

    fire = zalo.message(HUNG, "chay nha roi", group=GROUP)
    fire["message"] |= {"text": "@Bot Sa Đéc cháy nhà rồi", "from": {"id": HUNG, "display_name": "Hùng"}}
    assert await zalo.deliver(fire) == 200
    await until(lambda: zalo.shown[GROUP])
    assert zalo.shown[GROUP][0].startswith("Hùng: GỌI NGAY 114!\n")
    assert await zalo.deliver(zalo.message(HUNG, "mai họp khóm", group=GROUP)) == 200

    voice = zalo.message(HUNG, None, event="message.voice.received", voice_url="https://x/a.aac")
    assert await zalo.deliver(voice) == 200
    await until(lambda: zalo.shown[HUNG])
    assert "gõ" in zalo.shown[HUNG][0]

    await until(lambda: _used(served, [("people", 2), ("received", 4), ("sent", 4)]))
    assert await served.rows("SELECT count(*) FROM inbox WHERE body IS NOT NULL") == [(0,)]
    assert len(zalo.shown[GROUP]) == 1
    assert "khai sinh" not in served.said


async def test_a_repeated_update_is_answered_once(zalo: ZaloBotPlatform, served: Served) -> None:
    first, second = zalo.message(LAN, "xin chào"), zalo.message(LAN, "cảm ơn")
    await asyncio.gather(*(zalo.deliver(first, wrapped=n % 2 == 0) for n in range(6)))
    await until(lambda: zalo.shown[LAN])
    await zalo.deliver(second)
    await until(lambda: len(zalo.shown[LAN]) == 2)
    await zalo.deliver(first)  # late, and out of order
    old = zalo.message(LAN, "tin cũ", date=int((dt.datetime.now().timestamp() - 72 * 3600) * 1000))
    assert await zalo.deliver(old) == 200
    await zalo.deliver(zalo.message(HUNG, "xin chào"))
    await until(lambda: zalo.shown[HUNG])
    assert len(zalo.shown[LAN]) == 2
    assert not zalo.doubles()


BAD: dict[str, tuple[bytes, dict[str, str], int]] = {
    "no secret": (orjson.dumps({"event_name": "message.text.received"}), {}, 401),
    "a wrong secret": (b"{}", {"X-Bot-Api-Secret-Token": "x" * 20}, 401),
    "a secret that is no text": (b"{}", {"X-Bot-Api-Secret-Token": "m\u1eadt"}, 401),
    "an empty probe without the secret": (b"", {}, 401),
    "an empty probe": (b"", SIGNED, 200),
    "no JSON": (b"{", SIGNED, 400),
    "half a message": (b'{"event_name": "message.text.received", "message": {}}', SIGNED, 400),
    "an unknown event": (b'{"event_name": "user.follow", "user": {"id": "secret-person"}}', SIGNED, 200),
    "2 MB": (b" " * 2_000_000, SIGNED, 413),
}


async def test_bad_input_stores_nothing(zalo: ZaloBotPlatform, served: Served) -> None:
    got = {name: await served.post(HOOK, raw, headers) for name, (raw, headers, _) in BAD.items()}
    assert got == {name: status for name, (_, _, status) in BAD.items()}
    assert await zalo.deliver(zalo.message(LAN, "xin chào"), secret="wrong-secret") == 401
    assert await served.rows("SELECT count(*) FROM inbox") == [(0,)]
    assert not zalo.shown[LAN]
    assert "secret-person" not in served.said
    assert "xin chào" not in served.said


async def test_failures_on_the_way_out(zalo: ZaloBotPlatform, served: Served) -> None:
    zalo.faults.append("cut after")  # accepted, unseen: left alone
    await zalo.deliver(zalo.message(LAN, "xin chào"))
    await until(lambda: _states(served, LAN, ["unknown"]))
    zalo.faults.extend(["403", "502 page"])  # repeated, then unknown and left
    await zalo.deliver(zalo.message(HUNG, "xin chào"))
    await until(lambda: _states(served, HUNG, ["unknown"]))
    zalo.blocked.add(GROUP)
    await zalo.deliver(zalo.message(HUNG, "@bot xin chào", group=GROUP))
    await until(lambda: _states(served, GROUP, ["refused"]))
    assert len(zalo.shown[LAN]) == 1
    assert not zalo.shown[HUNG]
    (reason,) = {reason for (reason,) in await served.rows(f"SELECT reason FROM outbox WHERE chat = '{GROUP}'")}
    assert reason == "400 the message or the chat is at fault (The chat does not exist)"
    assert await served.channel("zalo-bot") == "ready"


async def test_zalo_down_at_the_start_harms_nobody_else_and_is_tried_again(
    zalo: ZaloBotPlatform, tmp_path: Path, pack: Pack, understanding: Understanding
) -> None:
    zalo.any_url = zalo.down = True
    async with at_home(tmp_path, pack, understanding, **ward(zalo)) as served:
        await until(lambda: _ready(served))
        assert await served.channel("zalo-bot") == "unreachable: no answer"
        assert await served.post("/api/ask", b'{"q": "xin chao"}', {"Content-Type": "application/json"}) == 200
        zalo.webhook, zalo.secret = f"{served.url}{HOOK}", SECRET  # of an earlier day
        assert await zalo.deliver(zalo.message(LAN, "xin chào")) == 200
        zalo.down = False
        await until(lambda: zalo.shown[LAN])
        assert await served.channel("zalo-bot") == "ready"


async def test_a_wrong_token_is_named_without_being_shown(
    zalo: ZaloBotPlatform, tmp_path: Path, pack: Pack, understanding: Understanding
) -> None:
    zalo.token = "1234567890:new-after-a-reset"
    async with at_home(tmp_path, pack, understanding, **ward(zalo)) as served:
        await until(lambda: _ready(served))
        assert (await served.channel("zalo-bot")).startswith("refused: 401 the token is wrong or was reset")
        assert TOKEN.partition(":")[2] not in served.said


async def test_the_month_is_told_at_eighty_percent_and_outlives_the_process(
    zalo: ZaloBotPlatform, tmp_path: Path, pack: Pack, understanding: Understanding
) -> None:
    zalo.any_url = True
    database = Database(databases.sqlite(tmp_path / "serve.db"))
    await database.migrate()
    async with database.unit_of_work() as session:
        usage.count(session, "zalo-bot", usage.SENT, dt.datetime.now(dt.UTC), 2400)
        usage.count(session, "zalo-bot", usage.PEOPLE, dt.datetime.now(dt.UTC), 12)
    await database.close()
    async with at_home(tmp_path, pack, understanding, **ward(zalo)) as served:
        await until(lambda: _ready(served))
        told = "ready: 2400 of 3000 messages of this month, 12 of 50 people"
        await until(lambda: _is(served, told))
        assert "nearly used up" in served.said


async def test_polling_answers_and_of_two_processes_only_one_asks(
    zalo: ZaloBotPlatform, tmp_path: Path, pack: Pack, understanding: Understanding
) -> None:
    zalo.webhook = "https://elsewhere.vn/hook"
    polls = ward(zalo, zalo_bot_mode="polling", zalo_bot_secret=None)
    async with at_home(tmp_path, pack, understanding, **polls) as first:
        await until(lambda: zalo.polled)
        assert zalo.webhook == ""
        async with at_home(tmp_path, pack, understanding, **polls) as second:
            await until(lambda: _is(second, "ready"))
            assert zalo.offer(zalo.message(LAN, "xin chào"))
            await until(lambda: zalo.polled and zalo.shown[LAN])
            assert zalo.offer({"event_name": "user.follow"} | {"message": zalo.message(LAN)["message"]})
            await until(lambda: zalo.polled)
            assert zalo.offer(zalo.message(LAN, "cảm ơn"))
            await until(lambda: len(zalo.shown[LAN]) == 2)
            assert await first.post(HOOK, b"{}", {"X-Bot-Api-Secret-Token": ""}) == 401
            assert await first.rows("SELECT name FROM leases WHERE name NOT LIKE 'send:%'") == [("poll:zalo-bot",)]
    assert not any(refusal.words == "Another poll is waiting" for refusal in zalo.refused)
    assert not zalo.doubles()
    database = Database(first.database)
    async with database.reading() as session:
        assert not list(await session.scalars(select(leases.Lease)))  # let go: the next start polls at once
    await database.close()


async def test_what_is_polled_while_the_database_is_away_waits_for_it(
    zalo: ZaloBotPlatform, tmp_path: Path, pack: Pack, understanding: Understanding, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, failed = Arrivals._keep, []

    async def away(self: Arrivals, rows: Any) -> None:
        if not failed:
            failed.append(rows)
            raise OperationalError("INSERT", {}, Exception("away"))
        await keep(self, rows)

    monkeypatch.setattr(Arrivals, "_keep", away)
    async with at_home(tmp_path, pack, understanding, **ward(zalo, zalo_bot_mode="polling", zalo_bot_secret=None)):
        await until(lambda: zalo.polled)
        assert zalo.offer(zalo.message(LAN, "xin chào"))
        await until(lambda: zalo.shown[LAN])
    assert failed


async def _states(served: Served, chat: str, states: list[str]) -> bool:
    rows = await served.rows(f"SELECT state FROM outbox WHERE chat = '{chat}' ORDER BY id")
    return [state for (state,) in rows] == states


async def _ready(served: Served) -> bool:
    return (await served.ready())[0] == 200


async def _is(served: Served, state: str) -> Any:
    return await served.channel("zalo-bot") == state


async def _used(served: Served, expected: list[tuple[str, int]]) -> bool:
    rows = await served.rows("SELECT what, n FROM usage ORDER BY what")
    return [tuple(row) for row in rows] == expected
