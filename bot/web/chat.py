"""The web chat and the API: one question in, one answer out, as JSON or as a piece of the page."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import secrets
from dataclasses import dataclass
from typing import Any, Final

import orjson
from aiohttp import web

from bot.web.house import HOUSE
from bot.web.language import chosen, keep_language, lang_of, language
from bot.web.render import page, render
from content.schema import Lang
from handlers.contract import Reply

LONGEST: Final = 4000  # characters of a question; what follows is cut
BODY: Final = 64 * 1024  # bytes of a request
COOKIE: Final = "chat"
KEPT: Final = 90 * 24 * 3600  # seconds


class BadRequest(ValueError):
    """The request cannot be read; the message says why, in the language of programmers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request, as far as it makes sense."""

    q: str | None
    press: str | None = None
    lang: Lang | None = None
    unit: str | None = None
    at: dt.date | None = None
    location: tuple[float, float] | None = None
    sender: str | None = None
    names_sender: bool = False  # its own `sender`, even an unusable one, is never replaced by the cookie


async def home(request: web.Request) -> web.Response:
    """`GET /`: the chat. With `q` or `press` the answer stands on the page, for whoever has no script."""
    sender = _cookie(request)
    ask = Ask(
        q=_words(request.query.get("q"), LONGEST),
        press=_words(request.query.get("press"), 200) or None,
        lang=chosen(request),
    )
    reply: Reply | None = None
    foreign = request.headers.get("Sec-Fetch-Site") == "cross-site"  # another site speaks for nobody
    if (ask.q or "").strip() or ask.press:
        reply = await _answer(request, ask, None if foreign else sender, "web", fallback=_not_vi(request))
        if lang := _language_pressed(ask):
            raise web.HTTPSeeOther(f"/?lang={lang}")
    response = page(
        request, "chat.html", q=ask.q or "", reply=reply, chosen=chosen(request) or "", groups=_groups(request)
    )
    if reply:
        response.headers["Cache-Control"] = "no-store"
    house = request.app[HOUSE]
    response.set_cookie(
        COOKIE,
        sender,
        max_age=KEPT,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=house.public_url.startswith("https://"),
    )
    return response


async def api_ask(request: web.Request) -> web.Response:
    """`POST /api/ask`: one line of `ask --jsonl`. Asked for `text/html`, the same answer as the chat shows it."""
    house = request.app[HOUSE]
    try:
        ask = read(await _body(request))
    except BadRequest as error:
        return _json({"error": str(error)}, status=400)
    if ask.names_sender:
        reply = await _answer(request, ask, ask.sender, "api")
    else:
        known = request.cookies.get(COOKIE)
        reply = await _answer(request, ask, _token(known), "web" if known else "api")
    if "text/html" in request.headers.get("Accept", ""):
        html = render(request, "answer.html", ask.lang or language(request), {"reply": reply})
        response = web.Response(text=html, content_type="text/html")
    else:
        response = _json(house.answer_json(ask.q, reply))
    response.headers["Cache-Control"] = "no-store"
    if not ask.names_sender and (lang := _language_pressed(ask)):
        keep_language(response, lang, secure=house.public_url.startswith("https://"))
    return response


async def _body(request: web.Request) -> bytes:
    body = await request.read()
    if len(body) > BODY:
        raise web.HTTPRequestEntityTooLarge(max_size=BODY, actual_size=len(body))
    return body


def read(body: bytes) -> Ask:
    """The request in `body`. A value that makes no sense counts as not given, except the day asked about."""
    try:
        data: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"the body is not JSON: {error}") from None
    if not isinstance(data, dict):
        raise BadRequest('the body must be one JSON object, such as {"q": "làm khai sinh cần gì"}')
    return Ask(
        q=_words(data.get("q"), LONGEST),
        press=_words(data.get("press"), 200) or None,
        lang=lang_of(data.get("lang")),
        unit=_words(data.get("unit"), 64) or None,
        at=_day(data.get("at")),
        location=_point(data.get("location")),
        sender=_sender(data.get("sender")),
        names_sender=data.get("sender") is not None,
    )


def _language_pressed(ask: Ask) -> Lang | None:
    """The language of the button `language:<lang>`; the pages follow it."""
    word, _, lang = (ask.press or "").partition(":")
    return lang_of(lang) if word == "language" else None


def _not_vi(request: web.Request) -> Lang | None:
    """English for a pressed button on an English page; on others the house knows best."""
    return "en" if language(request) == "en" else None


async def _answer(
    request: web.Request, ask: Ask, sender: str | None, channel: str, *, fallback: Lang | None = None
) -> Reply:
    house = request.app[HOUSE]
    return await house.answer(
        ask.q or "",
        sender=sender,
        lang=ask.lang or (fallback if ask.press else None),
        unit=ask.unit if ask.unit in house.facts.pack.units else None,
        press=ask.press,
        at=ask.at,
        location=ask.location,
        channel=channel,
    )


def _groups(request: web.Request) -> list[tuple[str, int]]:
    count: dict[str, int] = {}
    for procedure in request.app[HOUSE].facts.pack.procedures.values():
        count[procedure.group] = count.get(procedure.group, 0) + 1
    return [(group, count[group]) for group in GROUPS if group in count]


GROUPS: Final = (
    "ho-tich", "chung-thuc", "cu-tru", "cong-an", "an-sinh", "dat-dai-xay-dung", "kinh-doanh", "khac",
)  # fmt: skip


def _words(value: object, longest: int) -> str | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    cut = value[:longest].replace("\0", " ")
    return cut.encode("utf-8", "replace").decode("utf-8")


def _day(value: object) -> dt.date | None:
    if value is None:
        return None
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        raise BadRequest('"at" must be a day such as "2027-03-01"') from None


def _point(value: object) -> tuple[float, float] | None:
    match value:
        case [int() | float() as lat, int() | float() as lon]:
            inside = abs(lat) <= 90 and abs(lon) <= 180 and math.isfinite(lat) and math.isfinite(lon)
            return (float(lat), float(lon)) if inside else None
        case _:
            return None


def _sender(value: object) -> str | None:
    words = _words(value, BODY)
    if not words:
        return None
    return words if len(words) <= 128 else hashlib.sha256(words.encode()).hexdigest()


def _token(value: str | None) -> str | None:
    """A cookie of ours, or None."""
    return value if value and 32 <= len(value) <= 64 and value.isascii() else None


def sender_of(request: web.Request) -> str | None:
    """Whom the cookie names; None where there is none of ours."""
    return _token(request.cookies.get(COOKIE))


def _cookie(request: web.Request) -> str:
    return _token(request.cookies.get(COOKIE)) or secrets.token_urlsafe(32)


def _json(data: object, *, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(data), status=status, content_type="application/json", charset="utf-8")
