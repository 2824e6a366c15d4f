"""Bulletins: which there are, the page of one, and every deed that an officer may do to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from bot.errors import Refused
from bot.office.bulletin_page import Recipient, Recipients
from bot.office.bulletin_search import GROUPS
from bot.office.bulletins import Bulletins
from bot.storage.bulletins import RANKS
from bot.storage.officers import Officer
from bot.web.bulletins import LONGEST, topic_name
from bot.web.console.bulletin_form import kept, preview_of
from bot.web.console.guard import Door, Fields, field, form, signed_in
from bot.web.console.looks import OFFICE, console_page, said, see
from bot.web.console.menu import HOME
from bot.web.console.places import place_of
from bot.web.house import HOUSE
from bot.web.language import language
from bot.web.paths import BULLETINS
from content.hours import HERE
from content.texts import MissingWords, money

ROOM: Final = HOME + "/ban-tin"
KIT: Final = HOME + "/chuyen-tin"
DRAFTS: Final = ("draft", "submitted", "approved", "scheduled")
Deed = Callable[[Bulletins, int, Officer, Fields], Awaitable[None]]


@signed_in("editor", "approver")
async def bulletins(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`/can-bo/ban-tin?q=&state=&page=`."""
    words, group = request.query.get("q", "").strip()[:LONGEST], request.query.get("state", "")
    found = await request.app[OFFICE].bulletin_search.find(
        by=officer, words=words, group=group, page=_number(request.query.get("page", "1"))
    )
    asked = {name: value for name, value in (("q", words), ("state", group)) if value}

    def at(**other: object) -> str:
        return "?" + urlencode({name: value for name, value in (asked | other).items() if value})

    return console_page(
        request, "console/bulletins.html", officer, found=found, words=words, group=group if group in GROUPS else "",
        groups=GROUPS, at=at, room=ROOM,
    )  # fmt: skip


@signed_in("editor", "approver")
async def bulletin(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`/can-bo/ban-tin/<id>?result=&page=`."""
    return await _page(request, officer, id_of(request))


@signed_in("editor", "approver")
async def picture(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`/can-bo/ban-tin/<id>/anh.jpg`: also before it is out."""
    jpeg = await request.app[OFFICE].bulletin_pages.picture(id_of(request), by=officer)
    if jpeg is None:
        raise web.HTTPNotFound
    return web.Response(body=jpeg, content_type="image/jpeg")


def deed(name: str, do: Deed) -> Door:
    """A page that does one thing to a bulletin; where it cannot be done, the bulletin's page says why."""

    @signed_in("editor", "approver")
    async def done(request: web.Request, officer: Officer) -> web.StreamResponse:
        id_, fields = id_of(request), await form(request)
        try:
            await do(request.app[OFFICE].bulletins, id_, officer, fields)
        except Refused as error:
            if error.key == "bulletin.unknown":
                raise
            return await _page(request, officer, id_, why=said(request, error))
        return see(f"{ROOM}/{id_}", done=f"bulletins.{name}")

    return done


async def _schedule(desk: Bulletins, id_: int, by: Officer, fields: Fields) -> None:
    try:
        day, hour = dt.date.fromisoformat(field(fields, "day", 10)), dt.time.fromisoformat(field(fields, "hour", 5))
    except ValueError as error:
        raise Refused("bulletin.wrong_moment") from error
    await desk.schedule(id_, by=by, at=dt.datetime.combine(day, hour.replace(tzinfo=None), HERE))


async def _send_back(desk: Bulletins, id_: int, by: Officer, fields: Fields) -> None:
    await desk.send_back(id_, by=by, comment=field(fields, "comment", 2000))


DEEDS: Final[Mapping[str, Door]] = {
    "trinh": deed("submitted", lambda desk, id_, by, _: desk.submit(id_, by=by)),
    "duyet": deed("approved", lambda desk, id_, by, _: desk.approve(id_, by=by)),
    "tra-lai": deed("returned", _send_back),
    "hen-gio": deed("scheduled", _schedule),
    "khan": deed("urgent", lambda desk, id_, by, _: desk.pass_urgent(id_, by=by)),
    "gui": deed("sending", lambda desk, id_, by, _: desk.send(id_, by=by)),
    "dung": deed("paused", lambda desk, id_, by, _: desk.pause(id_, by=by)),
    "tiep": deed("resumed", lambda desk, id_, by, _: desk.resume(id_, by=by)),
    "bo": deed("cancelled", lambda desk, id_, by, _: desk.cancel(id_, by=by)),
    "rut": deed("recalled", lambda desk, id_, by, _: desk.recall(id_, by=by)),
}


async def _page(request: web.Request, officer: Officer, id_: int, *, why: str = "") -> web.Response:
    pages = request.app[OFFICE].bulletin_pages
    whole = await pages.one(id_, by=officer)
    result = request.query.get("result", "")
    recipients = Recipients(rows=(), total=0, page=1)
    if whole.counts["total"]:
        page = _number(request.query.get("page", "1"))
        recipients = await pages.recipients(id_, by=officer, result=result, page=page)
    preview = None
    if whole.row.state in DRAFTS:
        preview = await preview_of(request, officer, kept(whole), id_=id_, pictured=bool(whole.picture))
    today = dt.datetime.now(HERE).date()

    def deed(action: str) -> str:
        return _words(request, f"console.deed.{action}", action)

    def reason(one: Recipient) -> str:
        return _words(request, f"console.bulletins.reason.{one.reason.replace(' ', '_')}", "") or _words(
            request, f"console.bulletins.reason.{one.state}", one.reason
        )

    return console_page(
        request, "console/bulletin.html", officer, status=409 if why else 200, why=why, whole=whole, row=whole.row,
        preview=preview, recipients=recipients, result=result if result in RANKS else "", results=RANKS, room=ROOM,
        place=place_of(request), topic=lambda topic: topic_name(request, topic), deed=deed, reason=reason,
        today=today.isoformat(), tomorrow=(today + dt.timedelta(days=1)).isoformat(),
        kit=f"{KIT}/{id_}" if _built(request, KIT) else "", public=f"{BULLETINS}/{id_}", money=money,
        pictured=f"{ROOM}/{id_}/anh.jpg" if whole.picture else "",
    )  # fmt: skip


def _words(request: web.Request, key: str, otherwise: str) -> str:
    """Words by a key that perhaps nobody has written."""
    try:
        return request.app[HOUSE].text(language(request), key)
    except MissingWords:
        return otherwise


def _built(request: web.Request, path: str) -> bool:
    """Whether there is a room at this path."""
    return any(resource.canonical == path for resource in request.app.router.resources())


def id_of(request: web.Request) -> int:
    """The number in the address."""
    name = request.match_info["id"]
    if not (name.isascii() and name.isdecimal() and len(name) < 10):
        raise web.HTTPNotFound
    return int(name)


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdecimal() and 0 < len(typed) < 6 and int(typed) else 1
