"""The public pages: one for every item, and one for every shelf of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.web.chat import GROUPS
from bot.web.house import HOUSE
from bot.web.language import language
from bot.web.paths import HOTLINES, INITIATIVES, PLACES, PROCEDURES, ids_of, path_of
from bot.web.render import page, summary
from content.pack import hotline_of
from content.texts import as_of

FIELDS = ("cai-cach-hanh-chinh", "an-ninh", "kinh-te", "van-hoa-xa-hoi-moi-truong")


def item(shelf: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The handler of `<shelf>/<id>`."""

    async def show(request: web.Request) -> web.Response:
        house, lang, name = request.app[HOUSE], language(request), request.match_info["id"].lower()
        for id_ in ids_of(shelf, name):
            path = path_of(house.facts.pack, id_)
            if path and path != request.path:  # known, but by another address
                raise web.HTTPMovedPermanently(path)
            if path and (reply := await house.page(id_, lang)):
                return page(request, "item.html", reply=reply, shelf=shelf, summary=summary(reply))
        raise web.HTTPNotFound

    return show


async def procedures(request: web.Request) -> web.Response:
    """`/thu-tuc`: by their eight groups."""
    all_ = request.app[HOUSE].facts.pack.procedures.values()
    groups = [(group, [p for p in all_ if p.group == group]) for group in GROUPS]
    return page(request, "procedures.html", groups=[(group, of) for group, of in groups if of], shelf=PROCEDURES)


async def hotlines(request: web.Request) -> web.Response:
    """`/duong-day-nong`: what to call in danger, what else may be shown, and the units."""
    facts = await request.app[HOUSE].today()
    shown = [
        (line, number, facts.pack.cite(line)[0].title.rstrip(" ."), as_of(line.as_of))
        for line in facts.pack.hotlines.values()
        if (number := facts.number(line.id))
    ]
    units = list(facts.pack.units.values())
    return page(
        request,
        "hotlines.html",
        danger=[line for line in shown if line[1].emergency],
        other=[line for line in shown if not line[1].emergency],
        today=[(unit, facts.number(hotline_of(unit.id))) for unit in units if unit.successor is None],
        before=[unit for unit in units if unit.successor],
        shelf=HOTLINES,
    )


async def places(request: web.Request) -> web.Response:
    """`/luu-tru`: where one can sleep, then what one can see; what is closed down stands on neither."""
    facts = await request.app[HOUSE].today()
    all_ = facts.places()
    return page(
        request,
        "places.html",
        sleep=[place for place in all_ if place.overnight],
        see=[place for place in all_ if not place.overnight],
        units=facts.pack.units,
        note=facts.pack.locality.homestay_note,
        shelf=PLACES,
    )


async def initiatives(request: web.Request) -> web.Response:
    """`/mo-hinh`: by field."""
    all_ = request.app[HOUSE].facts.pack.initiatives.values()
    fields = [(field, [i for i in all_ if i.field == field]) for field in FIELDS]
    return page(request, "initiatives.html", fields=[(f, of) for f, of in fields if of], shelf=INITIATIVES)
