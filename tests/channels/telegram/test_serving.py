"""`hoiphuong serve` with a Telegram bot, end to end against the strict double."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.channels.serving import Served, free_port, serving, until
from tests.channels.telegram.conftest import SECRET
from tests.channels.telegram.shapes import GROUP, HOME, LAN, membership, message, pressed, said, update
from tests.emulators import telegram as emulator
from tests.emulators.telegram import TOKEN, Fault
from tests.emulators.telegram_rules import Refused

HOOK = "/webhook/telegram"
SIGNED = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
HUNG = {**LAN, "id": 78, "first_name": "Hùng"}


def at(number: int) -> dict[str, Any]:
    """Another person, at home."""
    return {"chat": {**HOME, "id": number}, "sender": {**LAN, "id": number}}


def ward(platform: emulator.Telegram, **changes: object) -> dict[str, object]:
    return {"telegram_bot_token": TOKEN, "telegram_secret": SECRET, "telegram_api_url": platform.root} | changes


pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Ward:
    """A running `serve`, with its Telegram."""

    platform: emulator.Telegram
    served: Served


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ward]:
    """One for all tests that do not ask for their own: a start costs seconds. Each test has people of its own."""
    async with (
        emulator.serving() as platform,
        serving(tmp_path_factory.mktemp("telegram"), **ward(platform)) as opened,
    ):
        await until(lambda: _is(opened, "ready"))
        yield Ward(platform, opened)
        assert TOKEN.partition(":")[2] not in opened.said
        assert SECRET not in opened.said


async def test_from_the_webhook_to_the_answer_and_from_a_press_to_the_next(running: Ward) -> None:
    platform, served = running.platform, running.served
    assert platform.webhook["url"] == f"{served.url}{HOOK}"
    await until(lambda: len(platform.commands) == 6)

    assert await platform.deliver(said("dang ky khai sinh can giay gi")) == [200]
    await until(lambda: platform.texts(77))
    (answer,) = [sent for sent in platform.sent if sent["chat_id"] == "77"]
    assert answer["text"].startswith("<b>Đăng ký khai sinh</b>\n\n<b>Giấy tờ cần nộp</b>\n• ")
    assert "<i>Nguồn: " in answer["text"]
    fee = next(key for row in answer["reply_markup"]["inline_keyboard"] for key in row if key["text"] == "Lệ phí")

    platform.presses.add("9988")
    assert await platform.deliver(pressed(fee["callback_data"], id_="9988")) == [200]
    await until(lambda: len(platform.texts(77)) == 2)
    assert "<b>Lệ phí</b>" in platform.texts(77)[1]
    await until(lambda: platform.answered == ["9988"])

    steps = [
        said("/start hotline_phuong-1", **at(1)),
        said("/privacy", **at(2)),
        said("where can I stay tonight", chat={**HOME, "id": 3}, sender={**LAN, "id": 3, "language_code": "en"}),
        said("cháy nhà rồi", **at(4)),
        said("phí khai sinh", chat=GROUP, sender=HUNG),  # nobody called us
        said("@sadec_bot phí khai sinh", chat=GROUP, sender=HUNG),
        update(edited_message=message("sửa lại")),
        update(guest_message={"text": "số căn cước 079"}),
    ]
    assert await platform.deliver(*steps) == [200] * len(steps)
    await until(lambda: all(platform.texts(chat) for chat in (1, 2, 3, 4, -1001)))
    assert platform.texts(1)[0].startswith("<b>Số điện thoại Phường 1</b>")
    assert "/xoa" in platform.texts(2)[0]
    assert "stay" in platform.texts(3)[0]
    assert platform.texts(4)[0].split("\n")[0].startswith("<b>GỌI NGAY 114")
    assert len(platform.texts(-1001)) == 1
    await until(lambda: _count(served, "SELECT count(*) FROM inbox WHERE body IS NOT NULL", 0))
    assert "079" not in served.said
    assert "dang ky khai sinh" not in served.said
    assert "guest_message" in served.said


async def test_a_repeated_update_is_answered_once_and_in_order(running: Ward) -> None:
    platform = running.platform
    questions = [said(text, **at(60)) for text in ("xin chào", "phí khai sinh", "cảm ơn")]
    for question in questions:  # the messages of one chat come one after the other, each perhaps more than once
        await asyncio.gather(*(platform.deliver(question) for _ in range(4)))
    await until(lambda: len(platform.texts(60)) == 3)
    await platform.deliver(questions[0])
    old = said("tin cũ", **at(60))
    old["message"]["date"] = int(time.time() - 72 * 3600)
    assert await platform.deliver(old) == [200]
    await platform.deliver(said("xin chào", **at(5)))
    await until(lambda: platform.texts(5))
    texts = platform.texts(60)
    assert len(texts) == 3
    assert "khai sinh" in texts[1].lower()
    assert set(platform.statuses) == {200}


BAD: dict[str, tuple[bytes, dict[str, str], int]] = {
    "no secret": (json.dumps(said("xin chào")).encode(), {}, 401),
    "a wrong secret": (json.dumps(said("xin chào")).encode(), {"X-Telegram-Bot-Api-Secret-Token": "x" * 20}, 401),
    "a secret that is no text": (b"{}", {"X-Telegram-Bot-Api-Secret-Token": "m\u1eadt"}, 401),
    "no JSON": (b"{", SIGNED, 400),
    "no update": (b"[1]", SIGNED, 400),
    "half a message": (b'{"update_id": 1, "message": {}}', SIGNED, 400),
    "an unknown event": (b'{"update_id": 1, "story": {"who": "secret-person"}}', SIGNED, 200),
    "2 MB": (b" " * 2_000_000, SIGNED, 413),
}


async def test_bad_input_stores_nothing(running: Ward) -> None:
    served = running.served
    before = await served.rows("SELECT count(*) FROM inbox")
    got = {name: await served.post(HOOK, raw, headers) for name, (raw, headers, _) in BAD.items()}
    assert got == {name: status for name, (_, _, status) in BAD.items()}
    assert await served.rows("SELECT count(*) FROM inbox") == before
    assert "secret-person" not in served.said
    assert "xin chào" not in served.said


async def test_failures_on_the_way_out(running: Ward) -> None:
    platform, served = running.platform, running.served
    platform.fail("sendMessage", Fault(cut=True, done=True))  # accepted, unseen: left alone
    await platform.deliver(said("xin chào", **at(70)))
    await until(lambda: _states(served, "70", ["unknown"]))

    platform.fail("sendMessage", Fault(refused=Refused(429, "retry after 1", retry_after=1)))
    await platform.deliver(said("xin chào", **at(6)))

    platform.chats["7"] = "blocked"
    await platform.deliver(said("xin chào", **at(7)))
    await until(lambda: _states(served, "7", ["gone"]))
    assert await served.rows("SELECT reachable, reason FROM contacts WHERE chat = '7'") == [
        (0, "Forbidden: blocked by the person")
    ]
    await platform.deliver(membership("member", chat={**HOME, "id": 7}, before="kicked"))
    await until(lambda: _count(served, "SELECT reachable FROM contacts WHERE chat = '7'", 1))
    await platform.deliver(membership("kicked", chat={**HOME, "id": 7}))
    await until(lambda: _count(served, "SELECT reachable FROM contacts WHERE chat = '7'", 0))

    platform.chats["-55"] = "moved:-10055"
    small = {"id": -55, "title": "Tổ 5", "type": "group"}
    await platform.deliver(said("/hoi xin chào", chat=small))
    await until(lambda: platform.texts(-10055))
    await until(lambda: _groups(served, [("-10055", "Tổ 5")]))
    for _ in range(2):  # both service messages, in any order, perhaps twice: nothing more changes
        await platform.deliver(said(chat=small, migrate_to_chat_id=-10055))
        await platform.deliver(said(chat={**GROUP, "id": -10055}, migrate_from_chat_id=-55))

    await until(lambda: platform.texts(6))
    await until(lambda: _states(served, "6", ["sent"]))
    await until(lambda: _count(served, "SELECT count(*) FROM inbox WHERE state != 'done'", 0))
    assert await _groups(served, [("-10055", "Tổ 5")])
    assert len(platform.texts(70)) == 1
    assert await served.channel("telegram") == "ready"


async def test_telegram_down_at_the_start_harms_nobody_else_and_is_tried_again(tmp_path: Path) -> None:
    port = free_port()
    down = {"telegram_bot_token": TOKEN, "telegram_secret": SECRET, "telegram_api_url": f"http://127.0.0.1:{port}"}
    async with serving(tmp_path, **down) as served:
        await until(lambda: _ready(served))
        assert await served.channel("telegram") == "unreachable: no connection"
        assert await served.post("/api/ask", b'{"q": "xin chao"}', {"Content-Type": "application/json"}) == 200
        hello, call = said("xin chào"), said("@SaDec_bot xin chào", chat=GROUP)
        assert await served.post(HOOK, json.dumps(hello).encode(), SIGNED) == 200, "kept for later"
        assert await served.post(HOOK, json.dumps(call).encode(), SIGNED) == 503, (
            "whether it is for us cannot be told yet"
        )
        async with emulator.serving(port) as platform:
            await until(lambda: platform.texts(77))
            assert await served.channel("telegram") == "ready"
            assert await platform.deliver(call) == [200]
            await until(lambda: platform.texts(-1001))
            assert len(platform.texts(77)) == 1


async def test_polling(tmp_path: Path) -> None:
    async with emulator.serving() as platform:
        await _polling(platform, tmp_path)


async def _polling(platform: emulator.Telegram, tmp_path: Path) -> None:
    settings = ward(platform, telegram_mode="polling")
    del settings["telegram_secret"]
    platform.webhook = {"url": "https://elsewhere.example"}
    platform.queue(said("xin chào"))
    async with serving(tmp_path, **settings) as served:
        await until(lambda: platform.texts(77))
        assert platform.webhook == {}
        platform.queue(said("/start", **at(8)))
        platform.queue(update(poll={"id": "1"}))
        await until(lambda: platform.texts(8))
        await until(lambda: not platform.pending)
        assert len(platform.sent) == 2
        assert await served.post(HOOK, b"{}", SIGNED) == 401
        assert "another program polls" not in served.said


async def _states(served: Served, chat: str, states: list[str]) -> bool:
    rows = await served.rows(f"SELECT state FROM outbox WHERE chat = '{chat}' ORDER BY id")
    return [state for (state,) in rows] == states


async def _count(served: Served, query: str, number: int) -> bool:
    return [tuple(row) for row in await served.rows(query)] == [(number,)]


async def _groups(served: Served, groups: list[tuple[str, str]]) -> bool:
    rows = await served.rows("SELECT chat, title FROM contacts WHERE is_group AND chat LIKE '%55'")
    return [tuple(row) for row in rows] == groups


async def _ready(served: Served) -> bool:
    return (await served.ready())[0] == 200


async def _is(served: Served, state: str) -> bool:
    return await served.channel("telegram") == state
