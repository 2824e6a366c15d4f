"""For administrators: who is an officer. Invite, disable, let in anew."""

from __future__ import annotations

from aiohttp import web

from bot.errors import HoiPhuongError
from bot.office.access import Invited, grants_of
from bot.storage.officers import EVERYWHERE, ROLES, Officer
from bot.web.console.guard import field, form, signed_in
from bot.web.console.looks import OFFICE, console_page, said, see
from bot.web.console.menu import HOME
from bot.web.house import HOUSE
from bot.web.language import language

HERE = HOME + "/can-bo"


@signed_in("admin")
async def officers(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/can-bo`."""
    return await _list(request, officer)


@signed_in("admin")
async def invite(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/can-bo`: the link and the code are shown once, on this very page."""
    fields = await form(request)
    roles, units = ([str(value) for value in fields.getall(name, [])] for name in ("role", "unit"))
    try:
        invited = await request.app[OFFICE].access.invite(
            name=field(fields, "name", 80), roles=roles, units=units, by=officer
        )
    except HoiPhuongError as error:
        return await _list(request, officer, why=said(request, error), typed=field(fields, "name", 80))
    return await _list(request, officer, invited=invited)


@signed_in("admin")
async def disable(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/can-bo/khoa`."""
    await request.app[OFFICE].access.disable(field(await form(request), "name", 80), by=officer)
    return see(HERE, done="disabled")


@signed_in("admin")
async def reset(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/can-bo/lam-lai`: for whoever lost his phone."""
    fields = await form(request)
    invited = await request.app[OFFICE].access.reset(
        field(fields, "name", 80), by=officer, chats=field(fields, "chats") == "yes"
    )
    return await _list(request, officer, invited=invited)


async def _list(
    request: web.Request, officer: Officer, *, invited: Invited | None = None, why: str = "", typed: str = ""
) -> web.Response:
    lang, units = language(request), request.app[HOUSE].facts.pack.units
    everywhere = request.app[HOUSE].text(lang, "console.everywhere")
    places = {unit.id: unit.name.in_(lang) for unit in units.values() if officer.may("admin", unit.id)}
    if officer.may("admin", None):
        places = {EVERYWHERE: everywhere} | places

    def place(unit: str) -> str:
        return everywhere if unit == EVERYWHERE else units[unit].name.in_(lang) if unit in units else unit

    return console_page(
        request, "console/officers.html", officer, status=400 if why else 200,
        accounts=await request.app[OFFICE].access.everyone(), grants_of=grants_of, place=place, places=places,
        roles=ROLES, invited=invited, why=why, typed=typed,
    )  # fmt: skip
