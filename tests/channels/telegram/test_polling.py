"""Polling a strict Telegram."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bot.channels.channel import Update
from bot.channels.telegram import Telegram
from tests.channels.telegram.shapes import said
from tests.emulators import telegram as emulator
from tests.emulators.telegram import Fault, until
from tests.emulators.telegram_rules import Refused

HEADER = "X-Telegram-Bot-Api-Secret-Token"
HOOK = "http://127.0.0.1:9/webhook/telegram"


async def collect(channel: Telegram, batches: list[Sequence[Update]]) -> None:
    async for batch in channel.poll():
        batches.append(batch)


async def test_polling(poller: Telegram, platform: emulator.Telegram) -> None:
    batches: list[Sequence[Update]] = []
    polling = asyncio.create_task(collect(poller, batches))
    platform.queue(said("một"))
    platform.queue({"update_id": 5, "message": "nonsense"})
    platform.queue(said("hai"))
    await poller.connect(webhook=None)
    await until(lambda: batches and not platform.pending)
    assert [u.text for batch in batches for u in batch] == ["một", "hai"]
    platform.queue(said("ba"))
    await until(lambda: len(batches) == 2)
    polling.cancel()
    await asyncio.wait({polling})
    assert all(
        call["allowed_updates"] == ["message", "callback_query", "my_chat_member"]
        for call in platform.called("getUpdates")
    )


async def test_a_batch_is_asked_for_again_until_it_is_stored(poller: Telegram, platform: emulator.Telegram) -> None:
    await poller.connect(webhook=None)
    platform.queue(said("một"))
    first = poller.poll()
    assert [u.text for u in await anext(first)] == ["một"]
    await first.aclose()  # the process dies before it is stored
    again = poller.poll()
    assert [u.text for u in await anext(again)] == ["một"]
    following = asyncio.ensure_future(anext(again))
    await until(lambda: not platform.pending)
    following.cancel()
    await asyncio.wait({following})
    await again.aclose()


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault(raw=(502, b"")), id="a gateway in trouble"),
        pytest.param(Fault(cut=True), id="cut off"),
        pytest.param(Fault(raw=(200, b"<html>")), id="nonsense"),
        pytest.param(Fault(refused=Refused(429, "retry after 1", retry_after=0.01)), id="too many requests"),  # type: ignore[arg-type]
        pytest.param(Fault(refused=Refused(409, "terminated by other getUpdates request")), id="another poller"),
    ],
)
async def test_polling_goes_on(
    poller: Telegram, platform: emulator.Telegram, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram.bot.LONGEST_WAIT", 0.01)
    await poller.connect(webhook=None)
    platform.fail("getUpdates", fault)
    platform.queue(said("một"))
    batches: list[Sequence[Update]] = []
    polling = asyncio.create_task(collect(poller, batches))
    await until(lambda: batches)
    polling.cancel()
    await asyncio.wait({polling})


async def test_a_webhook_that_somebody_set_ends_no_polling(
    poller: Telegram, platform: emulator.Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram.bot.LONGEST_WAIT", 0.01)
    await poller.connect(webhook=None)
    platform.webhook = {"url": "https://other.example"}
    platform.queue(said("một"))
    batches: list[Sequence[Update]] = []
    polling = asyncio.create_task(collect(poller, batches))
    await until(lambda: batches)
    assert poller.health.state == "ready"
    assert not poller.health.why, "once polling works nothing is wrong any more"
    polling.cancel()
    await asyncio.wait({polling})
