"""What stands before every handler: headers, compression, the log, and a page for what went wrong."""

from __future__ import annotations

import gzip
import hashlib
import time
import traceback
from collections.abc import Awaitable, Callable
from typing import Final

import orjson
import structlog
from aiohttp import web

from bot.web.console import looks as console
from bot.web.house import HOUSE
from bot.web.render import page
from bot.web.webhooks import HOOKS

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = structlog.get_logger("hoiphuong.web")

CSP: Final = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
HEADERS: Final = {
    "Content-Security-Policy": CSP,
    "Permissions-Policy": "camera=(), microphone=(), payment=(), geolocation=(self)",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
WORTH_PACKING: Final = 1000  # bytes


class Scanned(web.Response):
    """The page of a code: it is counted, and leaves no line, since who scanned when is nobody's business."""


@web.middleware
async def straight(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A platform's call goes straight to its webhook: no browser reads the answer, and it is counted, not logged."""
    if request.match_info.route.name not in request.app[HOOKS]:
        return await handler(request)
    try:
        return await request.match_info.handler(request)
    except web.HTTPException:
        raise
    except Exception as error:  # noqa: BLE001 - its words, and so a traceback, may quote the body
        *_, at = traceback.extract_tb(error.__traceback__)
        log.error(
            "webhook failed",
            route=request.match_info.route.name,
            error=type(error).__name__,
            at=f"{at.name}:{at.lineno}",
        )
        return web.Response(status=500)


@web.middleware
async def logged(request: web.Request, handler: Handler) -> web.StreamResponse:
    """One line a request: the route, never the address asked for, the question or the asker."""
    start = time.perf_counter()
    response = await handler(request)
    if isinstance(response, Scanned):
        return response
    resource = request.match_info.route.resource
    log.info(
        "request",
        method=request.method if request.method in {"GET", "POST", "HEAD"} else "other",
        route=resource.canonical if resource else None,
        status=response.status,
        ms=round((time.perf_counter() - start) * 1000, 1),
    )
    return response


@web.middleware
async def headed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Headers that keep a browser from doing what no page of ours asks for."""
    response = await handler(request)
    if request.path.startswith("/can-bo"):
        response.headers.update(console.HEADERS)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.app[HOUSE].public_url.startswith("https://"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


@web.middleware
async def packed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """An ETag for what may be kept, and gzip for what is long."""
    response = await handler(request)
    if not isinstance(response, web.Response) or not isinstance(response.body, bytes):
        return response
    if response.status == 200 and response.headers.get("Cache-Control") == "no-cache":
        tag = hashlib.sha256(response.body).hexdigest()[:16]
        response.headers["ETag"] = f'W/"{tag}"'
        if any(known.value == tag for known in request.if_none_match or ()):
            response.body = None
            response.set_status(304)
            return response
    if (
        len(response.body) >= WORTH_PACKING
        and "Content-Encoding" not in response.headers
        and response.content_type in {"text/html", "application/json"}
        and "gzip" in request.headers.get("Accept-Encoding", "")
    ):
        response.body = gzip.compress(response.body, compresslevel=6, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
    return response


@web.middleware
async def mended(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What goes wrong ends in words: what happened and what to do."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            return web.Response(status=error.status, headers={"Location": error.headers["Location"]})
        if error.status == 404 and request.path.endswith("/") and request.path.strip("/"):
            return web.Response(status=301, headers={"Location": "/" + request.rel_url.raw_path.strip("/")})
        return _wrong(request, error.status, dict(error.headers))
    except Exception:
        log.exception("request failed", route=getattr(request.match_info.route.resource, "canonical", None))
        return _wrong(request, 500, {})


def _wrong(request: web.Request, status: int, headers: dict[str, str]) -> web.StreamResponse:
    known = status if status in {404, 405, 413, 500} else 500 if status >= 500 else 400
    response: web.Response
    if request.path.startswith("/api/"):
        error = {"error": ERRORS[known]}
        response = web.Response(
            body=orjson.dumps(error), status=status, content_type="application/json", charset="utf-8"
        )
    else:
        words = {404: "missing", 500: "broken"}.get(known, "refused")
        response = page(request, "wrong.html", status=status, what=words, guess=_guess(request.path))
    if "Allow" in headers:
        response.headers["Allow"] = headers["Allow"]
    response.headers["Cache-Control"] = "no-store"
    return response


ERRORS: Final = {
    400: "the request cannot be read",
    404: "there is nothing here; questions go to POST /api/ask",
    405: "this address takes POST only",
    413: "the body is longer than 64 kB",
    500: "the question could not be answered; it is no fault of yours, try again in a minute",
}


def _guess(path: str) -> str:
    """What the last part of a wrong address may have meant, as words to ask with."""
    words = path.rstrip("/").rsplit("/", 1)[-1].replace("-", " ")
    return words if len(words) <= 60 and all(c.isalnum() or c == " " for c in words) else ""


MIDDLEWARES: Final = (straight, logged, headed, packed, mended)
