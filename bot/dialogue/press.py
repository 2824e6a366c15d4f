"""What a pressed button means: its id says it whole, so that a button works long after its talk has ended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, get_args

from content.pack import Pack
from content.schema import Aspect, Hotline, Place, Procedure, Unit
from handlers.contract import Candidate, Kind, Understood
from handlers.homestays import LIST

PICK: Final = re.compile(r"(?:số|so|chọn|chon|câu|cau|no\.?|#)?\s*(\d{1,2})[.)]?", re.IGNORECASE)
BULLETIN: Final = re.compile(r"bulletin:[0-9]{1,9}")
_TOPICS = {
    "menu", "groups", "units", "elder", "elder:off", "language:vi", "language:en", "start", "help", "subscribe",
    "unsubscribe",
}  # fmt: skip


def picked(text: str, offered: Sequence[str]) -> str | None:
    """The button that a typed number picks from those offered last, counted from one."""
    match = PICK.fullmatch(text.strip())
    number = int(match[1]) if match else 0
    return offered[number - 1] if 0 < number <= len(offered) else None


def is_number(text: str) -> bool:
    """Whether a message is nothing but the number of a choice."""
    return PICK.fullmatch(text.strip()) is not None


def not_offered(offered: Sequence[str], pack: Pack) -> Understood:
    """A number beyond the choices: the same choices again, or the way on where there were none."""
    kinds = ((id_, kind_of(id_, pack)) for id_ in offered)
    candidates = tuple(Candidate(kind=kind, id=id_, confidence=0.5) for id_, kind in kinds if kind)[:3]
    if candidates:
        return Understood(kind="clarify", candidates=candidates, confidence=0.5)
    return Understood(kind="smalltalk", topic="number", confidence=1.0)


def pressed(button: str, pack: Pack) -> Understood:
    """The meaning of a button's id; an id of another version of the pack leads to the menu."""
    if button == "handover":
        return Understood(kind="handover", confidence=1.0)
    if button == "bulletin":
        return Understood(kind="bulletin", confidence=1.0)
    if button in _TOPICS or button.startswith(("group:", "subscribe:")):
        return Understood(kind="smalltalk", topic=button, confidence=1.0)
    word, _, rest = button.partition(":")
    if word in {"helpful", "unhelpful", "dead"} and pack.item(rest):
        return Understood(kind="smalltalk", topic=word, id=rest, confidence=1.0)
    id_, own_case, picks = button.partition("~")
    if own_case and id_ in pack.procedures:
        options = tuple(int(digit) for digit in picks if digit in "0123456789")
        return Understood(kind="procedure", id=id_, picks=options, aspect="papers", confidence=1.0)
    id_, _, tail = button.partition("#")
    aspect: Aspect | None = next((a for a in get_args(Aspect) if a == tail), None)
    kind = kind_of(id_, pack)
    if kind is None:
        return Understood(kind="smalltalk", topic="menu", confidence=1.0)
    return Understood(kind=kind, id=id_, aspect=aspect, confidence=1.0)


def started(payload: str, pack: Pack) -> Understood:
    """What a deep link leads to: `hotline_phuong-1` the number of Ward 1; an unknown one, the greeting."""
    if payload == "subscribe":
        return Understood(kind="smalltalk", topic=payload, confidence=1.0)
    id_ = payload.replace("_", ":", 1)
    kind = kind_of(id_, pack)
    if kind is None:
        return Understood(kind="smalltalk", topic="start", confidence=1.0)
    return Understood(kind=kind, id=id_, confidence=1.0)


def kind_of(id_: str, pack: Pack) -> Kind | None:
    """What kind of answer an id leads to; None where the pack does not know it."""
    if id_ == LIST:
        return "homestay"
    if BULLETIN.fullmatch(id_):
        return "bulletin"
    item = pack.item(id_)
    if item is None:
        return None
    if isinstance(item, Procedure):
        return "procedure"
    if isinstance(item, Unit | Hotline):
        return "hotline"
    return "homestay" if isinstance(item, Place) else "initiative"
