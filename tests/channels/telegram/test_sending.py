"""Sending to a strict Telegram, and what is logged of it."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
import time
from pathlib import Path

import pytest

from bot.channels.channel import Outcome, Outgoing
from bot.channels.telegram import Telegram
from bot.delivery.outbox import Outbox
from bot.storage.database import Database
from bot.storage.queues import REPLY, Delivery
from content.texts import texts
from tests import databases
from tests.channels.replies import REPLIES
from tests.channels.telegram.shapes import GROUP, pressed, said
from tests.emulators import telegram as emulator
from tests.emulators.telegram import TOKEN, Fault, until
from tests.emulators.telegram_rules import Refused

HEADER = "X-Telegram-Bot-Api-Secret-Token"
HOOK = "http://127.0.0.1:9/webhook/telegram"


def words(text: str = "Dạ", **more: object) -> Outgoing:
    return Outgoing(body={"method": "sendMessage", "params": {"text": text, "parse_mode": "HTML", **more}})


@pytest.mark.parametrize("name", REPLIES)
async def test_telegram_takes_every_answer(channel: Telegram, platform: emulator.Telegram, name: str) -> None:
    (asked,) = channel.receive(json.dumps(said("/hoi a", chat=GROUP)).encode())
    outgoing = channel.render(REPLIES[name], asked, texts("vi"))
    results = [await channel.send(asked.chat, Outgoing(body=json.loads(json.dumps(one.body)))) for one in outgoing]
    assert [r.outcome for r in results] == [Outcome.SENT] * len(outgoing), [r.reason for r in results]
    assert [r.message_id for r in results] == [str(s["message_id"]) for s in platform.sent]


async def test_a_press_is_acknowledged_beside_its_answer(channel: Telegram, platform: emulator.Telegram) -> None:
    platform.presses.add("99")
    (asked,) = channel.receive(json.dumps(pressed("menu", id_="99")).encode())
    (one,) = channel.render(REPLIES["one word"], asked, texts("vi"))
    assert (await channel.send("77", one)).outcome is Outcome.SENT
    assert platform.answered == ["99"]
    assert platform.texts(77) == ["Dạ."]
    assert (await channel.send("77", one)).outcome is Outcome.SENT, (
        "too old to be acknowledged, answered nevertheless"
    )


@pytest.mark.parametrize(
    "fault",
    [
        Fault(cut=True),
        Fault(hang=True),
        Fault(raw=(500, b"")),
        Fault(refused=Refused(429, "retry after 9", retry_after=9)),
    ],
)
async def test_a_press_that_cannot_be_acknowledged_harms_nothing(
    channel: Telegram, platform: emulator.Telegram, fault: Fault
) -> None:
    platform.fail("answerCallbackQuery", fault)
    one = Outgoing(body={**words().body, "query": "99"})
    assert (await channel.send("77", one)).outcome is Outcome.SENT


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("blocked", Outcome.GONE), ("deactivated", Outcome.GONE), ("kicked", Outcome.GONE), ("not a member", Outcome.GONE), ("deleted", Outcome.GONE),
        ("never started", Outcome.GONE), ("unknown", Outcome.GONE), ("silenced", Outcome.GONE), ("moved:-10055", Outcome.MOVED),
    ],
)  # fmt: skip
async def test_a_chat_that_is_not_there(
    channel: Telegram, platform: emulator.Telegram, state: str, outcome: Outcome
) -> None:
    platform.chats["-55"] = state
    result = await channel.send("-55", words())
    assert result.outcome is outcome
    assert result.moved_to == ("-10055" if outcome is Outcome.MOVED else None)
    assert channel.health.state != "refused"


@pytest.mark.parametrize(
    ("fault", "outcome", "everyone", "arrived"),
    [
        pytest.param(
            Fault(refused=Refused(429, "retry after 2", retry_after=2)),
            Outcome.REPEAT,
            True,
            0,
            id="too many requests",
        ),
        pytest.param(
            Fault(raw=(429, b"slow down")), Outcome.REPEAT, True, 0, id="too many, says something in between"
        ),
        pytest.param(Fault(refused=Refused(500, "restart")), Outcome.REPEAT, False, 0, id="500"),
        pytest.param(Fault(raw=(502, b"<html>")), Outcome.REPEAT, False, 0, id="502"),
        pytest.param(Fault(raw=(413, b"<html>")), Outcome.REFUSED, False, 0, id="413"),
        pytest.param(
            Fault(raw=(403, b"<html>blocked by the carrier")),
            Outcome.REPEAT,
            False,
            0,
            id="a carrier's 403 is nobody's block",
        ),
        pytest.param(Fault(raw=(302, b"")), Outcome.REPEAT, False, 0, id="a redirection"),
        pytest.param(Fault(raw=(200, b"<html>")), Outcome.UNKNOWN, False, 0, id="200 from something in between"),
        pytest.param(Fault(refused=Refused(401, "")), Outcome.ACCOUNT, False, 0, id="a revoked token"),
        pytest.param(Fault(hang=True, done=True), Outcome.UNKNOWN, False, 1, id="done, never answered"),
        pytest.param(Fault(cut=True, done=True), Outcome.UNKNOWN, False, 1, id="done, then cut off"),
        pytest.param(Fault(cut=True), Outcome.UNKNOWN, False, 0, id="cut off before: nobody can tell"),
    ],
)
async def test_a_send_that_fails(
    channel: Telegram, platform: emulator.Telegram, fault: Fault, outcome: Outcome, everyone: bool, arrived: int
) -> None:
    platform.fail("sendMessage", fault)
    result = await channel.send("77", words())
    assert (result.outcome, result.everyone, len(platform.sent)) == (outcome, everyone, arrived)
    assert TOKEN not in result.reason
    if fault.refused and fault.refused.code == 429:
        assert result.wait == 3.0


async def test_a_revoked_token_stops_the_channel(channel: Telegram, platform: emulator.Telegram) -> None:
    await channel.connect(webhook=None)
    platform.tokens.clear()
    assert (await channel.send("77", words())).outcome is Outcome.ACCOUNT
    assert channel.health.state == "refused"


async def test_a_platform_out_of_reach_is_noticed_and_found_again(
    channel: Telegram, platform: emulator.Telegram
) -> None:
    await channel.connect(webhook=HOOK)
    platform.fail("sendMessage", Fault(raw=(502, b"")), times=3)
    for state in ("ready", "ready", "unreachable"):
        await channel.send("77", words())
        assert channel.health.state == state
    await channel.connect(webhook=HOOK)
    assert channel.health.state == "ready"


@pytest.mark.parametrize(
    ("outgoing", "arrives"),
    [
        pytest.param(words("5 &lt; 6 &amp; <b>x"), "5 < 6 & x", id="HTML that cannot be parsed"),
        pytest.param(words("Chọn", reply_markup={"inline_keyboard": [[{"text": "Dài", "callback_data": "x" * 65}]]}), "Chọn\n\n1. Dài", id="a button that is too long"),
        pytest.param(words("Xem", reply_markup={"inline_keyboard": [[{"text": "Trang", "url": "http://phuong/a"}]]}), "Xem\n\nTrang: http://phuong/a", id="an address that leads nowhere"),
        pytest.param(words("Dạ", message_thread_id=9), "Dạ", id="a topic that is gone"),
        pytest.param(words("Dạ", message_thread_id=8), "Dạ", id="a topic that is closed"),
        pytest.param(words("<i>Dạ", message_thread_id=9), "Dạ", id="both"),
        pytest.param(Outgoing(body={"method": "sendVenue", "params": {"latitude": 95.0, "longitude": 1.0, "title": "A", "address": "B"}}),
                     "A\nB\nhttps://www.google.com/maps/search/?api=1&query=95.0,1.0", id="a pin that is nowhere"),
    ],
)  # fmt: skip
async def test_a_plainer_form_instead(
    channel: Telegram, platform: emulator.Telegram, outgoing: Outgoing, arrives: str
) -> None:
    platform.topics["-1001"] = {8: "closed"}
    for _ in range(4):
        result = await channel.send("-1001", outgoing)
        if not result.instead:
            break
        (outgoing,) = result.instead
    assert result.outcome is Outcome.SENT
    assert platform.texts() == [arrives]


async def test_a_group_is_written_to_twenty_times_a_minute(
    channel: Telegram, platform: emulator.Telegram, tmp_path: Path
) -> None:
    database = Database(databases.sqlite(tmp_path / "pace.db"))
    await database.migrate()
    now = dt.datetime.now(dt.UTC)
    async with database.unit_of_work() as session:
        for chat in ("-1001", "-1001", "77"):
            session.add(
                Delivery(
                    channel="telegram",
                    chat=chat,
                    lane=REPLY,
                    body=dict(words().body),
                    state="queued",
                    tries=0,
                    not_before=now,
                    at=now,
                )
            )
    outbox = Outbox(database, channel)
    await channel.connect(webhook=None)
    running = asyncio.create_task(outbox.run())
    await until(lambda: len(platform.sent) == 2)
    waits = {chat: free - time.monotonic() for chat, free in outbox._pace._free.items()}
    assert 2 < waits["-1001"] <= 3
    assert waits["77"] <= 1
    running.cancel()
    await asyncio.wait({running})
    await database.close()


async def test_what_no_plainer_form_helps_is_refused(channel: Telegram, platform: emulator.Telegram) -> None:
    for text in ("a" * 4097, " "):
        result = await channel.send("77", words(text))
        assert (result.outcome, result.instead) == (Outcome.REFUSED, ())
    assert (await channel.send("77", words("&lt;" * 4096))).outcome is Outcome.SENT, "counted after parsing"
    assert (await channel.send("77", words("🌸" * 2049))).outcome is Outcome.REFUSED, "counted in UTF-16"


async def test_the_token_stands_in_no_log(
    channel: Telegram,
    platform: emulator.Telegram,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = logging.getLogger()
    monitored = root.level
    root.setLevel(logging.DEBUG)
    try:
        await channel.connect(webhook=HOOK)
        echo = f'{{"echo": "/bot{TOKEN}/sendMessage"'.encode()
        for status in (200, 400, 502):
            platform.fail("sendMessage", Fault(raw=(status, echo)))
            await channel.send("77", words("Nguyễn Văn Lan 0901234567"))
        platform.tokens.clear()
        await channel.send("77", words("Nguyễn Văn Lan 0901234567"))
        await channel.connect(webhook=HOOK)
    finally:
        root.setLevel(monitored)
    logged = caplog.text + "".join(capsys.readouterr())
    assert TOKEN not in logged
    assert "AAH" not in logged
    assert "Lan" not in logged
