"""The form of a bulletin: what was typed, what is kept, and its preview."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from aiohttp import web

from bot.office.bulletin_page import Whole
from bot.office.bulletin_preview import Preview
from bot.office.manuscript import ADDRESS, ALT, LANGS, LONG, TEXT, TITLE, Manuscript
from bot.office.pictures import LARGEST, redrawn
from bot.storage.officers import Officer
from bot.web.console.guard import Fields, field
from bot.web.console.looks import OFFICE

FORM: Final = LARGEST + 2 * 1024 * 1024  # bytes of the whole form
NAMES: Final = 100  # lists that one form may name


def typed(fields: Fields) -> Manuscript:
    """The words of a form; its picture comes by `with_picture`."""
    lang, long = field(fields, "lang", 2), field(fields, "long", 6)
    names = [str(name)[:60] for name in fields.getall("list", [])[:NAMES]]
    text = field(fields, "text", 2 * TEXT).replace("\r\n", "\n")
    return Manuscript(
        title=field(fields, "title", TITLE + 1), text=text, names=names, lang=lang if lang in LANGS else LANGS[0],
        link=field(fields, "link", ADDRESS + 1), film=field(fields, "film", ADDRESS + 1),
        urgent=field(fields, "urgent") == "yes", long=long if long in LONG else LONG[0],
        alt=field(fields, "alt", ALT), bare=field(fields, "bare") == "yes",
    )  # fmt: skip


async def with_picture(written: Manuscript, fields: Fields) -> Manuscript:
    """The same with the picture that was handed in, drawn anew; `Refused` where it is none."""
    given = fields.get("picture")
    if not isinstance(given, web.FileField):
        return written
    raw = await asyncio.to_thread(given.file.read, LARGEST + 1)
    shot = await asyncio.to_thread(redrawn, raw)
    return replace(written, picture=shot)


def kept(whole: Whole) -> Manuscript:
    """What a bulletin holds, as a form shows it."""
    row = whole.row
    return Manuscript(
        title=row.title, text=row.text, names=[each.name for each in whole.lists], lang=row.lang, link=row.link or "",
        film=row.film or "", urgent=row.urgent, long=row.long, alt=whole.picture[2] if whole.picture else "",
    )  # fmt: skip


async def preview_of(
    request: web.Request, officer: Officer, written: Manuscript, *, id_: int | None = None, pictured: bool = False
) -> Preview:
    """How it would look."""
    previews = request.app[OFFICE].previews
    return await previews.preview(written, by=officer, id_=id_, pictured=pictured)
