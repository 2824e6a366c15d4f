"""One's own account: sessions, chats, password and second factor."""

from __future__ import annotations

from aiohttp import web

from bot.errors import Refused
from bot.storage.officers import Officer
from bot.web.console import cookies
from bot.web.console.entry import bind_page, drawn
from bot.web.console.guard import field, form, signed, signed_in
from bot.web.console.looks import OFFICE, console_page, said, see
from bot.web.console.menu import OWN


@signed_in()
async def account(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`/can-bo/toi`."""
    logins = request.app[OFFICE].logins
    return console_page(
        request, "console/account.html", officer, seats=await logins.seats(signed(request)),
        password=await logins.has_password(officer),
    )  # fmt: skip


@signed_in()
async def password(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/toi/mat-khau`: a password, and a second factor anew."""
    return await _choose(request, officer)


@signed_in()
async def change_password(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/toi/mat-khau`; his other sessions end."""
    desk, fields = request.app[OFFICE], await form(request)
    enrolment = desk.access.enrolment(officer.name, field(fields, "enrolment", 600))
    try:
        if field(fields, "password") != field(fields, "again"):
            raise Refused("console.password.repeat")
        await desk.logins.choose_password(
            signed(request), old=field(fields, "old"), new=field(fields, "password"), secret=enrolment.secret,
            code=field(fields, "code", 20), address=cookies.address(request),
        )  # fmt: skip
    except Refused as error:
        return await _choose(request, officer, enrolment.sealed, why=said(request, error))
    return see(OWN, done="password")


@signed_in()
async def bind(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/toi/noi-may`: a code by which one more chat becomes his."""
    return bind_page(request, officer, await request.app[OFFICE].access.new_code(officer), officer.name)


@signed_in()
async def unbind(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/toi/go-may`."""
    fields = await form(request)
    await request.app[OFFICE].access.unbind(officer, field(fields, "channel", 20), field(fields, "chat", 64))
    return see(OWN, done="unbound")


async def _choose(request: web.Request, officer: Officer, sealed: str = "", *, why: str = "") -> web.Response:
    desk = request.app[OFFICE]
    enrolment = desk.access.enrolment(officer.name, sealed)
    return console_page(
        request, "console/password.html", officer, status=400 if why else 200, why=why, enrolment=enrolment,
        square=drawn(enrolment.link), old=await desk.logins.has_password(officer),
    )  # fmt: skip
