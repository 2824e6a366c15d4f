"""What an officer answered in the web chat: its page asks every few seconds while a talk is open."""

from __future__ import annotations

import orjson
from aiohttp import web

from bot.web.chat import sender_of
from bot.web.house import HOUSE


async def api_talk(request: web.Request) -> web.Response:
    """`GET /api/talk?after=N`: lines after number N for the person of the cookie, and whether more may come."""
    sender, after = sender_of(request), request.query.get("after", "0")
    last = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    news = await request.app[HOUSE].news(sender, last) if sender else None
    data = {
        "open": bool(news and news.open),
        "lines": [{"id": id_, "text": text} for id_, text in (news.lines if news else ())],
    }
    response = web.Response(body=orjson.dumps(data), content_type="application/json", charset="utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
