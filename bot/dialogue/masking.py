"""What must not be kept of a person's words: numbers of papers, phones and accounts, addresses of mail."""

from __future__ import annotations

import re
from typing import Final

MASK: Final = "#"
_GAP: Final = r"[ .\-\u00a0]?"  # people write 0900 000 001, 0900.000.001
_MAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_DATE: Final = re.compile(r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4}")
_MONEY: Final = re.compile(r"\d{1,3}(?:\.\d{3})+(?=\s*(?:đ|vnđ|vnd|đồng|dong)\b)", re.IGNORECASE)
# 8 digits and more: a phone has 9 to 11, an identity paper 9 or 12, an account more. Years, fees, 1022 and house
# numbers are shorter; a date and an amount of đồng have their own form and stay.
_NUMBER: Final = re.compile(rf"(?<!\d)(?:\+|\()?\d(?:\)?{_GAP}\(?\d){{7,}}(?!\d)")
_PHONE: Final = re.compile(r"(?:\+?84|0)(?:[35789]\d{8}|2\d{9})")  # a mobile, or a landline with its province


def masked(text: str) -> str:
    """The words with such numbers and addresses replaced by `MASK`; dates, amounts and short numbers stay."""
    kept = {match.span() for pattern in (_DATE, _MONEY) for match in pattern.finditer(text)}

    def hide(match: re.Match[str]) -> str:
        start, end = match.span()
        return match[0] if any(a <= start and end <= b for a, b in kept) else MASK

    return _NUMBER.sub(hide, _MAIL.sub(MASK, text))


def phone_in(text: str) -> str | None:
    """The first phone number in the words, as it is dialled."""
    numbers = (re.sub(r"[^\d+]", "", match[0]) for match in _NUMBER.finditer(text))
    return next((number for number in numbers if _PHONE.fullmatch(number)), None)


def only_phone(text: str) -> str | None:
    """The phone number of a message that says little else: "gọi lại số 0900 000 001 nghe"."""
    number = phone_in(text)
    return number if number and len(re.findall(r"[^\W\d_]+", text)) <= 8 else None
