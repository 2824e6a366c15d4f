"""`GET /metrics`: for Prometheus, from this machine or with the token; for all others there is no such page."""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from typing import Final

from aiohttp import web

from bot.metrics import KIND
from bot.web.house import HOUSE

TOKEN: web.AppKey[str] = web.AppKey("metrics_token", str)
# What proxies add. Behind one every caller is on this machine, so whoever came through one needs the token.
FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via")


async def metrics(request: web.Request) -> web.Response:
    """The numbers."""
    if not (_has_token(request) or _is_from_here(request)):
        raise web.HTTPNotFound
    engine = request.app[HOUSE].engine
    await engine.measure()
    return web.Response(body=engine.metrics.text(), headers={"Content-Type": KIND, "Cache-Control": "no-store"})


def _has_token(request: web.Request) -> bool:
    token = request.app[TOKEN]
    given = request.headers.get("Authorization", "").encode(errors="replace")
    return bool(token) and hmac.compare_digest(given, f"Bearer {token}".encode())


def _is_from_here(request: web.Request) -> bool:
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.remote or "").is_loopback
    except ValueError:  # a Unix socket has no address
        return False
