"""A rendered bubble as people see it: its lines, its picture, the titles of its buttons. Pure, for previews.

Each platform's body has words in one place of its own; this is the one file that knows all of them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from bot.channels.plain import utf16

TAG: Final = re.compile(r"<(/?)([bi])>")
Tone = Literal["", "b", "i"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One bubble on the screen of whoever gets it."""

    lines: tuple[tuple[Tone, str], ...]  # bold, italic or neither; a tone is always that of a whole line
    picture: str = ""  # its address
    buttons: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """All that is said, without marks."""
        return "\n".join(words for _, words in self.lines)

    @property
    def length(self) -> int:
        """As Zalo and Telegram count."""
        return utf16(self.words)


def seen(body: Mapping[str, Any]) -> Bubble:
    """What a body of any channel shows."""
    if "params" in body:
        return _telegram(body["params"])
    if "message" in body:
        return _zalo_oa(body["message"])
    return Bubble(
        lines=_plain(str(body.get("caption") or body.get("text") or "")), picture=str(body.get("photo", ""))
    )


def _telegram(params: Mapping[str, Any]) -> Bubble:
    words = str(params.get("text") or params.get("caption") or "")
    marked = params.get("parse_mode") == "HTML"
    keys = [key for row in params.get("reply_markup", {}).get("inline_keyboard", ()) for key in row]
    return Bubble(
        lines=tuple(map(_marked, words.split("\n"))) if marked and words else _plain(words),
        picture=str(params.get("photo", "")),
        buttons=tuple(str(key["text"]) for key in keys),
    )


def _zalo_oa(message: Mapping[str, Any]) -> Bubble:
    payload = message.get("attachment", {}).get("payload", {})
    pictures = [element.get("url", "") for element in payload.get("elements", ())]
    return Bubble(
        lines=_plain(str(message.get("text", ""))),
        picture=str(pictures[0]) if pictures else "",
        buttons=tuple(str(button["title"]) for button in payload.get("buttons", ())),
    )


def _marked(line: str) -> tuple[Tone, str]:
    found = TAG.match(line)
    tone: Tone = "" if found is None else "b" if found[2] == "b" else "i"
    return tone, html.unescape(TAG.sub("", line))


def _plain(words: str) -> tuple[tuple[Tone, str], ...]:
    return tuple(("", line) for line in words.split("\n")) if words else ()
