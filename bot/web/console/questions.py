"""What people asked in vain: by likeness, and one click away from an answer, a note for the writers, or the bin."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

from aiohttp import web

from bot.errors import Refused
from bot.office.questions import TOGETHER, as_rows
from bot.office.reach import TEACHERS, may_change
from bot.office.spreadsheets import guarded
from bot.storage.officers import Officer
from bot.storage.verdicts import Kind, Verdict
from bot.web.console.content import kind_of, title
from bot.web.console.guard import Fields, field, form, signed_in
from bot.web.console.looks import HEADERS, OFFICE, console_page, see
from bot.web.console.menu import HOME
from bot.web.house import HOUSE
from content.finding import found
from content.texts import day

ROOM: Final = HOME + "/cau-hoi"
CHOOSE: Final = ROOM + "/chon"
DECIDED: Final = ROOM + "/da-xu-ly"
TABLE: Final = ROOM + "/da-xu-ly.csv"
PAGE: Final = 20
KINDS: Final[tuple[Kind, ...]] = ("alias", "draft", "skip")


@signed_in(*TEACHERS)
async def questions(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/cau-hoi?trang=`: the most asked first."""
    page = _number(request.query.get("trang", "")) or 1
    missed = await request.app[OFFICE].questions.missed(start=(page - 1) * PAGE, most=PAGE)
    pack = request.app[HOUSE].facts.pack
    return console_page(
        request, "console/questions.html", officer,
        missed=missed, page=page, more=missed.every > page * PAGE, day=day, title=lambda id_: title(request, id_),
        may=lambda id_: may_change(officer, id_, pack, TEACHERS), here=ROOM, choose=CHOOSE, decided=DECIDED,
    )  # fmt: skip


@signed_in(*TEACHERS)
async def choose(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/cau-hoi/chon?ids=&q=`: another item than those proposed, found by its name."""
    house, pack = request.app[HOUSE], request.app[HOUSE].facts.pack
    ids = [number for part in request.query.getall("ids", []) for number in _numbers(part)][:TOGETHER]
    group = await request.app[OFFICE].questions.group(ids)
    if group is None:
        return see(ROOM, done="missed.gone")
    words = request.query.get("q", "").strip()[:100]
    items = [id_ for id_ in found(house.facts.pack, words) if may_change(officer, id_, pack, TEACHERS)]
    return console_page(
        request, "console/questions_choose.html", officer,
        group=group, q=words, items=[(id_, title(request, id_), kind_of(id_, request)) for id_ in items],
        here=ROOM, choose=CHOOSE, ids=ids,
    )  # fmt: skip


@signed_in(*TEACHERS)
async def decide(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/cau-hoi`: `do` is an item's id, `draft` or `skip`; what is decided already stays."""
    fields, service = await form(request), request.app[OFFICE].questions
    ids, wish = _ids(fields), field(fields, "do", 64)
    if not ids:
        raise Refused("missed.none_chosen")
    if wish == "draft":
        await service.draft(ids, field(fields, "note", 1500), by=officer)
        return see(ROOM, done="missed.drafted")
    if wish == "skip":
        await service.skip(ids, by=officer)
        return see(ROOM, done="missed.skipped")
    await service.teach(ids, wish, by=officer)
    return see(ROOM, done="missed.taught")


@signed_in(*TEACHERS)
async def decided(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/cau-hoi/da-xu-ly`: what was taught, noted and put away, each to be taken back."""
    service, pack = request.app[OFFICE].questions, request.app[HOUSE].facts.pack
    return console_page(
        request, "console/questions_decided.html", officer,
        found={kind: await service.decided(kind) for kind in KINDS}, here=DECIDED, table=TABLE,
        title=lambda id_: title(request, id_) if pack.item(id_) else id_,
        known=lambda id_: pack.item(id_) is not None,
    )  # fmt: skip


@signed_in(*TEACHERS)
async def undo(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/cau-hoi/da-xu-ly`: take a decision back, or say that a draft has been written."""
    fields, service = await form(request), request.app[OFFICE].questions
    id_ = _number(field(fields, "id", 9))
    if field(fields, "do", 10) == "written":
        await service.written(id_, by=officer)
        return see(DECIDED, done="missed.written")
    await service.take_back(id_, by=officer)
    return see(DECIDED, done="missed.back")


@signed_in(*TEACHERS)
async def table(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/cau-hoi/da-xu-ly.csv`: for whoever writes packs."""
    service = request.app[OFFICE].questions
    found_: dict[Kind, Sequence[Verdict]] = {kind: await service.decided(kind) for kind in ("alias", "draft")}
    out = io.StringIO(newline="")
    csv.writer(out).writerows(
        [guarded(cell) for cell in row] for row in as_rows(found_, request.app[HOUSE].facts.pack)
    )
    headers = dict(HEADERS) | {"Content-Disposition": 'attachment; filename="cau-hoi.csv"'}
    return web.Response(body=out.getvalue().encode("utf-8-sig"), content_type="text/csv", headers=headers)


def _ids(fields: Fields) -> list[int]:
    parts = [value for value in fields.getall("ids", []) if isinstance(value, str)]
    return [number for part in parts for number in _numbers(part)][:TOGETHER]


def _numbers(words: str) -> list[int]:
    return [number for part in words.split(",") if (number := _number(part))]


def _number(words: str) -> int:
    """A number that was typed; 0 where it is none."""
    return int(words) if words.isascii() and words.isdecimal() and len(words) < 10 else 0
