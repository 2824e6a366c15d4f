"""A page of the console: its layout, its menu, and the token of its forms."""

from __future__ import annotations

import datetime as dt
import functools
import re
from typing import Final

from aiohttp import web

from bot.errors import HoiPhuongError, Worded
from bot.office.logins import SignedIn
from bot.office.office import Office
from bot.storage.officers import Officer
from bot.web.console import cookies
from bot.web.console.menu import ENTER, HOME, OWN, rooms
from bot.web.house import HOUSE
from bot.web.language import is_large, language, remember
from bot.web.render import render
from content.corrections import VIETNAM
from content.texts import MissingWords

OFFICE: web.AppKey[Office] = web.AppKey("office")
SIGNED: web.RequestKey[SignedIn] = web.RequestKey("signed")
DONE: Final = re.compile(r"[a-z]+(?:[._-][a-z]+)*")
HEADERS: Final = {  # its own policy of referrers: with none at all a browser hides the origin of our own forms
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "same-origin",
}


def console_page(
    request: web.Request, template: str, officer: Officer | None, /, *, status: int = 200, **values: object
) -> web.Response:
    """A whole page; for `officer` None that of a visitor at the door."""
    lang, house = language(request), request.app[HOUSE]
    found = request.get(SIGNED)
    visit = cookies.visit(request)
    common = {
        "officer": officer,
        "rooms": rooms(request, officer) if officer else (),
        "csrf": found.token if found else request.app[OFFICE].logins.token(visit),
        "path": request.path,
        "large": is_large(request),
        "done": _done(request),
        "when": when,
        "home": HOME,
        "own": OWN,
        "enter": ENTER,
    }
    body = render(request, template, lang, common | values)
    response = web.Response(text=body, status=status, content_type="text/html", headers=HEADERS)
    response.headers["Content-Language"] = lang
    if found is None:
        cookies.keep(request, response, cookies.VISIT, visit)
    remember(request, response, secure=house.public_url.startswith("https://"))
    return response


def see(path: str, *, done: str = "") -> web.Response:
    """Go there after a deed, so that loading the page anew repeats nothing; `done`: `console.done.<done>` is said."""
    return web.Response(status=303, headers={"Location": f"{path}?done={done}" if done else path})


def said(request: web.Request, error: HoiPhuongError) -> str:
    """An error in the reader's language, where it has words in both."""
    if not isinstance(error, Worded):
        return str(error)
    return error.said(functools.partial(request.app[HOUSE].text, language(request)))


def refused(request: web.Request, officer: Officer | None, key: str, *, status: int) -> web.Response:
    """A page that says why not, and what to do."""
    why = request.app[HOUSE].text(language(request), key)
    return console_page(request, "console/refused.html", officer, status=status, why=why)


def when(moment: dt.datetime) -> str:
    """A moment as people here write it."""
    return f"{moment.astimezone(VIETNAM):%H:%M %d/%m/%Y}"


def _done(request: web.Request) -> str:
    key = request.query.get("done", "")
    if not DONE.fullmatch(key):
        return ""
    try:
        return request.app[HOUSE].text(language(request), f"console.done.{key}")
    except MissingWords:
        return ""
