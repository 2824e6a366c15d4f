"""The channels. The list below, written by hand, is the list of what people can write through, besides the web."""

from __future__ import annotations

from collections.abc import Callable

from bot.channels import sms, telegram
from bot.channels.channel import Channel
from bot.channels.ports import Ports
from bot.channels.zalo_bot import zalo_bot
from bot.channels.zalo_oa import zalo_oa
from bot.settings import Settings

Builder = Callable[[Settings, Ports], Channel | None]  # None: its token is not set

CHANNELS: tuple[Builder, ...] = (
    zalo_oa,
    zalo_bot,
    telegram.build,
    sms.build,
)

NAMES = ("zalo-oa", "zalo-bot", "telegram", "sms")  # all of them, on or off


def channels(settings: Settings, ports: Ports) -> dict[str, Channel]:
    """Those that are switched on, by name."""
    built = (build(settings, ports) for build in CHANNELS)
    return {channel.name: channel for channel in built if channel}
