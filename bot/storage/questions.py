"""Questions that found no answer, kept so that somebody can teach the pack: no sender, no numbers, no names."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables import Unanswered

LONGEST = 300
_NUMBERS = re.compile(r"\d[\d .,/-]{2,}")
_LINKS = re.compile(r"\S+@\S+|https?://\S+")
_CAPITALS = "".join(c for c in map(chr, (*range(0xC0, 0x250), *range(0x1EA0, 0x1EFA))) if c.isupper())
_NAME = rf"[A-Z{_CAPITALS}]\w*"
# Two words with a capital are taken for a name; where a sentence begins, and one has it anyway, three.
_NAMES = re.compile(rf"(?<!^)(?<![.!?] )\b{_NAME}(?:\s+{_NAME})+|\b{_NAME}(?:\s+{_NAME}){{2,}}")


def stripped(text: str) -> str:
    """The words without numbers, addresses and what looks like names of people."""
    text = unicodedata.normalize("NFC", text.replace("\0", ""))  # PostgreSQL holds none
    if text.isupper():  # shouted: capitals tell no name, as none would
        text = text.lower()
    text = _NAMES.sub("…", _NUMBERS.sub("#", _LINKS.sub("…", text)))
    return " ".join(text.split())[:LONGEST]


async def keep(session: AsyncSession, text: str, on: dt.date) -> None:
    """Keep an unanswered question."""
    if words := stripped(text):
        session.add(Unanswered(words=words, asked_on=on))
