"""Changing and taking back what was sent, as the outbox does it: a body, sent like any other."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.channel import Changing, Outcome, Outgoing, SendResult
from bot.channels.telegram import Telegram
from tests.emulators import telegram as emulator

KEYS = {"inline_keyboard": [[{"text": "Về đầu", "callback_data": "menu"}]]}
URL, OTHER = "https://phuong.example/a.jpg", "https://phuong.example/b.jpg"


def text(words: str, **more: Any) -> Outgoing:
    params = {"text": words, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
    return Outgoing(body={"method": "sendMessage", "params": params | more})


def photo(url: str = URL, **params: Any) -> Outgoing:
    return Outgoing(body={"method": "sendPhoto", "alt": "Cái cầu", "params": {"photo": url, **params}})


async def change(channel: Telegram, message_id: str, new: Outgoing) -> SendResult:
    """The change, and whatever it takes where it is refused at first."""
    call = channel.editing(message_id, new)
    assert call
    result = await channel.send("77", call)
    return await channel.send("77", result.instead[0]) if result.instead else result


async def sent(channel: Telegram, outgoing: Outgoing) -> str:
    result = await channel.send("77", outgoing)
    assert result.message_id, result.reason
    return result.message_id


def test_telegram_can(channel: Telegram) -> None:
    assert isinstance(channel, Changing)


CHANGES = [
    ("words", text("Cầu đóng"), text("Cầu <b>mở</b>", reply_markup=KEYS), {"text": "Cầu <b>mở</b>", "reply_markup": KEYS}),
    ("a picture and its words", photo(caption="Cầu đóng"), photo(OTHER, caption="Cầu mở"), {"photo": OTHER, "caption": "Cầu mở"}),
    ("words below a picture that stays", photo(caption="Cầu đóng"), text("Cầu mở"), {"photo": URL, "caption": "Cầu mở"}),
    ("words that have a picture now", text("Cầu đóng"), photo(caption="Cầu mở"), {"text": f"Cầu mở\n\nCái cầu: {URL}"}),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "shows"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
async def test_what_was_sent_says_something_else(
    channel: Telegram, platform: emulator.Telegram, before: Outgoing, after: Outgoing, shows: dict[str, Any]
) -> None:
    message_id = await sent(channel, before)
    result = await change(channel, message_id, after)
    assert (result.outcome, result.message_id) == (Outcome.SENT, message_id)
    [message] = platform.sent
    assert {name: message[name] for name in shows} == shows


async def test_what_says_so_already_is_changed(channel: Telegram, platform: emulator.Telegram) -> None:
    message_id = await sent(channel, text("Cầu đóng"))
    result = await change(channel, message_id, text("Cầu đóng"))
    assert (result.outcome, result.message_id) == (Outcome.SENT, message_id)


async def test_what_is_gone_cannot_be_changed(channel: Telegram, platform: emulator.Telegram) -> None:
    result = await change(channel, "12345", text("Cầu mở"))
    assert (result.outcome, result.reason) == (Outcome.REFUSED, "BadRequest: the message is gone")


def test_pins_and_cards_stay_as_they_are(channel: Telegram) -> None:
    assert channel.editing("1", Outgoing(body={"method": "sendVenue", "params": {"title": "Nhà"}})) is None


async def test_what_was_sent_is_taken_back(channel: Telegram, platform: emulator.Telegram) -> None:
    message_id = await sent(channel, text("Cầu đóng"))
    call = channel.withdrawing(message_id)
    assert call
    for _ in range(2):  # the second time it is gone already, which is as good
        result = await channel.send("77", call)
        assert (result.outcome, result.message_id) == (Outcome.SENT, message_id)
    assert platform.sent == []
    assert platform.deleted == [int(message_id)]


async def test_after_48_hours_it_stays(channel: Telegram, platform: emulator.Telegram) -> None:
    message_id = await sent(channel, text("Cầu đóng"))
    platform.too_old.add(int(message_id))
    call = channel.withdrawing(message_id)
    assert call
    result = await channel.send("77", call)
    assert (result.outcome, result.instead) == (Outcome.REFUSED, ())
    assert "too old" in result.reason
    assert len(platform.sent) == 1
