"""How officers write a value, and how it is kept: a phone number, an amount, a day, yes or no, words.

Each reader takes what a person typed and gives what is kept; given what is kept, it gives the same again.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Final

from content.texts import money

SMALLEST: Final = 500  # đồng; less than this is ten thousand with its zeros left out
LARGEST: Final = 1_000_000_000  # đồng
YEARS: Final = range(2020, 2100)

_NUMBER = r"\d+|\d{1,3}(?:(?P<sep>[., ])\d{3})(?:(?P=sep)\d{3})*"
_AMOUNT = re.compile(rf"({_NUMBER})")
_WITH_UNIT = re.compile(rf"({_NUMBER})\s*(?:đ|d|đồng|dong|vnđ|vnd|₫)\.?", re.IGNORECASE)
_SHORT = re.compile(
    r"(?<![\w.,])(\d{1,3}(?:\.\d{3})+|\d+)(?:[.,](\d{1,2}))?\s?(k|ngàn|nghìn|ngan|nghin|tr|triệu|trieu)\b",
    re.IGNORECASE,
)
_THOUSANDS: Final = {"k": 1_000, "ngàn": 1_000, "nghìn": 1_000, "ngan": 1_000, "nghin": 1_000}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_YES: Final = {"yes", "y", "co", "mo", "mo cua", "dang mo", "con mo", "true", "1"}
_NO: Final = {"no", "n", "khong", "dong", "dong cua", "da dong", "da dong cua", "nghi", "false", "0"}
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_PHONE = re.compile(r"[0-9 .()+–-]+")
_PHONES: Final = (
    re.compile(r"1\d{2,3}"),  # 113, 1022
    re.compile(r"1[89]00\d{4,6}"),  # 1800 and 1900 services
    re.compile(r"02\d{9}"),  # a landline: 02, area, number
    re.compile(r"0(?!2)\d{9}"),  # a mobile, and 069 of the police
)


class WrongValue(ValueError):
    """What was typed cannot be kept; `key` and `fields` say why and what to write instead."""

    def __init__(self, key: str, /, **fields: object) -> None:
        self.key = key
        self.fields = fields
        super().__init__(key)


def phone(written: str) -> str:
    """A Vietnamese phone number as people read it, in the groups it was typed in."""
    typed = clean(unicodedata.normalize("NFKC", written))
    digits = "".join(c for c in typed if c.isdigit())
    if len(digits) > 14:
        raise WrongValue("value.phone_two", written=_shown(typed))
    if not _PHONE.fullmatch(typed):
        raise WrongValue("value.phone", written=_shown(typed))
    groups = re.findall(r"\d+", typed)
    if digits.startswith(("84", "0084")) and len(digits) > 10:  # from abroad: +84 277 …
        local = re.sub(r"^(?:00 ?)?84 ?", "", " ".join(groups))
        whole = local.startswith("0") and len(local.replace(" ", "")) >= 10  # +84 (0)277 …
        groups = (re.sub("^0 ", "0", local) if whole else "0" + local).split()
    number = "".join(groups)
    if any(kind.fullmatch(number) for kind in _PHONES):
        return " ".join(groups)
    if re.fullmatch(r"[35789]\d{8}|2\d{9}", number):
        raise WrongValue("value.phone_zero", written=_shown(typed))
    if re.fullmatch(r"01\d{9}", number):
        raise WrongValue("value.phone_old", written=_shown(typed))
    raise WrongValue("value.phone", written=_shown(typed))


def dial(number: str) -> str:
    """A kept phone number as it is dialled."""
    return "".join(c for c in number if c.isdigit() or c == "+")


def amount(written: str) -> str:
    """Whole đồng, in digits: 10000 and 10.000 are read, 10k is not."""
    typed = clean(unicodedata.normalize("NFKC", written))
    if found := _AMOUNT.fullmatch(typed):
        return str(_in_bounds(_digits(found[1])))
    if found := _WITH_UNIT.fullmatch(typed):
        raise WrongValue("value.amount_unit", written=_shown(typed), write=_digits(found[1]))
    _no_short_amount(typed)
    raise WrongValue("value.amount", written=_shown(typed))


def price(written: str) -> str:
    """Words about a price with their amounts in full; a bare number gets its đồng."""
    if found := _AMOUNT.fullmatch(clean(written)):
        return money(_in_bounds(_digits(found[1])))
    words = text(written, most=300)
    _no_short_amount(words)
    return words


def rule(written: str) -> str:
    """How a fee is set, one sentence a line, amounts in full."""
    words = text(written, most=1500, lines=12)
    _no_short_amount(words)
    return words


def day(written: str) -> str:
    """A day, kept as 2027-03-01; 01/03/2027 is read day first."""
    typed = clean(written).removesuffix(" 00:00:00")
    if found := _ISO.fullmatch(typed):
        parts = (found[1], found[2], found[3])
    elif found := _DAY_FIRST.fullmatch(typed):
        parts = (found[3], found[2], found[1])
    else:
        raise WrongValue("value.day", written=_shown(typed))
    year, month, number = map(int, parts)
    if year not in YEARS:
        raise WrongValue("value.day", written=_shown(typed))
    try:
        return dt.date(year, month, number).isoformat()
    except ValueError as error:
        raise WrongValue("value.no_such_day", written=_shown(typed)) from error


def yes_no(written: str) -> str:
    """`yes` or `no`; có, không, mở, đóng are read too."""
    said = fold(written)
    if said in _YES:
        return "yes"
    if said in _NO:
        return "no"
    raise WrongValue("value.yes_no", written=_shown(written))


def text(written: str, *, most: int, lines: int = 1) -> str:
    """Words for people: NFC, plain characters, at most `most` of them; more `lines` than one keep their ends."""
    kept = [part for line in unicodedata.normalize("NFC", written).splitlines() if (part := clean(line))]
    words = ("\n" if lines > 1 else " ").join(kept)
    if len(words) > most:
        raise WrongValue("value.long", count=grouped(len(words)), most=grouped(most))
    if len(kept) > lines > 1:
        raise WrongValue("value.lines", count=len(kept), most=lines)
    if words.startswith("="):
        raise WrongValue("value.formula")
    if "\ufffd" in words or any(unicodedata.category(c)[0] == "C" for c in words if c != "\n"):
        raise WrongValue("value.strange")
    if not any(c.isalnum() for c in words):
        raise WrongValue("value.empty")
    return words


def clean(written: str) -> str:
    """One line in NFC with single spaces and nothing invisible."""
    return " ".join(unicodedata.normalize("NFC", written).translate(_INVISIBLE).split())


def fold(words: str) -> str:
    """Words without case, marks and punctuation, to compare what people type with what is known."""
    plain = unicodedata.normalize("NFD", words.casefold().replace("đ", "d"))
    return " ".join(re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c))))


def grouped(number: int) -> str:
    """A figure as people write it here: 50.000."""
    return f"{number:,}".replace(",", ".")


def _digits(number: str) -> int:
    return int(re.sub(r"\D", "", number))


def _in_bounds(number: int) -> int:
    if 0 < number < SMALLEST:
        raise WrongValue("value.amount_small", written=number, write=number * 1000)
    if number > LARGEST:
        raise WrongValue("value.amount_big", written=grouped(number))
    return number


def _no_short_amount(words: str) -> None:
    """10k and 1,5tr are how people talk; written down, a zero too few costs somebody a second trip."""
    if found := _SHORT.search(words):
        times = _THOUSANDS.get(found[3].casefold(), 1_000_000)
        part = int(found[2]) * times // 10 ** len(found[2]) if found[2] else 0
        raise WrongValue("value.amount_short", written=found[0], write=_digits(found[1]) * times + part)


def _shown(typed: str) -> str:
    return typed if len(typed) <= 40 else typed[:39] + "…"
