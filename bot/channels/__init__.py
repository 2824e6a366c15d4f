"""The channels. The list below, written by hand, is the list of what people can write through, besides the web."""

from __future__ import annotations

from collections.abc import Callable

from bot.channels.channel import Channel
from bot.settings import Settings

Builder = Callable[[Settings], Channel | None]  # None: its token is not set

CHANNELS: tuple[Builder, ...] = ()


def channels(settings: Settings) -> dict[str, Channel]:
    """Those that are switched on, by name."""
    built = (build(settings) for build in CHANNELS)
    return {channel.name: channel for channel in built if channel}
