"""Who may call the webhook, and what is nonsense."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping

import pytest

from bot.channels.channel import Malformed
from bot.channels.telegram import Telegram
from tests.channels.telegram.conftest import SECRET
from tests.channels.telegram.shapes import said, update

HEADER = "X-Telegram-Bot-Api-Secret-Token"
HOOK = "http://127.0.0.1:9/webhook/telegram"


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        pytest.param({HEADER: SECRET}, True, id="the secret"),
        pytest.param({}, False, id="none"),
        pytest.param({HEADER: ""}, False, id="empty"),
        pytest.param({HEADER: SECRET + "x"}, False, id="longer"),
        pytest.param({HEADER: SECRET[:-1]}, False, id="shorter"),
        pytest.param({HEADER: SECRET.upper()}, False, id="in capitals"),
        pytest.param({HEADER: "bí-mật"}, False, id="not ASCII"),
        pytest.param({HEADER: "\udc80\ud800"}, False, id="broken letters"),
    ],
)
async def test_verify(channel: Telegram, headers: Mapping[str, str], ours: bool) -> None:
    assert channel.verify(headers, b"{}") is ours


async def test_the_secret_is_compared_in_constant_time(channel: Telegram, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def watched(given: bytes, ours: bytes) -> bool:
        compared.append((given, ours))
        return hmac.compare_digest(given, ours)

    monkeypatch.setattr("bot.channels.telegram.bot.hmac", type("", (), {"compare_digest": staticmethod(watched)}))
    assert not channel.verify({HEADER: "wrong"}, b"")
    assert compared == [(b"wrong", SECRET.encode())]


async def test_without_a_secret_nobody_is_let_in(poller: Telegram) -> None:
    assert not poller.verify({}, b"")
    assert not poller.verify({HEADER: ""}, b"")


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b'"x"', b"[]", b"{}", b'{"update_id":1,"message":3}'])
async def test_nonsense(channel: Telegram, raw: bytes) -> None:
    with pytest.raises(Malformed):
        channel.receive(raw)


async def test_received(channel: Telegram) -> None:
    (found,) = channel.receive(json.dumps(said("làm khai sinh")).encode())
    assert (found.text, found.chat) == ("làm khai sinh", "77")
    assert channel.receive(json.dumps(update(poll={"id": "1"})).encode()) == ()
