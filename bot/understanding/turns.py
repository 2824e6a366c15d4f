"""How a message leans on what was said before: it goes on, it corrects, or it asks for two things at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_NO: Final = r"(?:khong phai|khong dung|hong phai|sai roi|nham roi|no not that|no i mean|not that|i mean)"
_MEANT: Final = r"(?:(?:cai|dieu|chuyen|thu tuc) (?:do|nay|kia) )?(?:y (?:toi|tui|minh|em|con|chi|anh) (?:la|noi|muon hoi|hoi)|(?:toi|tui|minh|em|con) (?:muon )?hoi|ma la|ma)?"
CORRECTS: Final = re.compile(
    rf"^(?:da |a |oh |o |u )?(?:{_NO} {_MEANT}|(?:y (?:toi|tui|minh|em|con) (?:la|noi|muon hoi|hoi)))\b ?"
)
GOES_ON: Final = re.compile(
    r"^(?:vay|the|roi|neu|nhung|va|and|but|what if|what about|so|then)\b|^con .+ (?:khong|ko|hong|hong vay)$"
)
JOINS: Final = re.compile(r"\b(?:voi|va|kem|cung voi|kem theo|dong thoi|luon ca|and|plus|together with)\b")
SHORT: Final = 10  # words


def correction(plain: str) -> str | None:
    """What was really meant, where a message takes the last answer back: the rest of it; None where it does not."""
    match = CORRECTS.match(plain)
    return plain[match.end() :].strip() if match else None


def is_short(plain: str) -> bool:
    """Whether a message may lean on the last answer; a longer one stands on its own."""
    return len(plain.split()) <= SHORT


def goes_on(plain: str) -> bool:
    """Whether a message reads as going on from the last answer."""
    return GOES_ON.match(plain) is not None


def halves(plain: str) -> Iterator[tuple[str, str]]:
    """The ways to read a message as two things, each of at least two words."""
    for match in JOINS.finditer(plain):
        first, second = plain[: match.start()].strip(), plain[match.end() :].strip()
        if len(first.split()) > 1 and len(second.split()) > 1:
            yield first, second
