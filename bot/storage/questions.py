"""Questions that found no answer, kept so that somebody can teach the pack: no sender, no numbers, no names."""

from __future__ import annotations

import datetime as dt
import re

from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables import Unanswered

LONGEST = 300
_NUMBERS = re.compile(r"\d[\d .,/-]{2,}")
_LINKS = re.compile(r"\S+@\S+|https?://\S+")
_NAMES = re.compile(r"(?<!^)(?<![.!?] )\b[A-ZĐÀ-Ỹ][\w]*(?:\s+[A-ZĐÀ-Ỹ][\w]*)+")


def stripped(text: str) -> str:
    """The words without numbers, addresses and what looks like names of people."""
    text = text.replace("\0", "")  # PostgreSQL holds none
    text = _NAMES.sub("…", _NUMBERS.sub("#", _LINKS.sub("…", text)))
    return " ".join(text.split())[:LONGEST]


async def keep(session: AsyncSession, text: str, on: dt.date) -> None:
    """Keep an unanswered question."""
    if words := stripped(text):
        session.add(Unanswered(words=words, asked_on=on))
