"""“Nhận bản tin”: a person chooses unit and topic by buttons, and leaves as easily."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from handlers.contract import Button, Desk, Query, Reply, Section, Subscriptions, Wish
from handlers.parts import menu_button

SUBSCRIBE: Final = "subscribe"
UNSUBSCRIBE: Final = "unsubscribe"
ALL: Final = "all"
TOPICS: Final = (SUBSCRIBE, UNSUBSCRIBE)


async def subscription(query: Query, desk: Desk) -> Reply:
    """By topic: `subscribe`, `subscribe:<unit>`, `subscribe:<unit>:all`, `subscribe:<wish>`, `unsubscribe`."""
    book = desk.subscriptions
    if book is None:
        return _said(desk.text("subscription.elsewhere"), (_read_button(desk), menu_button(desk)))
    word, _, rest = (query.understood.topic or SUBSCRIBE).partition(":")
    if word == UNSUBSCRIBE:
        return await _left(book, desk)
    offered = await book.offered()
    if not offered:
        return _said(desk.text("subscription.none"), (_read_button(desk), menu_button(desk)))
    unit, _, which = rest.partition(":")
    if wanted := [wish for wish in offered if rest == str(wish.id) or (which == ALL and wish.unit == unit)]:
        return await _joined(wanted, book, desk)
    units = list(dict.fromkeys(wish.unit for wish in offered))
    chosen = unit if unit in units else units[0] if len(units) == 1 else None
    if chosen is None:
        return _ask_unit(_nearest_first(units, query, desk), await book.mine(), desk)
    return _ask_topic(chosen, [wish for wish in offered if wish.unit == chosen], desk)


def _ask_unit(units: Sequence[str], mine: Sequence[Wish], desk: Desk) -> Reply:
    buttons = [Button(id=f"{SUBSCRIBE}:{unit}", title=_unit_name(unit, desk)) for unit in units]
    if mine:
        buttons.append(_stop_button(desk))
    said = desk.text("subscription.again", what=_names(mine, desk)) if mine else desk.text("subscription.unit")
    return _said(said, (*buttons, menu_button(desk)))


def _ask_topic(unit: str, wishes: Sequence[Wish], desk: Desk) -> Reply:
    buttons = [Button(id=f"{SUBSCRIBE}:{wish.id}", title=topic_name(wish.topic, desk)) for wish in wishes]
    if len(wishes) > 1:
        buttons.insert(0, Button(id=f"{SUBSCRIBE}:{unit}:{ALL}", title=desk.text("subscription.all")))
    return _said(desk.text("subscription.topic", unit=_unit_name(unit, desk)), (*buttons, menu_button(desk)))


async def _joined(wanted: Sequence[Wish], book: Subscriptions, desk: Desk) -> Reply:
    await book.join(wanted)
    mine = await book.mine()
    more = Button(id=SUBSCRIBE, title=desk.text("subscription.button.more"))
    said = desk.text("subscription.joined", what=_names(mine, desk))
    return _said(said, (_read_button(desk), more, _stop_button(desk), menu_button(desk)))


async def _left(book: Subscriptions, desk: Desk) -> Reply:
    had = await book.mine()
    await book.leave()
    again = Button(id=SUBSCRIBE, title=desk.text("bulletin.button.subscribe"))
    return _said(desk.text("subscription.left" if had else "subscription.not_in"), (again, menu_button(desk)))


def _said(words: str, buttons: Sequence[Button]) -> Reply:
    return Reply(kind="smalltalk", sections=(Section(lines=(words,)),), buttons=tuple(buttons))


def _nearest_first(units: Sequence[str], query: Query, desk: Desk) -> list[str]:
    """The units, that of the person first."""
    unit = desk.facts.pack.units.get(query.unit or "")
    own = {unit.id, desk.facts.pack.serving(unit).id} if unit else set()
    return sorted(units, key=lambda each: each not in own)


def _names(wishes: Sequence[Wish], desk: Desk) -> str:
    return "; ".join(f"{topic_name(wish.topic, desk)} – {_unit_name(wish.unit, desk)}" for wish in wishes)


def _unit_name(unit: str, desk: Desk) -> str:
    found = desk.facts.pack.units.get(unit)
    return found.name.in_(desk.lang) if found else desk.facts.pack.locality.name.in_(desk.lang)


def topic_name(topic: str, desk: Desk) -> str:
    """A topic as people say it: a known one by key, another as the officer wrote it."""
    return desk.text(f"topic.{topic}") if topic in KNOWN else topic


KNOWN: Final = ("an-ninh", "giao-thong", "lua-dao", "ma-tuy", "thu-tuc", "chung")


def _stop_button(desk: Desk) -> Button:
    return Button(id=UNSUBSCRIBE, title=desk.text("subscription.button.stop"))


def _read_button(desk: Desk) -> Button:
    return Button(id="bulletin", title=desk.text("subscription.button.read"))
