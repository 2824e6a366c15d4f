"""What platforms send us: verified over the raw body, kept, answered at once; the work is done from the rows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from aiohttp import web

from bot.channels.channel import Channel, Malformed, NotYet
from bot.delivery.arrivals import InboxFull, NotKept
from bot.delivery.inbox import Inbox

log = structlog.get_logger()
INBOX: web.AppKey[Inbox] = web.AppKey("inbox")
HOOKS: web.AppKey[frozenset[str]] = web.AppKey("hooks")  # the names of their routes
LONGEST: Final = 1024 * 1024  # bytes of one update
BUSY: Final = {"Retry-After": "30"}


def hook(channel: Channel) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The webhook of one channel."""

    async def take(request: web.Request) -> web.Response:
        count = request.app[INBOX].metrics
        try:
            raw = await request.read()
        except web.HTTPRequestEntityTooLarge:
            count.refused(channel.name, "too large")
            raise
        if channel.is_probe(raw):
            return web.Response()
        if not channel.verify(request.headers, raw):
            log.warning("webhook refused", channel=channel.name)
            count.refused(channel.name, "not signed")
            return web.Response(status=401)
        try:
            updates = channel.receive(raw)
        except Malformed:
            log.warning("webhook malformed", channel=channel.name)
            count.refused(channel.name, "malformed")
            return web.Response(status=400)
        except NotYet:
            count.refused(channel.name, "not connected")
            return web.Response(status=503, headers=BUSY)
        try:
            await request.app[INBOX].accept(channel, updates)
        except (InboxFull, NotKept) as error:
            log.error("webhook not kept", channel=channel.name, why=str(error))
            count.refused(channel.name, "not kept")
            return web.Response(status=503, headers=BUSY)
        return web.Response()

    return take


async def alive(request: web.Request) -> web.Response:
    """`GET` of a webhook's address: some platforms, and the people who set them up, ask if somebody is here."""
    return web.Response()


VERIFY: web.AppKey[str | None] = web.AppKey("zalo_oa_verify", str)


async def zalo_verifier(request: web.Request) -> web.Response:
    """`GET /zalo_verifier<code>.html`: how Zalo sees that this domain is ours."""
    code = request.app[VERIFY]
    if not code or request.match_info["code"] != code:
        raise web.HTTPNotFound
    return web.Response(
        text=f'<!doctype html>\n<meta name="zalo-platform-site-verification" content="{code}">\n{code}\n',
        content_type="text/html",
    )
