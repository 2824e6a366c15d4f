"""Telegram, by python-telegram-bot: its Bot, its parsing, its errors. Our inbox and outbox take its queue's place."""

from __future__ import annotations

from bot.channels.ports import Ports
from bot.channels.telegram.bot import LIMITS, Telegram
from bot.channels.telegram.client import Client
from bot.settings import Settings

__all__ = ["LIMITS", "Telegram", "build"]


def build(settings: Settings, ports: Ports) -> Telegram | None:
    """The channel, where a token is set."""
    if settings.telegram_bot_token is None:
        return None
    client = Client(settings.telegram_bot_token, root=settings.telegram_api_url, proxy=settings.telegram_proxy)
    return Telegram(
        client,
        secret=settings.telegram_secret,
        polls=settings.telegram_mode == "polling",
        public_url=settings.public_url,
        ignored=ports.metrics.ignored("telegram"),
    )
