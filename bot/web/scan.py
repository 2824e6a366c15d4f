"""What a phone sees that scanned a printed code: the answer itself, at the code's own address, in one light page."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar
from urllib.parse import urlencode

from aiohttp import web
from markupsafe import Markup

from bot.office.codes import Issued, Looked, State
from bot.web.guard import CSP, Scanned
from bot.web.house import HOUSE, House
from bot.web.language import is_large, language, remember
from bot.web.paths import CHECK
from bot.web.render import render
from bot.web.static import Static
from content.schema import Lang
from content.texts import day
from qr.codes import spaced

FRESH: Final = 1.0  # seconds that a page is kept; what an officer corrects stands on it after them
KEPT: Final = 2000  # packed pages at a time, some 6 kB each
# Stands in a page that is kept for all codes of one target, where each code's own will stand.
CODE: Final = "\ue000"
SPACED: Final = "\ue001"
STATUS: Final[Mapping[State, int]] = {"early": 404, "unknown": 404, "mistyped": 404, "expired": 410, "revoked": 410}
# Machines that say so: they look at links that people send. CUBOT is a phone.
MACHINE: Final = re.compile(r"(?<!cu)bot\b|crawl|spider|slurp|preview|facebookexternalhit|^whatsapp/", re.IGNORECASE)


@dataclass(slots=True)
class Drawn:
    """A page without its code, as it was drawn a moment ago."""

    until: float
    text: str
    version: int = 0


class Scanning:
    """What the pages behind codes share: their style, and those that were made a moment ago."""

    def __init__(self, static: Static) -> None:
        css = static.assets["scan.css"].body.decode()
        self.style = Markup(css)  # noqa: S704  (a file of ours)
        digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
        self.csp = f"{CSP}; style-src 'self' 'sha256-{digest}'"
        self.drawn: OrderedDict[tuple[object, ...], Drawn] = OrderedDict()
        self.packed: OrderedDict[tuple[object, ...], tuple[int, bytes]] = OrderedDict()
        self.drawing = asyncio.Lock()


Kept = TypeVar("Kept")
SCANNING: web.AppKey[Scanning] = web.AppKey("scanning")


async def counting(app: web.Application) -> AsyncIterator[None]:
    """Write scans down while the application runs, and for the last time when it ends."""
    house = app[HOUSE]
    task = asyncio.create_task(house.scans.counting())
    yield
    task.cancel()
    await asyncio.wait((task,))


async def scan(request: web.Request) -> web.Response:
    """`GET /q/<code>`, in any case: the answer, counted; or what is wrong with the code and what to do."""
    house, typed = request.app[HOUSE], request.match_info["code"]
    looked = await house.scans.look(typed)
    if looked.state != "good" or looked.issued is None:
        return await _wrong(request, looked, typed)
    if counts(request):
        house.scans.seen(looked.issued.serial, "web")
    lang, scanning = language(request), request.app[SCANNING]
    page = await _page(request, looked.issued, lang)
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        response = Scanned(body=_coded(page[1], looked.issued), content_type="text/html", charset="utf-8")
        return _headed(request, response, lang)
    key = (looked.issued.code, looked.issued.target, looked.issued.unit, lang, is_large(request))
    body = _packed(scanning, looked.issued, page, key)
    response = Scanned(body=body, content_type="text/html", charset="utf-8")
    response.headers["Content-Encoding"] = "gzip"
    return _headed(request, response, lang)


async def no_code(request: web.Request) -> web.Response:
    """`GET /q/`: a link whose code was lost on the way; the box takes it."""
    raise web.HTTPSeeOther(CHECK)


def counts(request: web.Request) -> bool:
    """Whether this is a person who scanned: no machine, no look ahead, no change of language on the page itself."""
    ahead = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    own = {"lang", "size"} & request.query.keys()
    machine = MACHINE.search(request.headers.get("User-Agent", ""))
    return request.method == "GET" and not own and "prefetch" not in ahead and not machine


async def _page(request: web.Request, issued: Issued, lang: Lang) -> tuple[int, str]:
    """The page of a target without its code, with its version; drawn anew each second, while others get the last."""
    scanning, now = request.app[SCANNING], time.monotonic()
    key = (issued.target, issued.unit, lang, is_large(request))
    drawn = scanning.drawn.get(key)
    if drawn is None:
        async with scanning.drawing:  # many may want the same page at this moment: one draws it
            drawn = scanning.drawn.get(key)
            if drawn is None:
                drawn = Drawn(now + FRESH, await _draw(request, issued, lang))
                _keep(scanning.drawn, key, drawn)
    elif drawn.until <= now:
        drawn.until = now + FRESH
        text = await _draw(request, issued, lang)
        if text != drawn.text:
            drawn.text, drawn.version = text, drawn.version + 1
    return drawn.version, drawn.text


def _packed(scanning: Scanning, issued: Issued, page: tuple[int, str], key: tuple[object, ...]) -> bytes:
    """The page with its code in it, packed once for each version."""
    version, text = page
    known = scanning.packed.get(key)
    if known and known[0] == version:
        return known[1]
    packed = gzip.compress(_coded(text, issued), compresslevel=6, mtime=0)
    _keep(scanning.packed, key, (version, packed))
    return packed


def _coded(text: str, issued: Issued) -> bytes:
    return text.replace(CODE, issued.code).replace(SPACED, spaced(issued.code)).encode()


async def _draw(request: web.Request, issued: Issued, lang: Lang) -> str:
    house = request.app[HOUSE]
    opened = await house.landing.opened(issued.target, issued.unit, lang)
    doors = house.landing.doors(f"q-{CODE}")
    values: dict[str, object] = {
        "reply": opened.reply,
        "title": opened.reply.title or opened.title,
        "call": opened.call,
        "vouched": opened.vouched,
        "whole": opened.path,
        "telegram": doors.get("telegram"),
        "zalo": doors.get("zalo-oa"),
        "code": CODE,
        "spaced": SPACED,
        "host": host_of(house),
        "scheme": house.public_url.partition(":")[0],
        "here": house.public_url + (opened.path or f"/q/{CODE}"),
        "path": f"/q/{CODE}?",
    }
    return _drawn(request, "scan.html", values)


async def _wrong(request: web.Request, looked: Looked, typed: str) -> web.Response:
    house, lang, state, issued = request.app[HOUSE], language(request), looked.state, looked.issued
    fields: dict[str, object] = {}
    if state == "unknown":
        fields = {"name": house.name}
    elif issued and state in {"early", "expired"}:
        date = issued.valid_from if state == "early" else issued.valid_until
        fields = {"date": day(date) if date else ""}
    opened = await house.landing.opened(issued.target if issued else "menu", issued.unit if issued else "", lang)
    values: dict[str, object] = {
        "title": house.text(lang, f"qr.wrong.{state}", **fields),
        "state": state,
        "typed": typed[:40] if state == "mistyped" else "",
        "whole": opened.path if state == "expired" else None,
        "opens": opened.reply.title or opened.title,
        "call": opened.call,
        "vouched": opened.vouched,
        "here": house.public_url + CHECK,
    }
    return light(request, "scan_wrong.html", values, status=STATUS[state])


def light(request: web.Request, template: str, values: Mapping[str, object], *, status: int = 200) -> web.Response:
    """A page in the light layout."""
    typed = {"ma": request.query["ma"][:300]} if "ma" in request.query else {}
    path = "/" + request.rel_url.with_query(None).raw_path.lstrip("/")
    body = _drawn(request, template, {"path": f"{path}?{urlencode(typed)}{'&' * len(typed)}"} | dict(values))
    response = web.Response(text=body, status=status, content_type="text/html")
    return _headed(request, response, language(request))


def _drawn(request: web.Request, template: str, values: Mapping[str, object]) -> str:
    own = {"large": is_large(request), "style": request.app[SCANNING].style}
    return render(request, template, language(request), own | dict(values))


def _headed(request: web.Request, response: web.Response, lang: Lang) -> web.Response:
    response.headers["Content-Language"] = lang
    response.headers["Vary"] = "Accept-Language, Cookie, Accept-Encoding"
    # each scan comes to us, and the next to use the phone reads none of them
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = request.app[SCANNING].csp
    if request.query_string:
        remember(request, response, secure=request.app[HOUSE].public_url.startswith("https://"))
    return response


def host_of(house: House) -> str:
    """What stands after `https://` on every page of ours."""
    return house.public_url.partition("://")[2]


def _keep(pages: OrderedDict[tuple[object, ...], Kept], key: tuple[object, ...], page: Kept) -> None:
    pages[key] = page
    pages.move_to_end(key)
    if len(pages) > KEPT:
        pages.popitem(last=False)
