"""How many segments an SMS takes, and its letters without marks. Pure.

One character outside the GSM 7-bit alphabet makes the whole message UCS-2: 70 characters a segment instead of 160.
Alphabet and extension table: 3GPP TS 23.038, section 6.2.1.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

GSM: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED: Final = frozenset("\f^{}\\[~]|€")  # an escape before each: two of the 160
SINGLE: Final = {"GSM-7": 160, "UCS-2": 70}
PART: Final = {"GSM-7": 153, "UCS-2": 67}  # of several, each with a header
PLAIN: Final = str.maketrans(
    {
        "đ": "d", "Đ": "D", "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "−": "-", "•": "-",
        "…": "...", "·": "-", "×": "x", "→": "->", "▶": ">", "₫": "d", "°": " do ", "≥": ">=", "≤": "<=",
        "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ", "\t": " ",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """What a message takes."""

    count: int  # segments, each paid for
    alphabet: Literal["GSM-7", "UCS-2"]
    used: int  # septets of GSM-7, units of UCS-2
    left: int  # of the last segment


def segments(text: str) -> Segments:
    """The segments of a text as it stands; none for an empty one."""
    alphabet: Literal["GSM-7", "UCS-2"] = "GSM-7" if set(text) <= GSM | EXTENDED else "UCS-2"
    widths = [_width(character, alphabet) for character in text]
    used = sum(widths)
    if used <= SINGLE[alphabet]:
        left = SINGLE[alphabet] - used if text else 0
        return Segments(count=1 if text else 0, alphabet=alphabet, used=used, left=left)
    room, count, filled = PART[alphabet], 1, 0
    for width in widths:  # an escape or a pair is never cut in two: a part may end one short
        if filled + width > room:
            count, filled = count + 1, 0
        filled += width
    return Segments(count=count, alphabet=alphabet, used=used, left=room - filled)


def unaccented(text: str) -> str:
    """The same words in the GSM alphabet: marks are left off, what has no letter there is a question mark."""
    apart = unicodedata.normalize("NFD", text.translate(PLAIN))
    bare = "".join(c for c in apart if not unicodedata.combining(c))
    kept = (c if c in GSM or c in EXTENDED else _like(c) for c in bare)
    return "".join(kept)


def _width(character: str, alphabet: str) -> int:
    wide = character in EXTENDED if alphabet == "GSM-7" else ord(character) > 0xFFFF
    return 2 if wide else 1


def _like(character: str) -> str:
    """A compatible form (“ﬁ”, “½”); pictographs and what only joins them vanish."""
    form = unicodedata.normalize("NFKD", character)
    if form != character and set(form) <= GSM | EXTENDED:
        return form
    return "" if unicodedata.category(character) in {"So", "Cf", "Mn", "Me", "Sk", "Cs", "Co", "Cn"} else "?"
