"""The table of routes, nothing else."""

from __future__ import annotations

from aiohttp import web

from bot.web import (
    bulletins,
    chat,
    console,
    guard,
    health,
    metrics,
    numbers,
    public,
    render,
    scan,
    static,
    talk,
    verify,
    webhooks,
)
from bot.web.house import HOUSE, House
from bot.web.paths import BULLETINS, CHECK, HOTLINES, INITIATIVES, NUMBERS, PLACES, PROCEDURES


def application(house: House) -> web.Application:
    """The web of one house."""
    app = web.Application(middlewares=guard.MIDDLEWARES, client_max_size=webhooks.LONGEST)
    app[HOUSE] = house
    app[console.OFFICE] = house.office
    app[webhooks.HOOKS] = frozenset(f"webhook-{name}" for name in house.engine.channels)
    app[webhooks.INBOX] = house.engine.inbox
    app[webhooks.VERIFY] = house.zalo_oa_verify
    app[metrics.TOKEN] = house.metrics_token or ""
    app[render.TEMPLATES] = render.templates(zalo_oa_verify=house.zalo_oa_verify)
    app[static.STATIC] = static.Static()
    app[scan.SCANNING] = scan.Scanning(app[static.STATIC])
    app.cleanup_ctx.append(scan.counting)
    app.cleanup_ctx.append(console.printing)
    app.add_routes(
        [
            web.get("/", chat.home),
            web.post("/api/ask", chat.api_ask),
            web.get("/api/talk", talk.api_talk),
            web.get(PROCEDURES, public.procedures),
            web.get(PROCEDURES + "/{id}", public.item(PROCEDURES)),
            web.get(HOTLINES, public.hotlines),
            web.get(HOTLINES + "/{id}", public.item(HOTLINES)),
            web.get(PLACES, public.places),
            web.get(PLACES + "/{id}", public.item(PLACES)),
            web.get(INITIATIVES, public.initiatives),
            web.get(INITIATIVES + "/{id}", public.item(INITIATIVES)),
            web.get(BULLETINS, bulletins.archive),
            web.get(BULLETINS + ".atom", bulletins.feed),
            web.get(BULLETINS + "/{id}.png", bulletins.share_picture),
            web.get(BULLETINS + "/{id}", bulletins.one),
            web.get(BULLETINS + "/{id}/anh.jpg", bulletins.picture),
            web.get(NUMBERS, numbers.numbers),
            web.get("/q/", scan.no_code),
            web.get("/q/{code}", scan.scan),
            web.get("/Q/{code}", scan.scan),
            web.get(CHECK, verify.verify),
            *(
                web.post(f"/webhook/{name}", webhooks.hook(channel), name=f"webhook-{name}")
                for name, channel in house.engine.channels.items()
            ),
            *(web.get(f"/webhook/{name}", webhooks.alive) for name in house.engine.channels),
            web.get("/zalo_verifier{code}.html", webhooks.zalo_verifier),
            *console.routes(),
            web.get("/healthz", health.healthz),
            web.get("/readyz", health.readyz),
            web.get("/metrics", metrics.metrics),
            web.get("/static/{digest}/{name:.+}", static.static_file),
            web.get("/favicon.ico", static.favicon),
        ]
    )
    return app
