"""From Zalo's event to our `Update`. Field names are as captured in live traffic; the documentation's come second."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import structlog

from bot.channels.channel import Malformed, Update

log = structlog.get_logger()
LONGEST: Final = 4000  # characters of a message that are read
ID: Final = re.compile(r"[\w.:-]{1,64}", re.ASCII)  # 20 hex digits as text, never a number
EVENT: Final = re.compile(r"[a-z_.]{1,60}")
# What each event says in words: the field of the message, or "" where it has none and gets the answer "please type".
WORDS: Final[Mapping[str, str]] = {
    "message.text.received": "text",
    "message.image.received": "caption",
    "message.voice.received": "",
    "message.sticker.received": "",
    "message.unsupported.received": "",  # content withheld: links, files, cards, protected people
}
MENTION: Final = re.compile(r"@bot\b", re.IGNORECASE)  # every bot's name begins so


def event_of(data: object) -> Mapping[str, Any]:
    """The event in a body. The documentation wraps it in `result`, live traffic of September 2026 is flat."""
    if not isinstance(data, dict):
        raise Malformed("not an object")
    result = data.get("result")
    return result if isinstance(result, dict) else data


def updates(event: Mapping[str, Any], *, bot: str, names: Iterable[str]) -> Sequence[Update]:
    """The update in an event: none where it is not for us; `Malformed` where a known one lacks what it must have."""
    name = event.get("event_name")
    message = event.get("message")
    if not isinstance(name, str) or name not in WORDS:
        if name is not None:
            log.info("event ignored", channel="zalo-bot", kind=name if _is_name(name) else "?")
        return ()
    if message is None and name == "message.unsupported.received":
        return ()  # seen without a message: nobody to answer
    if not isinstance(message, dict):
        raise Malformed("no message")
    sender, chat = _part(message, "from"), _part(message, "chat")
    if sender.get("is_bot") is True:
        return ()
    group = chat.get("chat_type") != "PRIVATE" and chat.get("id") != sender.get("id")
    text = message.get(WORDS[name]) if WORDS[name] else None
    text = unicodedata.normalize("NFC", text[:LONGEST]) if isinstance(text, str) else ""
    if group:
        if not MENTION.search(text):
            return ()  # silent in a group unless called
        text = without_mention(text, names)
    shown = sender.get("display_name")
    return (
        Update(
            key=f"{bot}:{name}:{_id(message, 'message_id')}",
            chat=_id(chat, "id"),
            sender=_id(sender, "id"),
            at=_date(message.get("date")),
            text=text,
            group=group,
            name=shown[:100] if group and isinstance(shown, str) else None,
        ),
    )


def without_mention(text: str, names: Iterable[str]) -> str:
    """A question put in a group without "@Bot Sa Đéc", wherever in it that stands."""
    words = [r"\s+".join(map(re.escape, unicodedata.normalize("NFC", name).split())) for name in names]
    patterns = [rf"@{name}(?!\w)" for name in sorted(words, key=len, reverse=True) if name]
    for pattern in (*patterns, MENTION.pattern):
        text = re.sub(pattern, " ", text, flags=re.IGNORECASE)
    return re.sub(r"[ \t\u00a0]+", " ", text).strip(" ,:;-\n")


def _is_name(value: object) -> bool:
    return isinstance(value, str) and EVENT.fullmatch(value) is not None


def _part(message: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = message.get(name)
    if not isinstance(part, dict):
        raise Malformed(f"no {name}")
    return part


def _id(part: Mapping[str, Any], name: str) -> str:
    value = part.get(name)
    if not isinstance(value, str) or not ID.fullmatch(value):
        raise Malformed(f"no {name}")
    return value


def _date(value: object) -> dt.datetime:
    """Milliseconds since 1970."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**13:
        raise Malformed("no date")
    return dt.datetime.fromtimestamp(value / 1000, dt.UTC)
