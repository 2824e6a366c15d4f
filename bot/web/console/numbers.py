"""Phone numbers: which nobody has confirmed, which residents could not reach; confirm one in two steps."""

from __future__ import annotations

from aiohttp import web

from bot.errors import Refused
from bot.office.reach import WRITERS, may_change, must_change, units_of
from bot.storage.officers import Officer
from bot.web.console.content import ITEM, PHONES, title
from bot.web.console.guard import field, form, signed_in
from bot.web.console.looks import OFFICE, console_page, see
from bot.web.house import HOUSE
from bot.web.language import language
from content.texts import as_of, day


@signed_in(*WRITERS)
async def phones(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/noi-dung/so-dien-thoai`: what needs a hand first."""
    pack = request.app[HOUSE].facts.pack
    return console_page(
        request, "console/content_phones.html", officer,
        phones=await request.app[OFFICE].contents.phones(), title=lambda id_: title(request, id_),
        may=lambda id_: may_change(officer, id_, pack), day=day, door=lambda id_: f"{PHONES}/{id_}",
        item=lambda id_: ITEM.format(id=id_),
    )  # fmt: skip


@signed_in(*WRITERS)
async def phone(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/noi-dung/so-dien-thoai/<id>`: the number, whose it is, who will stand for it."""
    found = await request.app[OFFICE].contents.phone(request.match_info["id"].lower())
    if found is None:
        raise web.HTTPNotFound
    house, lang = request.app[HOUSE], language(request)
    pack = house.facts.pack
    return console_page(
        request, "console/content_phone.html", officer,
        phone=found, heading=title(request, found.id), may=may_change(officer, found.id, pack), as_of=as_of, day=day,
        units=[pack.units[unit].name.in_(lang) for unit in units_of(found.id, pack) if unit in pack.units],
        item=ITEM.format(id=found.id), door=f"{PHONES}/{found.id}", home_of=PHONES,
    )  # fmt: skip


@signed_in(*WRITERS)
async def confirm(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/noi-dung/so-dien-thoai/<id>`: the number that the page showed, if it is still the one known."""
    office = request.app[OFFICE]
    found = await office.contents.phone(request.match_info["id"].lower())
    if found is None:
        raise web.HTTPNotFound
    must_change(officer, found.id, request.app[HOUSE].facts.pack)
    number = field(await form(request), "number", 40)
    if number not in {found.known, found.shown.number if found.shown else None}:
        raise Refused("content.number_changed")
    await office.corrections.confirm(found.id, number, by=officer)
    return see(PHONES, done="content.confirmed")
