"""What a printed code can open, and which answer that is.

`menu`, `procedure:<id>`, `hotline:<unit or line>`, `homestay:list`, `homestay:<point>`, `sight:<place>`,
`initiative:<id>`, `bulletins:<unit>`, `bulletin:<number>`, or the path of a public page.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Final

from content.pack import Pack
from content.values import fold

MENU: Final = "menu"
BULLETIN: Final = re.compile(r"bulletin:[1-9][0-9]{0,8}")
RESERVED: Final = {"report", "appointment", "/to-giac", "/lich-hen"}  # nothing stands behind them yet
# The shelves of public pages, and the button that says the same in a chat.
SHELVES: Final = {
    "/thu-tuc": "groups",
    "/duong-day-nong": "units",
    "/mo-hinh": MENU,
    "/ban-tin": "bulletin",
    "/so-lieu": MENU,
}
_OF_SHELF: Final = {
    "thu-tuc": ("procedure:{}",),
    "duong-day-nong": ("hotline:{}",),
    "luu-tru": ("homestay:{}", "sight:{}"),
    "mo-hinh": ("initiative:{}",),
    "ban-tin": ("bulletin:{}",),
}


def read(words: str, pack: Pack) -> str | None:
    """The target in its one spelling, or None where it leads nowhere; whether a bulletin is there, it cannot know."""
    typed = words.strip()
    target = (typed.rstrip("/") or "/") if typed.startswith("/") else typed
    if target.startswith("/"):
        return _of_path(target.lower(), pack)
    kind, _, name = target.partition(":")
    target = f"{kind.lower()}:{name.lower()}" if name else kind.lower()
    if kind.lower() in {"homestay", "sight"}:
        target = pack.also.get(target, target)
    return target if target in set(_every(pack)) or BULLETIN.fullmatch(target) else None


def guess(words: str, pack: Pack) -> str | None:
    """What a wrong target may have meant."""
    every = list(_every(pack))
    wanted = words.strip().lower()
    tails = {target.partition(":")[2]: target for target in reversed(every) if ":" in target}
    if wanted in tails:
        return tails[wanted]
    if near := difflib.get_close_matches(wanted, every, n=1, cutoff=0.6):
        return near[0]
    by_name = {fold(name): pack_target(id_, pack) for id_, item in pack.items() for name in item.own_names()}
    tail = wanted.partition(":")[2] or wanted
    for among in (by_name, tails):
        if near := difflib.get_close_matches(fold(tail), among, n=1, cutoff=0.6):
            return among[near[0]]
    return None


def pack_target(id_: str, pack: Pack) -> str:
    """The target that opens an item of the pack."""
    if id_ in pack.procedures:
        return f"procedure:{id_}"
    return f"initiative:{id_}" if id_ in pack.initiatives else id_


def press_of(target: str) -> tuple[str, str | None]:
    """The button that says in a chat what a target opens, and the unit that it is for."""
    kind, _, name = target.partition(":")
    if kind in {"procedure", "initiative"}:
        return name, None
    if kind == "bulletins":
        return "bulletin", name
    return SHELVES.get(target, target), None


def title_of(target: str, pack: Pack) -> str | None:
    """The Vietnamese name of the item behind a target; None where it is no item of the pack."""
    item = pack.item(press_of(target)[0])
    return item.own_names()[0] if item else None


def _of_path(path: str, pack: Pack) -> str | None:
    if path == "/":
        return MENU
    if path == "/luu-tru":
        return "homestay:list"
    if path in SHELVES:
        return path
    shelf, _, name = path[1:].partition("/")
    forms = (form.format(name) for form in _OF_SHELF.get(shelf, ()))
    return next((target for form in forms if (target := read(form, pack))), None)


def _every(pack: Pack) -> Iterator[str]:
    yield from (MENU, "homestay:list", *SHELVES)
    yield from (pack_target(id_, pack) for id_, _ in pack.items() if not id_.startswith("club:"))
    yield from (f"bulletins:{unit}" for unit in pack.units)
