"""Zalo Bot Platform: `zalo_bot` makes the channel where its token is set."""

from __future__ import annotations

from bot.channels.ports import Ports
from bot.channels.zalo_bot.bot import ZaloBot
from bot.settings import Settings

__all__ = ["ZaloBot", "zalo_bot"]


def zalo_bot(settings: Settings, ports: Ports) -> ZaloBot | None:
    """The bot of these settings; None where it is off."""
    if not settings.zalo_bot_token:
        return None
    return ZaloBot(settings, settings.zalo_bot_token, ignored=ports.metrics.ignored("zalo-bot"))
