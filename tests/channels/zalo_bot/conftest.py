"""The real channel against the strict double."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.channels.zalo_bot import ZaloBot
from bot.settings import Settings
from tests.emulators.zalo_bot import SECRET, TOKEN, ZaloBotPlatform

PAGE = "https://phuong.vn"


def settings(**changes: Any) -> Settings:
    """The settings of a ward with a Zalo bot."""
    values: dict[str, Any] = {
        "public_url": PAGE,
        "zalo_bot_token": TOKEN,
        "zalo_bot_secret": SECRET,
        "zalo_bot_name": "Bot Sa Đéc",
    }
    return Settings(_env_file=None, **(values | changes))


def channel(**changes: Any) -> ZaloBot:
    """The channel, not connected."""
    return ZaloBot(settings(**changes), changes.get("zalo_bot_token", TOKEN))


@pytest.fixture
async def zalo() -> AsyncIterator[ZaloBotPlatform]:
    """The platform."""
    platform = ZaloBotPlatform()
    await platform.start()
    yield platform
    await platform.stop()


@pytest.fixture
async def bot(zalo: ZaloBotPlatform) -> AsyncIterator[ZaloBot]:
    """The channel, connected by webhook."""
    opened = channel(zalo_bot_api_url=zalo.url)
    await opened.connect(webhook=f"{PAGE}/webhook/zalo-bot")
    yield opened
    await opened.close()
