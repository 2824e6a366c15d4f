"""A printed code that comes into a chat, by a deep link or typed, is the button that it stands for."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.dialogue.targets import press_of
from bot.storage import codes as stored
from content.corrections import VIETNAM
from qr import codes

if TYPE_CHECKING:
    from bot.dialogue.answer import Message

START: Final = "q-"  # t.me/<bot>?start=q-<code>
TYPED: Final = re.compile(r"(?:\S+/q/)?([0-9A-Z]{3}[- ]?[0-9A-Z]{3}[- ]?[0-9A-Z]{3})\s*", re.IGNORECASE)


async def aimed(session: AsyncSession, message: Message) -> Message:
    """The message that the code in this one stands for, counted; the message as it is where it holds none of ours."""
    typed = _code_in(message)
    if typed is None:
        return message
    try:
        codes.clean(typed)  # nearly all words of nine letters end here, without asking the database
        code = await stored.one(session, codes.serial_of(typed, await stored.key(session)))
    except (codes.Mistyped, codes.Unknown):
        return message
    today = dt.datetime.now(VIETNAM).date()
    if code is None or not code.open_on(today):
        return message
    channel = (message.sender or "").partition(":")[0].partition("-")[0]
    if channel in {"telegram", "zalo"}:
        await stored.count(session, {(code.serial, today, channel): 1})
    press, unit = press_of(code.target)
    return replace(message, text="", start=None, press=press, unit=message.unit or unit or code.unit or None)


def _code_in(message: Message) -> str | None:
    if message.start is not None:
        return message.start.removeprefix(START) if message.start.startswith(START) else None
    if message.press:
        return None
    found = TYPED.fullmatch(message.text.strip())
    return found[1] if found else None
