"""The round from door to door and the boards on walls: the list to take along, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from aiohttp import web

from bot.errors import HoiPhuongError
from bot.office.code_views import Wish
from bot.office.codes import today
from bot.office.sheets import Wrong
from bot.office.visits import Entered, Visited
from bot.storage.officers import Officer
from bot.web.console.codes import HERE, common, filter_of, query_of
from bot.web.console.guard import Fields, field, form, signed_in
from bot.web.console.looks import OFFICE, console_page, said, see
from bot.web.house import HOUSE
from bot.web.language import language
from qr.visited import Done, day_of

ROUND: Final = HERE + "/phieu"
BOARDS: Final = HERE + "/bang"
SHOWN: Final = 100  # cards of one page; a tổ has fewer
MANY: Final = 1000  # cards that are looked through for one page
LONGEST: Final = 1 << 20  # bytes of a list that came back


@signed_in("editor", "approver")
async def round_(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/ma-qr/phieu?unit=&group=&campaign=`: the cards of a tổ, and which are handed over."""
    return await _round(request, officer)


@signed_in("editor")
async def enter(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/ma-qr/phieu`: ticked cards were handed over; a remark without a tick: nobody was at home."""
    fields, desk = await form(request), request.app[OFFICE]
    on = _day(fields)
    if on is None:
        return await _round(request, officer, why=_say(request, "qr.row.day", day=field(fields, "day", 40)))
    listed = [field_ for name, field_ in fields.items() if name == "card" and isinstance(field_, str)][:SHOWN]
    ticked = {code for name, code in fields.items() if name == "done"}
    remarks = {code: field(fields, f"remark-{code}", 300).strip() for code in listed}
    done = [_done(code, on, remarks[code]) for code in listed if code in ticked]
    missed = [_done(code, on, remarks[code]) for code in listed if code not in ticked and remarks[code]]
    try:
        entered = [
            await desk.visits.enter(done, kind="round", by=officer),
            await desk.visits.enter(missed, kind="missed", by=officer),
        ]
    except HoiPhuongError as error:
        return await _round(request, officer, why=said(request, error))
    if wrong := [row for each in entered for row in each.wrong]:
        return await _round(request, officer, wrong=wrong)
    return _back(request, ROUND, "codes.entered")


@signed_in("editor", longest=LONGEST + (1 << 16))
async def enter_list(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/ma-qr/phieu/danh-sach`: a list with the columns code, done_on, remark, place."""
    fields = await form(request)
    sent, on = fields.get("csv"), _day(fields) or today()
    if not isinstance(sent, web.FileField) or not sent.filename:
        return await _round(request, officer, why=_say(request, "console.codes.csv.none"))
    try:
        entered = await _entered(request, officer, sent, on)
    except HoiPhuongError as error:
        return await _round(request, officer, why=said(request, error))
    if entered.wrong:
        return await _round(request, officer, wrong=entered.wrong, entered=entered)
    return _back(request, ROUND, "codes.entered")


@signed_in("editor", "approver")
async def sheet(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/ma-qr/phieu.pdf?unit=&group=&campaign=`: the list to take along."""
    wish = filter_of(request)
    units = request.app[OFFICE].code_views.units_of(officer)
    if wish.unit is None or (units is not None and wish.unit not in units):
        raise web.HTTPNotFound
    with TemporaryDirectory() as folder:
        out = Path(folder) / "phieu.pdf"
        await request.app[OFFICE].visits.sheet(
            out, unit=wish.unit, group=wish.group, campaign=wish.campaign, lang=language(request)
        )
        body = out.read_bytes()
    headers = {"Content-Disposition": f'attachment; filename="phieu-{wish.unit}.pdf"'}
    return web.Response(body=body, content_type="application/pdf", headers=headers)


@signed_in("editor", "approver")
async def boards(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/ma-qr/bang?unit=&campaign=`: what hangs where, and since when."""
    return await _boards(request, officer)


@signed_in("editor")
async def put_up(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/ma-qr/bang`: a board hangs somewhere."""
    fields = await form(request)
    on = _day(fields)
    if on is None:
        return await _boards(
            request, officer, why=_say(request, "qr.row.day", day=field(fields, "day", 40)), fields=fields
        )
    place, remark = field(fields, "place").strip(), field(fields, "remark", 300).strip()
    entry = Done(line=0, code=field(fields, "code", 300).strip(), done_on=on, place=place, remark=remark)
    try:
        entered = await request.app[OFFICE].visits.enter([entry], kind="board", by=officer)
    except HoiPhuongError as error:
        return await _boards(request, officer, why=said(request, error), fields=fields)
    if entered.wrong:
        return await _boards(request, officer, why=entered.wrong[0].message, fields=fields)
    return see(BOARDS, done="codes.hung")


async def _entered(request: web.Request, officer: Officer, sent: web.FileField, on: dt.date) -> Entered:
    with TemporaryDirectory() as folder:
        list_ = Path(folder) / "list.csv"
        list_.write_bytes(sent.file.read(LONGEST))
        return await request.app[OFFICE].visits.enter_csv(list_, kind="round", done_on=on, by=officer)


async def _round(
    request: web.Request,
    officer: Officer,
    *,
    why: str = "",
    wrong: Sequence[Wrong] = (),
    entered: Entered | None = None,
) -> web.Response:
    desk, wish = request.app[OFFICE], filter_of(request)
    choices = await desk.code_views.choices(officer, wish.unit)
    unit = wish.unit or (choices.units[0] if len(choices.units) == 1 else None)
    found: list[Visited] = []
    cards = Wish(unit=unit, group=wish.group, campaign=wish.campaign)
    many = await desk.code_views.count(cards, officer) if unit in choices.units else 0
    if unit and 0 < many <= MANY:
        found = await desk.visits.listed(unit=unit, group=wish.group, campaign=wish.campaign)
    return console_page(
        request, "console/visits.html", officer, status=400 if why or wrong else 200, why=why, wrong=wrong,
        entered=entered, wish=wish, choices=choices, unit=unit, cards=found[:SHOWN], count=len(found),
        many=many if many > MANY else 0,
        done_count=sum(1 for card in found if card.done_on), query=query_of(wish), today=today().isoformat(),
        may_enter=officer.may("editor", unit) if unit else False, **common(request),
    )  # fmt: skip


async def _boards(
    request: web.Request, officer: Officer, *, why: str = "", fields: Fields | None = None
) -> web.Response:
    wish = Wish(unit=filter_of(request).unit, campaign=filter_of(request).campaign)
    typed = {name: field(fields, name, 300) for name in ("code", "place", "remark")} if fields else {}
    typed.setdefault("code", request.query.get("code", "")[:20])
    return console_page(
        request, "console/visits_boards.html", officer, status=400 if why else 200, why=why, wish=wish, typed=typed,
        boards=await request.app[OFFICE].code_views.boards(wish, officer), today=today().isoformat(),
        choices=await request.app[OFFICE].code_views.choices(officer), may_enter=officer.has("editor"),
        **common(request),
    )  # fmt: skip


def _day(fields: Fields) -> dt.date | None:
    return day_of(field(fields, "day", 40).strip())


def _done(code: str, on: dt.date, remark: str) -> Done:
    return Done(line=0, code=code, done_on=on, remark=remark)


def _back(request: web.Request, path: str, done: str) -> web.Response:
    query = query_of(filter_of(request))
    response = see(path, done=done)
    if query:
        response.headers["Location"] += f"&{query}"
    return response


def _say(request: web.Request, key: str, **fields: object) -> str:
    return request.app[HOUSE].text(language(request), key, **fields)
