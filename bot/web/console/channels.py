"""For administrators: Zalo, Telegram and SMS, whether they work, and the consent of the Official Account."""

from __future__ import annotations

import hashlib
import hmac

from aiohttp import web

from bot.channels.zalo_oa.oauth import CALLBACK, Consent
from bot.errors import Refused
from bot.storage.officers import Officer
from bot.web.console.guard import field, form, signed, signed_in
from bot.web.console.looks import OFFICE, console_page, said, see
from bot.web.console.menu import HOME

HERE = HOME + "/kenh"
ADDRESS = 4000  # characters of what the browser ends at


@signed_in("admin")
async def channels(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/kenh`: what is known; with `?ask=1` the platforms are asked."""
    asked = "ask" in request.query
    office = request.app[OFFICE]
    found, resting = await office.connections.look(ask=asked), await office.resting.since()
    return console_page(
        request, "console/channels.html", officer, channels=found, asked=asked, resting=resting, zalo=CALLBACK
    )


@signed_in("admin")
async def off(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/kenh/nghi`: nothing is answered by itself any more."""
    await request.app[OFFICE].resting.off(field(await form(request), "words", 1000), by=officer)
    return see(HERE, done="house.off")


@signed_in("admin")
async def on(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/kenh/lam-lai`: as before."""
    await request.app[OFFICE].resting.on(by=officer)
    return see(HERE, done="house.on")


@signed_in("admin")
async def zalo(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/zalo`: the steps; when Zalo leads back here, with `code` and `oa_id`, whether to keep it."""
    came = {name: request.query.get(name, "")[:200] for name in ("code", "oa_id")}
    address = str(request.rel_url)[:ADDRESS] if all(came.values()) else ""
    return _steps(request, officer, address=address, oa_id=came["oa_id"])


@signed_in("admin")
async def connect(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/zalo`: keep what the consent gives."""
    address = field(await form(request), "address", ADDRESS)
    try:
        await request.app[OFFICE].connections.consented(_consent(request), address, by=officer)
    except Refused as error:
        return _steps(request, officer, why=said(request, error))
    return see(HERE, done="channel.connect")


def _steps(
    request: web.Request, officer: Officer, *, address: str = "", oa_id: str = "", why: str = ""
) -> web.Response:
    return console_page(
        request, "console/zalo.html", officer, status=400 if why else 200, consent=_consent(request), address=address,
        oa_id=oa_id, why=why, here=HERE,
    )  # fmt: skip


def _consent(request: web.Request) -> Consent:
    """This login's own try: its state is bound to the session, so that nobody else's consent is taken for it."""
    state = hmac.new(signed(request).token.encode(), b"zalo-oa consent", hashlib.sha256).hexdigest()
    return request.app[OFFICE].connections.consent(state)
