"""The register of groups: who is in charge where, how many people, when something was last posted."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from bot.errors import HoiPhuongError, Refused
from bot.office.groups import Group, may
from bot.office.lists import Imported
from bot.storage.lists import ListRow
from bot.storage.officers import Officer
from bot.web.console.guard import Fields, field, form, signed_in
from bot.web.console.looks import OFFICE, console_page, said, see
from bot.web.console.menu import HOME
from bot.web.console.places import place_of
from bot.web.house import HOUSE
from bot.web.language import language
from content.texts import day, texts

REGISTER: Final = HOME + "/nhom"
LISTS: Final = REGISTER + "/danh-sach"
CAFES: Final = REGISTER + "/quan"
EMPTY: Final = {"title": "", "officer": "", "people": "", "counted_on": "", "list": ""}
LONGEST: Final = 2 * 1024 * 1024  # bytes of a spreadsheet


@signed_in("editor", "approver")
async def register(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`/can-bo/nhom?q=&unit=`."""
    words, unit = request.query.get("q", "")[:80], request.query.get("unit", "")[:48]
    found = await request.app[OFFICE].groups.everything(officer, unit=unit, words=words)
    units = request.app[HOUSE].facts.pack.units
    active = [group for group in found if group.active]
    return console_page(
        request, "console/groups.html", officer, groups=found, words=words, unit=unit, place=place_of(request),
        units=[each for each in units if may(officer, each)], count=len(active), day=day,
        people=sum(group.people or 0 for group in active), register=REGISTER, lists=LISTS, cafes=CAFES,
    )  # fmt: skip


@signed_in("editor", "approver")
async def new(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`/can-bo/nhom/them`."""
    return await _form(request, officer)


@signed_in("editor", "approver")
async def add(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/nhom/them`; sent twice it is one group."""
    fields = await form(request)
    list_ = field(fields, "list", 9)
    try:
        await request.app[OFFICE].groups.add(
            int(list_) if list_.isascii() and list_.isdecimal() else 0, by=officer, **_facts(fields)
        )
    except HoiPhuongError as error:
        return await _form(request, officer, why=said(request, error), typed=_typed(fields))
    return see(REGISTER, done="group")


@signed_in("editor", "approver")
async def one(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`/can-bo/nhom/<number>`."""
    return await _form(request, officer, await _group(request, officer))


@signed_in("editor", "approver")
async def change(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/nhom/<number>`."""
    fields, group = await form(request), await _group(request, officer)
    try:
        await request.app[OFFICE].groups.change(group.id, by=officer, **_facts(fields))
    except HoiPhuongError as error:
        return await _form(request, officer, group, why=said(request, error), typed=_typed(fields))
    return see(REGISTER, done="group")


@signed_in("editor", "approver")
async def leave_out(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/nhom/<number>/nghi`: with `back` it gets bulletins again."""
    back = field(await form(request), "back") == "yes"
    group = await _group(request, officer)
    await request.app[OFFICE].groups.leave_out(group.id, by=officer, back=back)
    return see(f"{REGISTER}/{group.id}", done="group.back" if back else "group.out")


@signed_in("editor", "approver")
async def spreadsheet(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`/can-bo/nhom/nhap`."""
    return await _spreadsheet(request, officer)


@signed_in("editor", "approver", longest=LONGEST)
async def fill(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/nhom/nhap`: what became of it is shown at once; the same file again changes nothing."""
    fields = await form(request)
    name, file = field(fields, "list", 80), fields.get("file")
    try:
        raw = file.file.read() if isinstance(file, web.FileField) else b""
        if not raw:
            raise Refused("groups.no_file")
        say = texts(language(request))
        imported = await request.app[OFFICE].lists.fill(name, raw, by=officer, say=say)
    except HoiPhuongError as error:
        return await _spreadsheet(request, officer, why=said(request, error), chosen=name)
    return await _spreadsheet(request, officer, imported=imported, chosen=name)


async def _spreadsheet(
    request: web.Request, officer: Officer, *, why: str = "", imported: Imported | None = None, chosen: str = ""
) -> web.Response:
    return console_page(
        request, "console/groups_fill.html", officer, status=400 if why else 200, why=why, imported=imported,
        chosen=chosen, lists=await lists_of(request, officer), place=place_of(request), register=REGISTER,
    )  # fmt: skip


async def _form(
    request: web.Request, officer: Officer, group: Group | None = None, *, why: str = "",
    typed: dict[str, str] | None = None,
) -> web.Response:  # fmt: skip
    if typed is None and group is not None:
        counted_on = group.counted_on.isoformat() if group.counted_on else ""
        people = "" if group.people is None else str(group.people)
        typed = {"title": group.title, "officer": group.officer, "people": people, "counted_on": counted_on}
    return console_page(
        request, "console/groups_one.html", officer, status=400 if why else 200, why=why, group=group,
        typed=typed or EMPTY | {"list": request.query.get("list", "")[:9]}, lists=await lists_of(request, officer),
        officers=await names(request), place=place_of(request), register=REGISTER, day=day,
    )  # fmt: skip


async def _group(request: web.Request, officer: Officer) -> Group:
    return await request.app[OFFICE].groups.one(number(request), by=officer)


async def lists_of(request: web.Request, officer: Officer) -> list[ListRow]:
    """The lists whose groups he looks after."""
    return [row for row in await request.app[OFFICE].lists.everything() if may(officer, row.unit)]


async def names(request: web.Request) -> list[str]:
    """The officers who may be put in charge."""
    found = await request.app[OFFICE].access.everyone()
    return [account.officer.name for account in found if not account.officer.disabled]


def number(request: web.Request) -> int:
    """The number in the path; what is none is not found."""
    name = request.match_info["id"]
    if not (name.isascii() and name.isdecimal() and len(name) < 10):
        raise web.HTTPNotFound
    return int(name)


def _facts(fields: Fields) -> dict[str, str]:
    return {
        "title": field(fields, "title", 400), "officer": field(fields, "officer", 80),
        "people": field(fields, "people", 20), "counted_on": field(fields, "counted_on", 20),
    }  # fmt: skip


def _typed(fields: Fields) -> dict[str, str]:
    return _facts(fields) | {"list": field(fields, "list", 9)}
