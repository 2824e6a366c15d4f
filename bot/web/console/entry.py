"""At the door: in by password or by the bot's code, and in for the first time by an invitation."""

from __future__ import annotations

import re
from typing import Final

from aiohttp import web
from markupsafe import Markup

from bot.channels.channel import Linked
from bot.errors import HoiPhuongError, Refused
from bot.office.access import CODE_HOLDS
from bot.office.binding import START
from bot.office.keys import plain
from bot.storage.officers import Officer
from bot.web.console import cookies
from bot.web.console.guard import field, form, signed, signed_in, visitor
from bot.web.console.looks import OFFICE, console_page, said, see
from bot.web.console.menu import ENTER, HOME
from bot.web.house import HOUSE
from qr import square

OURS: Final = re.compile(r"/can-bo(?:/[\w/.-]*)?(?:\?[\w=&.%+-]*)?", re.ASCII)
LATER: Final = {"console.login.locked", "console.login.busy"}


@visitor
async def door(request: web.Request) -> web.StreamResponse:
    """`GET /can-bo/vao`."""
    if await request.app[OFFICE].logins.signed_in(cookies.cookie(request, cookies.SESSION)):
        return see(_to(request.query.get("to", "")))
    return console_page(request, "console/enter.html", None, to=request.query.get("to", ""), why="", who="")


@visitor
async def by_password(request: web.Request) -> web.StreamResponse:
    """`POST /can-bo/vao`: name, password and the code of the authenticator."""
    fields = await form(request)
    name, to = field(fields, "name", 80), field(fields, "to", 500)
    try:
        cookie = await request.app[OFFICE].logins.by_password(
            name, field(fields, "password"), field(fields, "code", 20),
            address=cookies.address(request), device=cookies.device(request),
        )  # fmt: skip
    except Refused as error:
        return _again(request, "console/enter.html", error, to=to, who=name)
    return _in(request, cookie, to)


@visitor
async def send_code(request: web.Request) -> web.StreamResponse:
    """`POST /can-bo/vao/ma`: the bot sends a code, if this is an officer with a chat; the page is the same if not."""
    fields = await form(request)
    name, to = field(fields, "name", 80), field(fields, "to", 500)
    try:
        await request.app[OFFICE].logins.send_code(name, address=cookies.address(request))
    except Refused as error:
        return _again(request, "console/enter.html", error, to=to, who=name)
    return console_page(request, "console/code.html", None, to=to, why="", who=name)


@visitor
async def by_code(request: web.Request) -> web.StreamResponse:
    """`POST /can-bo/vao/nhap-ma`: the code that the bot sent."""
    fields = await form(request)
    name, to = field(fields, "name", 80), field(fields, "to", 500)
    try:
        cookie = await request.app[OFFICE].logins.by_code(
            name, field(fields, "code", 20), address=cookies.address(request), device=cookies.device(request)
        )
    except Refused as error:
        return _again(request, "console/code.html", error, to=to, who=name)
    return _in(request, cookie, to)


@visitor
async def invitation(request: web.Request) -> web.StreamResponse:
    """`GET /can-bo/moi/<link>`: choose a password, or bind a chat."""
    name = await request.app[OFFICE].access.invitation(request.match_info["link"])
    if name is None:
        return _gone(request)
    return _choose(request, name)


@visitor
async def accept(request: web.Request) -> web.StreamResponse:
    """`POST /can-bo/moi/<link>`: the password and the second factor; he is in at once."""
    desk, link, fields = request.app[OFFICE], request.match_info["link"], await form(request)
    name = await desk.access.invitation(link)
    if name is None:
        return _gone(request)
    enrolment = desk.access.enrolment(name, field(fields, "enrolment", 600))
    password = field(fields, "password")
    try:
        if password != field(fields, "again"):
            raise Refused("console.password.repeat")
        officer = await desk.access.accept(
            link, password=password, secret=enrolment.secret, code=field(fields, "code", 20)
        )
    except Refused as error:
        return _choose(request, name, enrolment.sealed, why=said(request, error))
    return _in(request, await desk.logins.enter(officer, device=cookies.device(request)), HOME)


@visitor
async def bind(request: web.Request) -> web.StreamResponse:
    """`POST /can-bo/moi/<link>/noi-may`: the code to send the bot, for whoever would rather have no password."""
    access, link = request.app[OFFICE].access, request.match_info["link"]
    name = await access.invitation(link)
    if name is None:
        return _gone(request)
    return bind_page(request, None, await access.code_of(link), name)


@signed_in()
async def leave(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/ra`: out, here or everywhere."""
    everywhere = field(await form(request), "everywhere") == "yes"
    await request.app[OFFICE].logins.end(signed(request), everywhere=everywhere)
    response = see(ENTER, done="left")
    cookies.drop(request, response, cookies.SESSION)
    return response


def bind_page(request: web.Request, officer: Officer | None, code: str, name: str) -> web.Response:
    """What to send the bot, with a button for each channel that lets a link carry it."""
    links = {
        channel.name: link
        for channel in request.app[HOUSE].engine.channels.values()
        if isinstance(channel, Linked) and (link := channel.address(START + plain(code)))
    }
    minutes = int(CODE_HOLDS.total_seconds() // 60)
    return console_page(request, "console/bind.html", officer, code=code, links=links, minutes=minutes, who=name)


def drawn(link: str) -> Markup:
    """A square on the page."""
    return Markup(square.svg(link))  # noqa: S704  (drawn by us; the link is in its squares only)


def _choose(request: web.Request, name: str, sealed: str = "", *, why: str = "") -> web.Response:
    enrolment = request.app[OFFICE].access.enrolment(name, sealed)
    return console_page(
        request, "console/invitation.html", None, status=400 if why else 200, who=name, why=why,
        enrolment=enrolment, square=drawn(enrolment.link),
    )  # fmt: skip


def _gone(request: web.Request) -> web.Response:
    return console_page(
        request, "console/refused.html", None, status=404, why=said(request, Refused("console.invitation.gone"))
    )


def _in(request: web.Request, cookie: str, to: str) -> web.Response:
    response = see(_to(to))
    cookies.keep(request, response, cookies.SESSION, cookie)
    return response


def _to(path: str) -> str:
    """Where he wanted to go, if that is a page of the console."""
    return path if OURS.fullmatch(path) and "//" not in path and not path.startswith(ENTER) else HOME


def _again(request: web.Request, template: str, error: Refused, *, to: str, who: str) -> web.StreamResponse:
    """The same page, with what was wrong."""
    why = said(request, error)
    return console_page(request, template, None, status=_status(error), to=to, why=why, who=who)


def _status(error: HoiPhuongError) -> int:
    return 429 if isinstance(error, Refused) and error.key in LATER else 403
