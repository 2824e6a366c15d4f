"""From a template to a page: the words, the links and the layout that all pages share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.web.house import HOUSE
from bot.web.language import is_large, language, remember
from bot.web.paths import path_of
from bot.web.plot import weeks_plot
from bot.web.static import STATIC
from content.schema import Lang
from handlers.aloud import lines
from handlers.contract import Button, Reply
from qr import square

LINK: Final = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]}]")
AMOUNT: Final = re.compile(r"(?<=\d) (?=đồng|ngày|giờ|phút|bản|tuổi|VND)")
UNREADABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
SCHEMES: Final = ("https://", "http://", "/", "tel:", "geo:", "mailto:")
TEMPLATES: web.AppKey[Environment] = web.AppKey("templates")


def templates(**known: object) -> Environment:
    """The templates, with everything escaped that is not markup of our own; `known` on every page."""
    env = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["linked"] = linked
    env.filters["typed"] = typed
    env.filters["readable"] = readable
    env.globals["safe_url"] = safe_url
    env.globals["weeks_plot"] = weeks_plot
    env.globals.update(known)
    return env


def linked(line: str) -> Markup:
    """A line of an answer: addresses become links, an amount stays on one line with its word."""
    parts: list[Markup] = []
    end = 0
    for found in LINK.finditer(line):
        parts += [_tied(line[end : found.start()]), _anchor(found.group())]
        end = found.end()
    return Markup("").join([*parts, _tied(line[end:])])


def typed(link: str) -> Markup:
    """An address as people type it, which breaks after a slash where it must."""
    return Markup("/<wbr>").join(link.split("://", 1)[-1].split("/"))


def readable(words: str) -> str:
    """Words without what XML cannot hold."""
    return UNREADABLE.sub("", words)


def _tied(words: str) -> Markup:
    return escape(AMOUNT.sub("\N{NO-BREAK SPACE}", words))


def _anchor(url: str) -> Markup:
    shown = url.split("://", 1)[-1].rstrip("/")
    return Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(url, shown)


def safe_url(url: str) -> str | None:
    """The address of a button, unless it would do something other than open a page."""
    return url if url.startswith(SCHEMES) and not url.startswith("//") else None


def page(request: web.Request, template: str, *, status: int = 200, **values: object) -> web.Response:
    """A whole page in the layout."""
    house, lang = request.app[HOUSE], language(request)
    path = "/" + request.rel_url.raw_path.lstrip("/")  # never `//host`, which would lead away
    here = house.public_url + path
    body = render(
        request,
        template,
        lang,
        {
            "here": here,
            "path": path,
            "large": is_large(request),
            "code": _square(here) if status == 200 else "",
            "index": status == 200 and not request.query_string,
        }
        | values,
    )
    response = web.Response(text=body, status=status, content_type="text/html")
    response.headers["Content-Language"] = lang
    response.headers["Vary"] = "Accept-Language, Cookie, Accept-Encoding"
    response.headers["Cache-Control"] = "no-cache"
    remember(request, response, secure=house.public_url.startswith("https://"))
    return response


@lru_cache(maxsize=1000)
def _square(link: str) -> Markup:
    try:
        return Markup(square.svg(link))  # noqa: S704  (drawn by us; the link is in its squares only)
    except ValueError:  # a public address so long that no phone would read its square
        return Markup("")


def render(request: web.Request, template: str, lang: Lang, values: Mapping[str, object]) -> str:
    """A template with the words of `lang`."""
    house, static = request.app[HOUSE], request.app[STATIC]

    def text(key: str, /, **fields: object) -> str:
        return house.text(lang, key, **fields)

    def leads_to(button: Button) -> str | None:
        return path_of(house.facts.pack, button.id)

    return (
        request.app[TEMPLATES]
        .get_template(template)
        .render(
            t=text,
            lang=lang,
            name=house.name,
            public_url=house.public_url,
            href=static.href,
            leads_to=leads_to,
            heard=lambda reply: " ".join(lines(reply, lang)),
            **values,
        )
    )


def summary(reply: Reply) -> str:
    """The first words of an answer, for whoever shares its page."""
    plain = [section for section in reply.sections if section.tone in ("normal", "danger", "confirm")]
    words = " ".join(line for section in plain or reply.sections for line in section.lines)
    return words if len(words) <= 200 else words[:200].rsplit(" ", 1)[0] + "…"
