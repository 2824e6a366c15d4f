"""What residents see of the bulletins: the archive, one page each, its pictures, and a feed."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web

from bot.office.published import PAGE, Shelf
from bot.web.house import HOUSE
from bot.web.language import language
from bot.web.paths import BULLETINS
from bot.web.poster import poster
from bot.web.render import page, render
from content.texts import day
from handlers.contract import Bulletin, Lang
from handlers.subscriptions import KNOWN as KNOWN_TOPICS

LONGEST: Final = 100  # characters of a search
NEWEST: Final = 20  # entries of the feed
HOUR: Final = "public, max-age=3600"
MINUTES: Final = "public, max-age=300"  # a bulletin may be taken back at any moment


async def archive(request: web.Request) -> web.Response:
    """`/ban-tin`: all that went out, the newest first; `?q=` searches, without regard to diacritics."""
    shelf = await _shelf(request)
    if shelf.page > max(1, shelf.pages):
        raise web.HTTPNotFound
    asked = {name: request.query[name] for name in ("q", "unit", "topic") if request.query.get(name)}
    return page(
        request,
        "bulletins.html",
        shelf=shelf,
        asked=asked,
        units=request.app[HOUSE].facts.pack.units,
        topic=lambda topic: topic_name(request, topic),
        whose=lambda bulletin: whose(request, bulletin, language(request)),
        day=day,
        index=not asked and shelf.page == 1,
    )


async def one(request: web.Request) -> web.Response:
    """`/ban-tin/<id>`: one that went out; one taken back says so, and leads to its correction."""
    house, lang, found = request.app[HOUSE], language(request), await _found(request)
    corrected, corrects = [
        await house.published.one(id_) if id_ else None for id_ in (found.corrected_by, found.corrects)
    ]
    return page(
        request,
        "bulletin.html",
        bulletin=found,
        corrected=corrected,
        corrects=corrects,
        whose=whose(request, found, lang),
        day=day(found.day),
        summary=summary(found.text),
        shelf=BULLETINS,
        index=not found.recalled,
    )


async def share_picture(request: web.Request) -> web.Response:
    """`/ban-tin/<id>.png`: what a forwarded link shows."""
    house, found = request.app[HOUSE], await _found(request)

    def text(key: str) -> str:
        return house.text(found.lang, key)

    drawn = await asyncio.to_thread(
        poster,
        whose=whose(request, found, found.lang),
        title=found.title,
        day=day(found.day),
        sign=text("web.bulletin.recalled.short" if found.recalled else "web.bulletin.official"),
        stands=not found.recalled,
    )
    return web.Response(body=drawn, content_type="image/png", headers={"Cache-Control": MINUTES})


async def picture(request: web.Request) -> web.Response:
    """`/ban-tin/<id>/anh.jpg`: the bulletin's own picture; gone with it when it is taken back."""
    found = await _found(request)
    jpeg = None if found.recalled else await request.app[HOUSE].published.picture(found.id)
    if jpeg is None:
        raise web.HTTPNotFound
    return web.Response(body=jpeg, content_type="image/jpeg", headers={"Cache-Control": HOUR})


async def feed(request: web.Request) -> web.Response:
    """`/ban-tin.atom`: the newest, for whoever follows by a reader; `unit` and `topic` narrow it."""
    shelf = await _shelf(request, NEWEST)
    lang = language(request)
    body = render(
        request,
        "bulletins.xml",
        lang,
        {
            "bulletins": [each for each in shelf.bulletins if not each.recalled],
            "query": request.query_string,
            "whose": lambda bulletin: whose(request, bulletin, lang),
        },
    )
    headers = {"Cache-Control": MINUTES, "Content-Language": lang}
    return web.Response(text=body, content_type="application/atom+xml", headers=headers)


def whose(request: web.Request, bulletin: Bulletin, lang: Lang) -> str:
    """The units that it is for, by name; the locality where it is for none in particular, or for many."""
    house = request.app[HOUSE]
    units = [house.facts.pack.units[unit] for unit in bulletin.units if unit in house.facts.pack.units]
    return ", ".join(unit.name.in_(lang) for unit in units) if 0 < len(units) <= 3 else house.name


def topic_name(request: web.Request, topic: str) -> str:
    """A topic as people say it: a known one by key, another as the officer wrote it."""
    return request.app[HOUSE].text(language(request), f"topic.{topic}") if topic in KNOWN_TOPICS else topic


def summary(text: str) -> str:
    """The first words, for whoever shares the page."""
    words = " ".join(text.split())
    return words if len(words) <= 200 else words[:200].rsplit(" ", 1)[0] + "…"


async def _shelf(request: web.Request, size: int = PAGE) -> Shelf:
    number = request.query.get("page", "1")
    return await request.app[HOUSE].published.shelf(
        words=request.query.get("q", "")[:LONGEST],
        unit=request.query.get("unit") or None,
        topic=request.query.get("topic") or None,
        page=int(number) if number.isascii() and number.isdecimal() and 0 < len(number) < 6 else 1,
        size=size,
    )


async def _found(request: web.Request) -> Bulletin:
    name = request.match_info["id"]
    if not (name.isascii() and name.isdecimal() and len(name) < 10):
        raise web.HTTPNotFound
    if str(int(name)) != name:
        raise web.HTTPMovedPermanently(request.path.replace(name, str(int(name)), 1))
    found = await request.app[HOUSE].published.one(int(name))
    if found is None:
        raise web.HTTPNotFound
    return found
