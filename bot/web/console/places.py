"""The names of the units, as the pages of groups and lists say them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aiohttp import web

from bot.storage.officers import EVERYWHERE, Officer
from bot.web.console.guard import signed
from bot.web.house import HOUSE
from bot.web.language import language

Named = Callable[[str], str]


def place_of(request: web.Request) -> Named:
    """What a unit is called; an id that is in no pack any more stays as it is."""
    lang, house = language(request), request.app[HOUSE]
    units = house.facts.pack.units

    def place(unit: str) -> str:
        if unit == EVERYWHERE:
            return house.text(lang, "console.everywhere")
        return units[unit].name.in_(lang) if unit in units else unit

    return place


def places(request: web.Request, *roles: str) -> Mapping[str, str]:
    """The units for which whoever is signed in has one of these roles, with their names; everywhere first."""
    officer, place = signed(request).officer, place_of(request)
    ids = (EVERYWHERE, *request.app[HOUSE].facts.pack.units)
    return {unit: place(unit) for unit in ids if _may(officer, roles, unit)}


def _may(officer: Officer, roles: tuple[str, ...], unit: str) -> bool:
    return any(officer.may(role, unit) for role in roles)  # type: ignore[arg-type]  # they are written by us
