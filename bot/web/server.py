"""The table of routes, nothing else."""

from __future__ import annotations

from aiohttp import web

from bot.web import chat, guard, health, public, render, static, webhooks
from bot.web.house import HOUSE, House
from bot.web.paths import HOTLINES, INITIATIVES, PLACES, PROCEDURES


def application(house: House) -> web.Application:
    """The web of one house."""
    app = web.Application(middlewares=guard.MIDDLEWARES, client_max_size=webhooks.LONGEST)
    app[HOUSE] = house
    app[webhooks.INBOX] = house.engine.inbox
    app[webhooks.VERIFY] = house.zalo_oa_verify
    app[render.TEMPLATES] = render.templates(zalo_oa_verify=house.zalo_oa_verify)
    app[static.STATIC] = static.Static()
    app.add_routes(
        [
            web.get("/", chat.home),
            web.post("/api/ask", chat.api_ask),
            web.get(PROCEDURES, public.procedures),
            web.get(PROCEDURES + "/{id}", public.item(PROCEDURES)),
            web.get(HOTLINES, public.hotlines),
            web.get(HOTLINES + "/{id}", public.item(HOTLINES)),
            web.get(PLACES, public.places),
            web.get(PLACES + "/{id}", public.item(PLACES)),
            web.get(INITIATIVES, public.initiatives),
            web.get(INITIATIVES + "/{id}", public.item(INITIATIVES)),
            *(
                web.post(f"/webhook/{name}", webhooks.hook(channel))
                for name, channel in house.engine.channels.items()
            ),
            *(web.get(f"/webhook/{name}", webhooks.alive) for name in house.engine.channels),
            web.get("/zalo_verifier{code}.html", webhooks.zalo_verifier),
            web.get("/healthz", health.healthz),
            web.get("/readyz", health.readyz),
            web.get("/static/{digest}/{name:.+}", static.static_file),
            web.get("/favicon.ico", static.favicon),
        ]
    )
    return app
