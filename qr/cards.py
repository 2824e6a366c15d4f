"""What stands on a printed card. No word is written here: whoever prints brings them, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One code and the words around it."""

    link: str  # exactly what the square says
    short: str  # what people type who cannot scan
    code: str  # as it is printed, in groups
    unit: str = ""  # whose it is, in words
    group: str = ""  # the neighbourhood group, in words
    label: str = ""  # words of this card alone
    caption: str = ""  # what the code opens; the sheet's own where empty
    phone: str | None = None  # only a number that may be shown
    phone_name: str = ""  # whose number it is
    phone_note: str = ""  # who stands for it, and since when
    ref: str = ""  # the ward's own reference: on visit sheets only, never on a card


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetWords:
    """The words that all cards of a sheet share."""

    locality: str
    caption: str
    steps: str  # what to do, in three words
    type_hint: str  # before the short address
    call: str  # before the phone number
    printed: str  # when it was printed, and by whom it can be checked
    test: str = ""  # across every card; empty where the codes are real
    kicker: str = ""  # a small line above the caption
    lines: tuple[str, ...] = ()  # the body of a bulletin
    emergency: tuple[tuple[str, str], ...] = ()  # number and whose it is
