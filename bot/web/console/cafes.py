"""The cafés that show films: this week's showings against two, and a tick for a café that has no chat with us."""

from __future__ import annotations

import datetime as dt

from aiohttp import web

from bot.errors import Refused
from bot.office.showings import BACK
from bot.storage.officers import Officer
from bot.web.console.groups import CAFES, LISTS, REGISTER
from bot.web.console.guard import field, form, signed_in
from bot.web.console.looks import OFFICE, console_page, see
from bot.web.console.places import place_of
from content.hours import HERE
from content.texts import day


@signed_in()
async def cafes(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`/can-bo/nhom/quan`."""
    found = await request.app[OFFICE].showings.cafes(officer)
    today = dt.datetime.now(HERE).date()
    return console_page(
        request, "console/cafes.html", officer, cafes=found, place=place_of(request), day=day,
        today=today.isoformat(), oldest=(today - BACK).isoformat(), register=REGISTER, lists=LISTS,
    )  # fmt: skip


@signed_in()
async def tick(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/nhom/quan`: `shown` or `undo` is a day of `cafe`."""
    fields = await form(request)
    undone, cafe = field(fields, "undo", 10), field(fields, "cafe", 9)
    try:
        on = dt.date.fromisoformat(undone or field(fields, "day", 10))
    except ValueError:
        raise Refused("cafes.wrong_day") from None
    if not (cafe.isascii() and cafe.isdecimal()):
        raise Refused("cafes.unknown")
    await request.app[OFFICE].showings.tick(int(cafe), on, by=officer, shown=not undone)
    return see(CAFES, done="cafe.undone" if undone else "cafe")
