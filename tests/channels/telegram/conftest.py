"""The emulated platform, and the real channel in front of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.channels.telegram import Telegram
from bot.channels.telegram.client import Client
from tests.emulators import telegram as emulator

SECRET = "a-secret_of-16"


@pytest.fixture
async def platform() -> AsyncIterator[emulator.Telegram]:
    """Telegram."""
    async with emulator.serving() as telegram:
        yield telegram


@pytest.fixture
async def channel(platform: emulator.Telegram) -> AsyncIterator[Telegram]:
    """Our side, impatient."""
    made = Telegram(
        Client(emulator.TOKEN, root=platform.root, read=0.3), secret=SECRET, public_url="https://hoi.example.vn"
    )
    yield made
    await made.close()


@pytest.fixture
async def poller(platform: emulator.Telegram, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Telegram]:
    """Our side, where nobody can call us."""
    monkeypatch.setattr("bot.channels.telegram.bot.LONG_POLL", 0.2)
    made = Telegram(Client(emulator.TOKEN, root=platform.root, read=0.5), secret=None, polls=True)
    yield made
    await made.close()
