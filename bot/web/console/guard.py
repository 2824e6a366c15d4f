"""What stands before every page of the console: who is signed in, and that a form came from our own page.

A page of the console is a function `async def page(request, officer)` under `@signed_in("editor", …)`. It answers
with `console_page(request, "console/x.html", officer, …)` or `see("/can-bo/…", done="saved")`. Every POST is checked
before the function is called: forms carry `<input type="hidden" name="csrf" value="{{ csrf }}">`, scripts the header
`X-CSRF-Token`. `form(request)` gives the fields. A typed error that the function lets out becomes a page that says
why.
"""

from __future__ import annotations

import functools
import hmac
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from aiohttp import web
from multidict import MultiDictProxy

from bot.errors import HoiPhuongError, NotAllowed
from bot.office.logins import SignedIn
from bot.storage.officers import Officer, Role
from bot.web.console import cookies
from bot.web.console.looks import OFFICE, SIGNED, console_page, refused, said, see
from bot.web.console.menu import ENTER, HOME

Page = Callable[[web.Request, Officer], Awaitable[web.StreamResponse]]
Door = Callable[[web.Request], Awaitable[web.StreamResponse]]
Fields = MultiDictProxy[str | bytes | bytearray | web.FileField]


def signed_in(*roles: Role, longest: int | None = None) -> Callable[[Page], Door]:
    """For officers with one of these roles somewhere, or with any; `longest`: bytes of a form that brings files.

    Whether he has the role for the unit at hand, the service asks.
    """

    def guarded(page: Page) -> Door:
        @functools.wraps(page)
        async def answer(request: web.Request) -> web.StreamResponse:
            found = await request.app[OFFICE].logins.signed_in(cookies.cookie(request, cookies.SESSION))
            if found is None:
                return _at_the_door(request)
            if longest is not None:
                request = request.clone(client_max_size=longest)
            request[SIGNED], officer = found, found.officer
            if roles and not any(officer.has(role) for role in roles):
                return refused(request, officer, "console.refused.role", status=403)
            if request.method == "POST" and not await ours(request, found.token):
                return refused(request, officer, "console.refused.form", status=403)
            try:
                return await page(request, officer)
            except HoiPhuongError as error:
                status = 403 if isinstance(error, NotAllowed) else 400
                return console_page(request, "console/refused.html", officer, status=status, why=said(request, error))

        return answer

    return guarded


def visitor(page: Door) -> Door:
    """For whoever stands at the door: nobody is signed in, but the forms are checked just the same."""

    @functools.wraps(page)
    async def answer(request: web.Request) -> web.StreamResponse:
        if request.method == "POST":
            token = request.app[OFFICE].logins.token(cookies.cookie(request, cookies.VISIT))
            if not cookies.cookie(request, cookies.VISIT) or not await ours(request, token):
                return refused(request, None, "console.refused.form", status=403)
        return await page(request)

    return answer


def signed(request: web.Request) -> SignedIn:
    """Who is signed in, within a page under `signed_in`."""
    return request[SIGNED]


async def form(request: web.Request) -> Fields:
    """The fields of a form, which was checked before."""
    return await request.post()


def field(fields: Fields, name: str, most: int = 200) -> str:
    """A field's words; empty where there are none."""
    value = fields.get(name, "")
    return value[:most].replace("\0", "") if isinstance(value, str) else ""


async def ours(request: web.Request, token: str) -> bool:
    """Whether a form comes from our own page, in this browser."""
    if not cookies.same_origin(request):
        return False
    given = request.headers.get("X-CSRF-Token")
    if given is None:
        value = (await request.post()).get("csrf")
        given = value if isinstance(value, str) else ""
    return hmac.compare_digest(given.encode(errors="replace"), token.encode())


def _at_the_door(request: web.Request) -> web.StreamResponse:
    if request.method != "GET":
        return see(ENTER)
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        # A link in a chat: the browser kept the cookie to itself. Our own page asks once more, and then it comes.
        return console_page(request, "console/again.html", None)
    return see(ENTER if request.path == HOME else f"{ENTER}?to={quote(request.path_qs, safe='')}")
