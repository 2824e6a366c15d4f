"""Which language and which size of letters a page is in."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from content.schema import Lang

LANG_COOKIE: Final = "lang"
SIZE_COOKIE: Final = "size"
YEAR: Final = 365 * 24 * 3600


def lang_of(value: object) -> Lang | None:
    """`vi` or `en`, or None for everything else."""
    if not isinstance(value, str):
        return None
    match value.strip().lower().replace("_", "-").partition("-")[0]:
        case "vi":
            return "vi"
        case "en":
            return "en"
        case _:
            return None


def chosen(request: web.Request) -> Lang | None:
    """The language this person asked for, now or before."""
    return lang_of(request.query.get("lang")) or lang_of(request.cookies.get(LANG_COOKIE))


def language(request: web.Request) -> Lang:
    """The person's choice, else what the browser prefers, else Vietnamese."""
    return chosen(request) or _preferred(request.headers.get("Accept-Language", "")) or "vi"


def is_large(request: web.Request) -> bool:
    """Whether this person wants large letters."""
    return request.query.get("size", request.cookies.get(SIZE_COOKIE)) == "large"


def remember(request: web.Request, response: web.StreamResponse, *, secure: bool) -> None:
    """Keep what the address of this page chose."""
    if lang := lang_of(request.query.get("lang")):
        keep_language(response, lang, secure=secure)
    if (size := request.query.get("size")) in {"large", "normal"}:
        _keep(response, SIZE_COOKIE, str(size), secure)


def keep_language(response: web.StreamResponse, lang: Lang, *, secure: bool) -> None:
    """Remember the language a person chose."""
    _keep(response, LANG_COOKIE, lang, secure)


def _keep(response: web.StreamResponse, name: str, value: str, secure: bool) -> None:
    response.set_cookie(name, value, max_age=YEAR, path="/", httponly=True, samesite="Lax", secure=secure)


def _preferred(header: str) -> Lang | None:
    best: tuple[float, Lang] | None = None
    for part in header[:500].split(","):
        name, _, weight = part.partition(";")
        lang = lang_of(name)
        try:
            q = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        if lang and q > 0 and (best is None or q > best[0]):
            best = (q, lang)
    return best[1] if best else None
