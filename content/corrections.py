"""What an officer may correct, item by item, and how a correction lies over the pack.

The list is written by hand: a field is here because an answer shows it and somebody at the ward knows it better
than the pack does. A correction belongs to the day it was made: it changes what was in force then, so that next
year's fee, entered in the pack today, is not overwritten.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from content import values
from content.schema import Fee, Hotline, Initiative, Item, Place, Procedure, Text, Unit
from content.texts import money, texts
from content.values import WrongValue

VIETNAM: Final = dt.timezone(dt.timedelta(hours=7))  # no summer time
AnItem = TypeVar("AnItem", bound=Item)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """An officer's correction of one field of one item; it lies over the pack and survives its upgrade."""

    value: str
    by: str
    at: dt.datetime  # UTC

    @property
    def day(self) -> dt.date:
        """The day it was made, in Việt Nam."""
        return self.at.astimezone(VIETNAM).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing of an item that may be corrected."""

    name: str
    read: Callable[[str], str]  # what an officer wrote -> what is kept, or WrongValue
    confirms: bool = False  # the pack's own value, written again, says something new: that it was confirmed
    shown: bool = True  # residents see it, so that the answer names who corrected it


_NUMBER: Final = Field(name="number", read=values.phone, confirms=True)
_HOURS: Final = Field(name="hours", read=partial(values.text, most=300))
_ANY: Final = (
    Field(name="review_by", read=values.day, shown=False),
    Field(name="owner", read=partial(values.text, most=80), shown=False),
)
_PROCEDURE: Final = (
    Field(name="fee", read=values.amount),
    Field(name="fee_rule", read=values.rule),
    Field(name="time_limit", read=partial(values.text, most=1500, lines=12)),
    Field(name="where", read=partial(values.text, most=1500)),
    *_ANY,
)
_PLACE: Final = (
    _NUMBER,
    Field(name="price", read=values.price),
    _HOURS,
    Field(name="season", read=partial(values.text, most=300)),
    Field(name="open", read=values.yes_no),
    *_ANY,
)
_INITIATIVE: Final = (Field(name="status", read=partial(values.text, most=600)), *_ANY)
NAMES: Final = tuple(dict.fromkeys(f.name for f in (*_PROCEDURE, *_PLACE, *_INITIATIVE)))


def fields_of(item: Item) -> tuple[Field, ...]:
    """What may be corrected of this item."""
    match item:
        case Procedure():
            return _PROCEDURE
        case Hotline(emergency=True):  # 113 is 113 everywhere: nobody corrects it for one ward
            return (_HOURS, *_ANY)
        case Hotline() | Unit():
            return (_NUMBER, _HOURS, *_ANY)
        case Place():
            return _PLACE
        case Initiative():
            return _INITIATIVE
        case _:
            return _ANY


def field_of(item: Item, name: str) -> Field | None:
    """The field of this name, or None where the item has none that may be corrected."""
    return next((field for field in fields_of(item) if field.name == name), None)


def in_force(item: Item, overlays: Mapping[str, Overlay]) -> dict[str, Overlay]:
    """The corrections that this version of the house still knows how to lay over the item."""
    kept = {}
    for field in fields_of(item):
        if (overlay := overlays.get(field.name)) and _readable(field, overlay.value):
            kept[field.name] = overlay
    return kept


def laid(item: AnItem, overlays: Mapping[str, Overlay]) -> AnItem:
    """The item with its corrections laid over."""
    over = in_force(item, overlays)
    return item.model_copy(update=_updates(item, over)) if over else item


def now(item: Item, name: str, at: dt.date) -> str:
    """What the item says in this field on the day `at`, as an officer would write it; empty where it says nothing."""
    match item, name:
        case _, "review_by":
            return item.review_by.isoformat() if item.review_by else ""
        case _, "owner":
            return item.owner
        case Procedure() as procedure, "fee":
            fee = procedure.fee(at)
            return str(fee.amount) if fee and fee.amount is not None else ""
        case Procedure() as procedure, "fee_rule":
            fee = procedure.fee(at)
            return "\n".join(text.vi for text in fee.rule if text.holds(at)) if fee else ""
        case Procedure() as procedure, "time_limit":
            return "\n".join(text.vi for text in procedure.time_limit if text.holds(at))
        case Procedure() as procedure, "where":
            return procedure.where.now.vi
        case Place() as place, "open":
            return "yes" if place.open else "no"
        case Initiative() as initiative, "status":
            return initiative.status.vi
        case ((Hotline() | Unit() | Place()), ("hours" | "price" | "season")):
            words = getattr(item, name)
            return words.vi if isinstance(words, Text) else ""
        case _:
            return ""


def _readable(field: Field, value: str) -> bool:
    try:
        return field.read(value) == value
    except WrongValue:  # kept by an older version, with other rules
        return False


def _updates(item: Item, over: Mapping[str, Overlay]) -> dict[str, object]:
    update: dict[str, object] = {
        name: Text(vi=over[name].value) for name in ("hours", "price", "season", "status") if name in over
    }
    if owner := over.get("owner"):
        update["owner"] = owner.value
    if review := over.get("review_by"):
        update["review_by"] = dt.date.fromisoformat(review.value)
    if price := over.get("price"):
        update["price_date"] = f"{price.day:%d/%m/%Y}"
    if open_ := over.get("open"):
        update["open"] = open_.value == "yes"
    if isinstance(item, Hotline) and (number := over.get("number")):
        update |= {"number": number.value, "dial": values.dial(number.value)}
    if isinstance(item, Procedure):
        update |= _procedure(item, over)
    return update


def _procedure(item: Procedure, over: Mapping[str, Overlay]) -> dict[str, object]:
    update: dict[str, object] = {}
    if where := over.get("where"):
        update["where"] = item.where.model_copy(update={"now": Text(vi=where.value)})
    if limit := over.get("time_limit"):
        update["time_limit"] = _time_limit(item.time_limit, limit)
    if "fee" in over or "fee_rule" in over:
        update["fees"] = _fees(item.fees, over.get("fee"), over.get("fee_rule"))
    if update:
        update["essential"] = ()  # five lines that nobody has corrected would contradict the rest
    return update


def _time_limit(texts_: tuple[Text, ...], overlay: Overlay) -> tuple[Text, ...]:
    replaced = [text for text in texts_ if text.holds(overlay.day)]
    start, end = (replaced[0].valid_from, replaced[0].valid_to) if replaced else (None, None)
    lines = [Text(vi=line, valid_from=start, valid_to=end) for line in overlay.value.split("\n")]
    return (*lines, *(text for text in texts_ if text not in replaced))


def _fees(fees: tuple[Fee, ...], amount: Overlay | None, rule: Overlay | None) -> tuple[Fee, ...]:
    """The fees with the one corrected that held on the day of the correction."""
    result = []
    for fee in fees:
        amount_here = amount if amount and fee.holds(amount.day) else None
        rule_here = rule if rule and fee.holds(rule.day) else None
        result.append(_fee(fee, amount_here, rule_here) if amount_here or rule_here else fee)
    if rule and not any(fee.holds(rule.day) for fee in fees):  # the pack knew none for that day
        ended = max((f.valid_to for f in fees if f.valid_to and f.valid_to < rule.day), default=None)
        begins = min((f.valid_from for f in fees if f.valid_from and f.valid_from > rule.day), default=None)
        one = dt.timedelta(days=1)
        gap = Fee(
            amount=None,
            rule=_lines(rule.value),
            valid_from=ended + one if ended else None,
            valid_to=begins - one if begins else None,
        )
        result.append(_fee(gap, amount if amount and gap.holds(amount.day) else None, rule))
    return tuple(result)


def _fee(fee: Fee, amount: Overlay | None, rule: Overlay | None) -> Fee:
    """A corrected amount keeps a rule: the officer's, or the earlier one under a heading that says it is earlier."""
    figure = int(amount.value) if amount else None  # a new rule alone leaves no certain figure
    lines = _lines(rule.value) if rule else (_words("fee.earlier"), *fee.rule)
    if figure is not None and not (rule and _names(figure, rule.value)):
        lines = (_words("fee.amount", amount=money(figure)), *lines)
    return fee.model_copy(update={"amount": figure, "rule": lines})


def _lines(value: str) -> tuple[Text, ...]:
    return tuple(Text(vi=line) for line in value.split("\n"))


def _names(figure: int, rule: str) -> bool:
    """Whether the rule says the amount itself."""
    if figure == 0:
        return bool({"khong", "mien"} & set(values.fold(rule).split()))
    return str(figure) in re.findall(r"\d+", rule.replace(".", ""))


def _words(key: str, **fields: object) -> Text:
    return Text(vi=texts("vi")(key, **fields), en=texts("en")(key, **fields))
