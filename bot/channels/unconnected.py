"""How each platform would show a reply, though its channel is off: for previews before anything is set up."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from bot.channels.channel import Limits, Outgoing, Update
from bot.channels.sms import Gateway, Sms
from bot.channels.telegram import rendering as telegram
from bot.channels.telegram.bot import LIMITS as TELEGRAM
from bot.channels.zalo_bot.outgoing import LIMITS as ZALO_BOT
from bot.channels.zalo_bot.outgoing import bubble
from bot.channels.zalo_oa import rendering as zalo_oa
from content.texts import Texts
from handlers.contract import Reply

ZALO_OA: Final = zalo_oa.limits(1.0)


class Rendering(Protocol):
    """The half of a channel that needs no connection."""

    limits: Limits

    def render(self, reply: Reply, update: Update, text: Texts) -> Sequence[Outgoing]:
        """The reply as this platform can show it."""
        ...


@dataclass(slots=True)
class _Telegram:
    public_url: str
    limits: Limits = TELEGRAM

    def render(self, reply: Reply, update: Update, text: Texts) -> Sequence[Outgoing]:
        return telegram.render(reply, update, text, limits=self.limits, public_url=self.public_url)


@dataclass(slots=True)
class _ZaloOa:
    public_url: str
    limits: Limits = ZALO_OA

    def render(self, reply: Reply, update: Update, text: Texts) -> Sequence[Outgoing]:
        return zalo_oa.render(reply, text, group=update.group, public_url=self.public_url, template="button")


@dataclass(slots=True)
class _ZaloBot:
    public_url: str
    limits: Limits = ZALO_BOT

    def render(self, reply: Reply, update: Update, text: Texts) -> Sequence[Outgoing]:
        return (bubble(reply, update, text, self.public_url),)


def _sms(public_url: str) -> Sms:
    """With the usual settings, and no gateway behind."""
    gateway = Gateway(
        url="", method="POST", body="", headers={}, success=re.compile(""), failure=None, stop=None, sender=""
    )
    return Sms(gateway, most=5, price=0, bare=False, per_second=1.0, public_url=public_url)


def unconnected(name: str, public_url: str) -> Rendering:
    """The rendering of one of `bot.channels.NAMES`."""
    made: dict[str, Callable[[str], Rendering]] = {
        "telegram": _Telegram, "zalo-oa": _ZaloOa, "zalo-bot": _ZaloBot, "sms": _sms,
    }  # fmt: skip
    return made[name](public_url)
