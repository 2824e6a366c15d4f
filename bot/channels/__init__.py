"""The channels. The list below, written by hand, is the list of what people can write through, besides the web."""

from __future__ import annotations

from collections.abc import Callable

from bot.channels.channel import Channel
from bot.channels.ports import Ports
from bot.settings import Settings

Builder = Callable[[Settings, Ports], Channel | None]  # None: its token is not set


# A platform's library is imported where the platform is on: Telegram's alone takes longer than a command may.
def _zalo_oa(settings: Settings, ports: Ports) -> Channel | None:
    if not settings.zalo_oa_app_id:
        return None
    from bot.channels.zalo_oa import zalo_oa

    return zalo_oa(settings, ports)


def _zalo_bot(settings: Settings, ports: Ports) -> Channel | None:
    if not settings.zalo_bot_token:
        return None
    from bot.channels.zalo_bot import zalo_bot

    return zalo_bot(settings, ports)


def _telegram(settings: Settings, ports: Ports) -> Channel | None:
    if not settings.telegram_bot_token:
        return None
    from bot.channels import telegram

    return telegram.build(settings, ports)


def _sms(settings: Settings, ports: Ports) -> Channel | None:
    if not settings.sms_url:
        return None
    from bot.channels import sms

    return sms.build(settings, ports)


CHANNELS: tuple[Builder, ...] = (_zalo_oa, _zalo_bot, _telegram, _sms)

NAMES = ("zalo-oa", "zalo-bot", "telegram", "sms")  # all of them, on or off


def channels(settings: Settings, ports: Ports) -> dict[str, Channel]:
    """Those that are switched on, by name."""
    built = (build(settings, ports) for build in CHANNELS)
    return {channel.name: channel for channel in built if channel}
