"""The console's cookies, and where a request comes from."""

from __future__ import annotations

import ipaddress
import secrets
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from bot.office.logins import LONGEST
from bot.web.house import HOUSE

SESSION: Final = "can-bo"  # of an officer
VISIT: Final = "can-bo-vao"  # of whoever stands at the door: its forms are bound to it
BROWSERS: Final = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("coc_coc", "Cốc Cốc"), ("SamsungBrowser", "Samsung"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("Chrome", "Chrome"), ("CriOS", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS: Final = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)  # fmt: skip


def cookie(request: web.Request, name: str) -> str:
    """The cookie's value; empty where there is none of a length that we give."""
    value = request.cookies.get(_whole(request, name), "")
    return value if 40 <= len(value) <= 64 and value.isascii() else ""


def keep(request: web.Request, response: web.StreamResponse, name: str, value: str) -> None:
    """Set a cookie that no script, no other site and no plain line sees."""
    response.set_cookie(
        _whole(request, name), value, max_age=int(LONGEST.total_seconds()), path="/", httponly=True,
        samesite="Strict", secure=_secure(request),
    )  # fmt: skip


def drop(request: web.Request, response: web.StreamResponse, name: str) -> None:
    """Let a cookie go."""
    response.del_cookie(_whole(request, name), path="/", httponly=True, samesite="Strict", secure=_secure(request))


def visit(request: web.Request) -> str:
    """The cookie of this visitor, or one to be given."""
    return cookie(request, VISIT) or secrets.token_urlsafe(32)


def same_origin(request: web.Request) -> bool:
    """Whether our own page sent this, as far as the browser says."""
    origin = request.headers.get("Origin")
    if origin is None:
        return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    return origin == _origin(request.app[HOUSE].public_url) or urlsplit(origin).netloc == request.host


def address(request: web.Request) -> str:
    """Where the request comes from; behind our own proxy what that says last."""
    peer = request.remote or ""
    try:
        near = ipaddress.ip_address(peer).is_private
    except ValueError:
        near = False
    forwarded = request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip()
    return forwarded[:64] if near and forwarded else peer


def device(request: web.Request) -> str:
    """Browser and system, as an officer would call them."""
    agent = request.headers.get("User-Agent", "")
    found = [next((said for sign, said in signs if sign in agent), "") for signs in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, found)) or "?"


def _whole(request: web.Request, name: str) -> str:
    return f"__Host-{name}" if _secure(request) else name


def _secure(request: web.Request) -> bool:
    return request.app[HOUSE].public_url.startswith("https://")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
