"""What stands before the handlers, where a platform calls: it reads no pages."""

from __future__ import annotations

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from bot.web import guard, webhooks

SECRETIVE = "chuyện riêng của bà Lan"


async def test_a_webhook_that_fails_ends_in_a_line_and_not_in_a_page() -> None:
    async def broken(request: web.Request) -> web.Response:
        raise ValueError(await request.text())

    app = web.Application(middlewares=guard.MIDDLEWARES)
    app[webhooks.HOOKS] = frozenset({"webhook-x"})
    app.add_routes([web.post("/webhook/x", broken, name="webhook-x")])
    with capture_logs() as logs:
        async with TestClient(TestServer(app)) as client, client.post("/webhook/x", data=SECRETIVE) as response:
            assert response.status == 500
            assert await response.text() == ""
    assert [(line["event"], line["error"], line["at"][:6]) for line in logs] == [
        ("webhook failed", "ValueError", "broken")
    ]
    assert SECRETIVE not in repr(logs)
