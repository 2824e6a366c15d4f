"""Is it alive, and is it ready."""

from __future__ import annotations

import orjson
from aiohttp import web

from bot.web.house import HOUSE


async def healthz(request: web.Request) -> web.Response:
    """`GET /healthz`: the process answers."""
    return _state({"alive": True}, 200)


async def readyz(request: web.Request) -> web.Response:
    """`GET /readyz`: 200 when questions can be answered, else 503; says what is missing."""
    state = await request.app[HOUSE].ready()
    return _state(state, 200 if state.get("ready") else 503)


def _state(data: dict[str, object], status: int) -> web.Response:
    response = web.Response(body=orjson.dumps(data), status=status, content_type="application/json", charset="utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
