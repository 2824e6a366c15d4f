"""Connecting to a strict Telegram, and looking after the connection."""

from __future__ import annotations

import pytest

from bot.channels import channels
from bot.channels.channel import Outcome, Outgoing
from bot.channels.ports import Ports
from bot.channels.telegram import Telegram
from bot.channels.telegram.client import Client
from bot.settings import Settings
from content.texts import texts
from tests.channels.telegram.conftest import SECRET
from tests.emulators import telegram as emulator
from tests.emulators.telegram import TOKEN, Fault
from tests.emulators.telegram_rules import Refused

HEADER = "X-Telegram-Bot-Api-Secret-Token"
HOOK = "http://127.0.0.1:9/webhook/telegram"


def words(text: str = "Dạ", **more: object) -> Outgoing:
    return Outgoing(body={"method": "sendMessage", "params": {"text": text, "parse_mode": "HTML", **more}})


async def test_connecting_registers_the_webhook_and_the_menus(channel: Telegram, platform: emulator.Telegram) -> None:
    await channel.connect(webhook=HOOK)
    assert channel.health.state == "ready"
    assert platform.webhook == {
        "url": HOOK,
        "secret_token": SECRET,
        "max_connections": 20,
        "allowed_updates": ["message", "callback_query", "my_chat_member"],
    }
    assert set(platform.commands) == {
        (scope, lang) for scope in ("default", "all_private_chats", "all_group_chats") for lang in ("", "en")
    }
    assert platform.commands["all_private_chats", ""][0] == {
        "command": "thutuc",
        "description": "Giấy tờ, lệ phí, nộp ở đâu",
    }
    assert platform.commands["all_private_chats", "en"][0]["description"] == "Procedures: papers, fees, where"
    assert "hoi" in [c["command"] for c in platform.commands["all_group_chats", ""]]
    for needed in ("help", "settings", "privacy", "xoa"):
        assert needed in [c["command"] for c in platform.commands["all_private_chats", ""]]


async def test_a_worker_leaves_the_webhook_alone(channel: Telegram, platform: emulator.Telegram) -> None:
    await channel.connect(webhook=None)
    assert channel.health.state == "ready"
    assert [name for name, _ in platform.calls] == ["getMe"]


async def test_polling_removes_the_webhook_and_keeps_what_people_wrote(
    poller: Telegram, platform: emulator.Telegram
) -> None:
    platform.webhook = {"url": HOOK}
    await poller.connect(webhook=None)
    assert platform.webhook == {}
    assert platform.called("deleteWebhook") == [{}]


async def test_many_processes_register_at_once(channel: Telegram, platform: emulator.Telegram) -> None:
    platform.fail("setWebhook", Fault(refused=Refused(429, "retry after 1", retry_after=1)))
    await channel.connect(webhook=HOOK)
    assert channel.health.state == "ready"


async def test_menus_that_fail_hold_nothing_up(channel: Telegram, platform: emulator.Telegram) -> None:
    platform.fail("setMyCommands", Fault(raw=(500, b"")))
    await channel.connect(webhook=HOOK)
    assert channel.health.state == "ready"
    assert platform.commands == {}
    await channel.tend()
    assert len(platform.commands) == 6


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        pytest.param(Fault(refused=Refused(401, "")), "refused", id="a wrong token"),
        pytest.param(Fault(raw=(502, b"<html>")), "unreachable", id="a gateway in trouble"),
        pytest.param(Fault(raw=(200, b"<html>log in to the Wi-Fi")), "unreachable", id="a captive portal"),
        pytest.param(Fault(raw=(403, b"<html>blocked by the carrier")), "unreachable", id="a carrier's page"),
        pytest.param(Fault(raw=(401, b'"no"')), "unreachable", id="a refusal in another form"),
        pytest.param(Fault(raw=(200, b'{"ok":true}')), "unreachable", id="half an answer"),
        pytest.param(Fault(hang=True), "unreachable", id="silence"),
        pytest.param(Fault(cut=True), "unreachable", id="a connection cut off"),
        pytest.param(
            Fault(refused=Refused(429, "retry after 60", retry_after=60)), "unreachable", id="wait a minute"
        ),
    ],
)
async def test_connecting_fails(channel: Telegram, platform: emulator.Telegram, fault: Fault, state: str) -> None:
    platform.fail("getMe", fault)
    await channel.connect(webhook=HOOK)
    assert channel.health.state == state
    assert channel.health.why
    assert TOKEN not in channel.health.why
    await channel.connect(webhook=HOOK)
    assert (channel.health.state, channel.health.why) == ("ready", ""), "and works at the next try"


async def test_a_webhook_that_telegram_does_not_take(channel: Telegram, platform: emulator.Telegram) -> None:
    platform.https_only = True
    await channel.connect(webhook="http://hoi.example.vn/webhook/telegram")
    assert channel.health.state == "refused"
    assert "https url must be provided" in channel.health.why.lower()


async def test_nobody_there() -> None:
    channel = Telegram(Client(TOKEN, root="http://127.0.0.1:9"), secret=SECRET)
    await channel.connect(webhook=HOOK)
    assert (channel.health.state, channel.health.why) == ("unreachable", "no connection")
    assert (await channel.send("77", words())).outcome is Outcome.REPEAT
    await channel.close()


async def test_through_a_proxy_that_is_not_there() -> None:
    settings = Settings(
        telegram_bot_token=TOKEN,
        telegram_secret=SECRET,
        telegram_proxy="socks5://127.0.0.1:9",
        telegram_api_url="https://telegram.invalid",
    )
    ports = Ports(zalo_oa_tokens=None)  # type: ignore[arg-type]  # of no use to Telegram
    channel = channels(settings, ports)["telegram"]
    await channel.connect(webhook=None)
    assert channel.health.state == "unreachable"
    assert (await channel.send("77", words())).outcome is Outcome.REPEAT
    await channel.close()


async def test_through_a_proxy_that_is_there(platform: emulator.Telegram) -> None:
    channel = Telegram(Client(TOKEN, root="http://telegram.invalid", proxy=platform.root), secret=SECRET)
    await channel.connect(webhook=None)
    assert channel.health.state == "ready"
    await channel.close()


@pytest.mark.parametrize(
    ("environment", "state"),
    [
        pytest.param({"http_proxy": "http://127.0.0.1:9", "no_proxy": ""}, "unreachable", id="the machine's proxy"),
        pytest.param(
            {"http_proxy": "http://127.0.0.1:9", "no_proxy": "127.0.0.1"}, "ready", id="not for this address"
        ),
    ],
)
async def test_the_machines_own_proxy(
    platform: emulator.Telegram, environment: dict[str, str], state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    channel = Telegram(Client(TOKEN, root=platform.root), secret=SECRET)
    await channel.connect(webhook=None)
    assert channel.health.state == state
    await channel.close()


def test_off_without_a_token() -> None:
    assert "telegram" not in channels(Settings(telegram_bot_token=None), None)  # type: ignore[arg-type]


async def test_a_webhook_that_somebody_else_took(channel: Telegram, platform: emulator.Telegram) -> None:
    await channel.connect(webhook=HOOK)
    await channel.tend()
    assert channel.health.state == "ready"
    platform.webhook = {"url": "https://other.example"}
    await channel.tend()
    assert channel.health.state == "connecting"
    await channel.connect(webhook=HOOK)
    assert platform.webhook["url"] == HOOK


async def test_tending_finds_telegram_gone(channel: Telegram, platform: emulator.Telegram) -> None:
    await channel.connect(webhook=HOOK)
    platform.fail("getWebhookInfo", Fault(raw=(502, b"")), times=3)
    for _ in range(3):
        await channel.tend()
    assert channel.health.state == "unreachable"


@pytest.mark.parametrize(
    ("registered", "keys", "wrong"),
    [
        ("https://hoi.example.vn/webhook/telegram", ["telegram.name", "telegram.webhook"], False),
        ("https://other.example", ["telegram.name", "telegram.webhook_other"], True),
        ("", ["telegram.name", "telegram.webhook_missing"], True),
    ],
)
async def test_inspection(
    channel: Telegram, platform: emulator.Telegram, registered: str, keys: list[str], wrong: bool
) -> None:
    platform.webhook = {"url": registered} if registered else {}
    notes = await channel.inspect()
    assert [note.key for note in notes] == keys
    assert any(note.wrong for note in notes) is wrong
    for note in notes:
        assert texts("vi")(note.key, **note.fields)
    assert platform.webhook == ({"url": registered} if registered else {})
    platform.tokens.clear()
    (note,) = await channel.inspect()
    assert note.wrong
    assert TOKEN not in texts("en")(note.key, **note.fields)
