"""Residents who want a person: who waits, one talk with its deeds, and the hours of duty."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from aiohttp import web

from bot.errors import Refused
from bot.office.handover_desk import HandoverDesk
from bot.office.handover_hours import NAMES, written
from bot.office.handover_views import Entry
from bot.storage.officers import EVERYWHERE, Officer
from bot.web.console.guard import Fields, field, form, signed_in
from bot.web.console.looks import OFFICE, console_page, said, see, when
from bot.web.console.menu import HOME
from bot.web.console.places import place_of
from bot.web.house import HOUSE
from content.hours import HERE, WEEK

TALKS: Final = HOME + "/can-gap"
HOURS: Final = TALKS + "/gio-truc"
WORDS: Final = 4000  # characters of one answer
SHOWN: Final = 100  # talks of one kind on one page

Deed = Callable[[HandoverDesk, int, Officer, Fields], Awaitable[str]]


@signed_in("duty")
async def talks(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/can-gap`."""
    return await _list(request, officer)


@signed_in("duty")
async def talk(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/can-gap/<number>`."""
    return await _thread(request, officer, int(request.match_info["id"]))


@signed_in("duty")
async def deed(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/can-gap/<number>/<deed>`: what cannot be done is told on the same page, and no word is lost."""
    id_, do = int(request.match_info["id"]), DEEDS.get(request.match_info["deed"])
    if do is None:
        raise web.HTTPNotFound
    fields = await form(request)
    try:
        done = await do(request.app[OFFICE].handover, id_, officer, fields)
    except Refused as error:
        return await _thread(request, officer, id_, why=_why(request, error), typed=field(fields, "words", WORDS))
    return see(f"{TALKS}/{id_}" if done in STAY else TALKS, done=done)


@signed_in("admin")
async def hours(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/can-gap/gio-truc`."""
    return await _hours(request, officer)


@signed_in("admin")
async def set_hours(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/can-gap/gio-truc`: a line a day, or as all others."""
    fields, desk = await form(request), request.app[OFFICE].handover
    unit = field(fields, "unit", 48)
    if field(fields, "as") == "all":
        await desk.set_hours(unit, None, by=officer)
        return see(HOURS, done="hours.taken.back")
    lines = [field(fields, name, 100) for name in NAMES]
    try:
        await desk.set_hours(unit, written(lines), by=officer)
    except Refused as error:
        return await _hours(request, officer, why=_why(request, error), unit=unit, typed=lines)
    return see(HOURS, done="hours.set")


async def _take(desk: HandoverDesk, id_: int, by: Officer, fields: Fields) -> str:
    await desk.take(id_, by)
    return "talk.taken"


async def _answer(desk: HandoverDesk, id_: int, by: Officer, fields: Fields) -> str:
    after = field(fields, "after", 18)
    known = int(after) if after.isascii() and after.isdecimal() else 0
    await desk.answer(id_, field(fields, "words", WORDS), by, after=known)
    return "talk.said"


async def _pass(desk: HandoverDesk, id_: int, by: Officer, fields: Fields) -> str:
    await desk.pass_on(id_, field(fields, "unit", 48), by)
    return "talk.passed"


async def _close(desk: HandoverDesk, id_: int, by: Officer, fields: Fields) -> str:
    await desk.close(id_, by)
    return "talk.closed"


async def _send(desk: HandoverDesk, id_: int, by: Officer, fields: Fields) -> str:
    await desk.settle(id_, by, yes=True)
    return "doubt.settled"


async def _drop(desk: HandoverDesk, id_: int, by: Officer, fields: Fields) -> str:
    await desk.settle(id_, by, yes=False)
    return "doubt.settled"


async def _correct(desk: HandoverDesk, id_: int, by: Officer, fields: Fields) -> str:
    await desk.correct(id_, field(fields, "words", WORDS), by)
    return "doubt.settled"


DEEDS: Final[Mapping[str, Deed]] = {
    "nhan": _take, "tra-loi": _answer, "chuyen": _pass, "xong": _close, "gui": _send, "bo": _drop, "sua": _correct,
}  # fmt: skip
STAY: Final = ("talk.taken", "talk.said")


async def _list(request: web.Request, officer: Officer, *, why: str = "", typed: str = "") -> web.Response:
    entries = await request.app[OFFICE].handover.open_talks(officer)
    kinds: dict[str, list[Entry]] = {"mine": [], "doubts": [], "waiting": [], "word_left": [], "others": []}
    for entry in entries:
        kinds[_kind(entry, officer)].append(entry)
    return console_page(
        request, "console/talks.html", officer, status=409 if why else 200, why=why, typed=typed, kinds=kinds,
        shown=SHOWN,
        waiting=sum(entry.officer is None for entry in entries), at=_at, place=_places(request),
        about=lambda entry: _about(request, entry), talks=TALKS, hours=HOURS if officer.has("admin") else "",
    )  # fmt: skip


def _kind(entry: Entry, officer: Officer) -> str:
    if entry.officer:
        return "mine" if entry.officer == officer.name else "others"
    return "doubts" if entry.is_doubt else "word_left" if entry.state == "word_left" else "waiting"


async def _thread(
    request: web.Request, officer: Officer, id_: int, *, why: str = "", typed: str = ""
) -> web.StreamResponse:
    desk = request.app[OFFICE].handover
    try:
        thread = await desk.thread(id_, officer)
    except Refused as error:
        return await _list(request, officer, why=why or _why(request, error), typed=typed)
    entry = thread.entry
    mine = entry.officer == officer.name
    number = await desk.number(id_, officer) if mine and entry.callback and entry.state == "open" else ""
    units = [unit for unit in await desk.units() if unit != entry.unit]
    template = "console/talk_doubt.html" if entry.is_doubt else "console/talk.html"
    return console_page(
        request, template, officer, status=409 if why else 200, why=why, typed=typed, thread=thread, entry=entry,
        mine=mine, free=entry.officer is None, number=number, units=units, at=_at, place=_places(request),
        about=_about(request, entry), talks=TALKS, most=WORDS,
    )  # fmt: skip


async def _hours(
    request: web.Request, officer: Officer, *, why: str = "", unit: str = "", typed: Sequence[str] = ()
) -> web.Response:
    return console_page(
        request, "console/talk_hours.html", officer, status=400 if why else 200, why=why, wrong_unit=unit,
        typed=typed, rows=await request.app[OFFICE].handover.duty_weeks(officer), place=_places(request),
        names=NAMES, days=range(WEEK), hours=HOURS, talks=TALKS, everywhere=EVERYWHERE,
    )  # fmt: skip


def _places(request: web.Request) -> Callable[[str | None], str]:
    """What units are called; the locality where none was named."""
    place, house = place_of(request), request.app[HOUSE]
    return lambda unit: place(unit) if unit else house.name


def _about(request: web.Request, entry: Entry) -> str:
    """What the machine was asked about before, by its name."""
    item = request.app[HOUSE].facts.pack.item(entry.item) if entry.item else None
    names = item.own_names() if item else ()
    return names[0] if names else ""


def _why(request: web.Request, error: Refused) -> str:
    """Why not, in words that send nobody to a command of the chat."""
    if error.key == "handover.desk.gone":
        return said(request, Refused("console.talks.gone", **error.fields))
    return said(request, error)


def _at(moment: dt.datetime) -> str:
    """A moment: the time alone where it is today."""
    here = moment.astimezone(HERE)
    today = here.date() == dt.datetime.now(HERE).date()
    return f"{here:%H:%M}" if today else when(moment)
