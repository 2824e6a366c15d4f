"""The posting kit: one page on a phone for all the ordinary groups that an officer forwards a bulletin into."""

from __future__ import annotations

from urllib.parse import urlencode

from aiohttp import web

from bot.errors import HoiPhuongError
from bot.office.kit import ALL, MINE, PATH, Kit
from bot.storage.kit import Post
from bot.storage.officers import EVERYWHERE, Officer
from bot.web.console.guard import field, form, signed_in
from bot.web.console.looks import OFFICE, console_page, said, see, when
from bot.web.console.places import place_of
from bot.web.paths import BULLETINS


@signed_in()
async def kits(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`/can-bo/chuyen-tin`: the bulletins that still have groups to post."""
    unfinished = await request.app[OFFICE].kit.unfinished(officer)
    return console_page(request, "console/kits.html", officer, unfinished=unfinished, shelf=PATH)


@signed_in()
async def kit(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`/can-bo/chuyen-tin/<bulletin>?whose=&unit=`."""
    found = await _kit(request, officer)
    place = place_of(request)
    return console_page(
        request, "console/kit.html", officer, kit=found, mine=MINE, all=ALL, place=place, everywhere=EVERYWHERE,
        picture=f"{BULLETINS}/{found.id}/anh.jpg" if found.has_picture else "", asked=_asked(request),
        charge=lambda post: ", ".join(sorted(found.names[id_] for id_ in post.officers)), how=how, shelf=PATH,
    )  # fmt: skip


@signed_in()
async def tick(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/chuyen-tin/<bulletin>`: `tick` or `undo` is a group; a script gets JSON, a form the page."""
    fields = await form(request)
    undone = field(fields, "undo")
    address = undone or field(fields, "tick")
    wants_json = "application/json" in request.headers.get("Accept", "")
    try:
        await request.app[OFFICE].kit.tick(_number(request), address, by=officer, done=not undone)
        found = await _kit(request, officer)
    except HoiPhuongError as error:
        if wants_json:
            return web.json_response({"why": said(request, error)}, status=400)
        raise
    if wants_json:
        return web.json_response(_state(found), headers={"Cache-Control": "no-store"})
    asked = _asked(request)
    return see(f"{PATH}/{found.id}{'?' + asked if asked else ''}#{_next(found, address)}")


def how(post: Post) -> str:
    """When a group got it, and from whom."""
    return f"{when(post.at)} · {post.by}" if post.at else post.by


def _state(found: Kit) -> dict[str, object]:
    """What the page shows, for a script that is out of date; others tick beside it."""
    return {
        "left": len(found.open),
        "total": len(found.groups),
        "done": {str(post.address): how(post) for post in found.done},
    }


def _next(found: Kit, address: str) -> str:
    """Where the page opens again: at the group that was taken back, else at the next that is open."""
    again = next((post for post in found.open if post.address == address), None)
    post = again or next(iter(found.open), None)
    return f"nhom-{post.place}" if post else "xong"


async def _kit(request: web.Request, officer: Officer) -> Kit:
    query = request.query
    return await request.app[OFFICE].kit.kit(
        _number(request), by=officer, whose=query.get("whose", "")[:80], unit=query.get("unit", "")[:80]
    )


def _asked(request: web.Request) -> str:
    return urlencode({name: request.query[name][:80] for name in ("whose", "unit") if request.query.get(name)})


def _number(request: web.Request) -> int:
    name = request.match_info["id"]
    if not (name.isascii() and name.isdecimal() and len(name) < 10):
        raise web.HTTPNotFound
    return int(name)
