"""Printing: choose what the codes open, hand in a list, look at the first page, let it be made, fetch the PDF."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from typing import Final

from aiohttp import web

from bot.errors import HoiPhuongError
from bot.office.printing import LONGEST, MOST, NoNumber, Request, State
from bot.storage.officers import Officer
from bot.web.console.codes import HERE, common
from bot.web.console.guard import Fields, field, form, signed_in
from bot.web.console.looks import OFFICE, console_page, said, see
from bot.web.house import HOUSE
from bot.web.language import language
from qr.sheets import DEFAULT_LABELS, KINDS, LABELS

ORDER: Final = HERE + "/in"
ROOM: Final = LONGEST + (1 << 20)  # bytes of the form that brings a list
ID: Final = re.compile(r"[A-Za-z0-9_-]{16,40}")
SAMPLE: Final = "\ufeffref,group,unit,label\nH001,5,phuong-1,Số 12 (ví dụ)\nH002,5,phuong-1,Số 14 (ví dụ)\n"


async def printing(app: web.Application) -> AsyncIterator[None]:
    """Let waiting orders be made while the application runs."""
    task = asyncio.create_task(app[OFFICE].print_shop.run())
    yield
    task.cancel()
    await asyncio.wait((task,))


@signed_in("editor")
async def order(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/ma-qr/in?target=&q=`: first what the codes open, then the rest."""
    return await _asked(request, officer)


@signed_in("editor", longest=ROOM)
async def check(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/ma-qr/in`: the list is looked at; nothing is printed yet."""
    fields = await form(request)
    id_ = field(fields, "order", 40)
    if not ID.fullmatch(id_):
        id_ = secrets.token_urlsafe(18)
    try:
        await request.app[OFFICE].printing.check(_wanted(id_, fields), by=officer)
    except NoNumber as error:
        return await _asked(request, officer, fields=fields, no_number=error.item)
    except HoiPhuongError as error:
        return await _asked(request, officer, fields=fields, why=said(request, error))
    return see(f"{ORDER}/{id_}")


@signed_in("editor")
async def state(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/ma-qr/in/<order>`: what was found in the list, then how far it is, then the file."""
    found = await _state(request, officer)
    return console_page(
        request, "console/sheet_state.html", officer, order=found, most=MOST,
        number_of=lambda item: request.app[OFFICE].targets.title(item, language(request)), **common(request),
    )  # fmt: skip


@signed_in("editor")
async def send(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/ma-qr/in/<order>`: let it be made."""
    found = await _state(request, officer)
    await request.app[OFFICE].printing.send(found.id, by=officer)
    return see(f"{ORDER}/{found.id}")


@signed_in("editor")
async def progress(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/ma-qr/in/<order>/tien-do`: how far it is, for the script of the page."""
    found = await _state(request, officer)
    words = request.app[HOUSE].text(
        language(request), "console.codes.print.progress", done=min(found.done, found.rows), rows=found.rows
    )
    return web.json_response({"state": found.state, "done": found.done, "rows": found.rows, "words": words})


@signed_in("editor")
async def preview(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/ma-qr/in/<order>/mau.png`: the first page."""
    found = await _state(request, officer)
    try:
        body = await request.app[OFFICE].printing.preview(found.id, by=officer)
    except HoiPhuongError as error:
        raise web.HTTPNotFound from error
    return web.Response(body=body, content_type="image/png")


@signed_in("editor")
async def file(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/ma-qr/in/<order>/the.pdf`: the finished file, piece by piece."""
    found = await _state(request, officer)
    size = await request.app[OFFICE].printing.size(found.id, by=officer)
    if not size:
        raise web.HTTPNotFound
    name = f"{found.order.kind}-{found.created_at:%Y%m%d}.pdf"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"', "Content-Type": "application/pdf",
        "Content-Length": str(size),
    }  # fmt: skip
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    async for part in request.app[OFFICE].printing.file(found.id):
        await response.write(part)
    await response.write_eof()
    return response


@signed_in("editor")
async def sample(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/ma-qr/in/danh-sach-mau.csv`: a list to fill in."""
    headers = {"Content-Disposition": 'attachment; filename="danh-sach-mau.csv"'}
    return web.Response(body=SAMPLE.encode(), content_type="text/csv", charset="utf-8", headers=headers)


def _wanted(id_: str, fields: Fields) -> Request:
    sent = fields.get("csv")
    csv = sent.file.read(LONGEST + 1) if isinstance(sent, web.FileField) and sent.filename else None
    name = sent.filename if isinstance(sent, web.FileField) and csv is not None else ""
    kind = next((kind for kind in KINDS if kind == field(fields, "kind")), KINDS[0])
    return Request(
        id=id_, kind=kind, target=field(fields, "target", 120), unit=field(fields, "unit", 48),
        campaign=field(fields, "campaign", 60).strip(), labels=field(fields, "labels", 20) or DEFAULT_LABELS,
        caption=field(fields, "caption", 500).strip(), lang="en" if field(fields, "words") == "en" else "vi",
        file=name, csv=csv, label=field(fields, "label", 300).strip(), group=field(fields, "group", 60).strip(),
    )  # fmt: skip


async def _state(request: web.Request, officer: Officer) -> State:
    found = await request.app[OFFICE].printing.of(request.match_info["order"], by=officer)
    if found is None:
        raise web.HTTPNotFound
    return found


async def _asked(
    request: web.Request, officer: Officer, *, fields: Fields | None = None, why: str = "", no_number: str = ""
) -> web.Response:
    """The form, with what was typed; a list must be chosen again, since no browser gives it back."""
    lang, desk = language(request), request.app[OFFICE]
    typed = {name: field(fields, name, 500) for name in fields} if fields else {}
    target = typed.get("target") or request.query.get("target", "").strip()[:120]
    if target:
        try:
            target = await desk.codes.check(target)
        except HoiPhuongError as error:
            target, why = "", why or said(request, error)
    words = request.query.get("q", "").strip()[:120]
    kinds = [kind for kind in KINDS if kind != "bulletin-poster" or target.startswith("bulletin:")]
    return console_page(
        request, "console/sheet.html", officer, status=400 if why or no_number else 200, why=why, typed=typed,
        target=target, words=words, aims=() if target else await desk.targets.found(words, lang), kinds=kinds,
        labels=LABELS, units=desk.code_views.may_print_for(officer), default_labels=DEFAULT_LABELS,
        order=secrets.token_urlsafe(18), newest=await desk.printing.newest(by=officer),
        no_number=desk.targets.title(no_number, lang) if no_number else "", no_number_item=no_number,
        campaigns=(await desk.code_views.choices(officer)).campaigns, **common(request),
    )  # fmt: skip
