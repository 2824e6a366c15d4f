"""The lists of groups and people: whom for, how many bulletins a week, who answers, when they go by themselves."""

from __future__ import annotations

import re
from typing import Final

from aiohttp import web

from bot.errors import HoiPhuongError, Refused
from bot.office import joining
from bot.office.groups import may
from bot.office.lists import MOST, TARGET, ListSettings
from bot.storage.officers import Officer
from bot.web.console.groups import LISTS, REGISTER, names, number
from bot.web.console.guard import Fields, field, form, signed_in
from bot.web.console.looks import OFFICE, console_page, said, see
from bot.web.console.places import place_of, places
from bot.web.house import HOUSE
from bot.web.language import language
from handlers.subscriptions import KNOWN

DAYS: Final = range(7)
OFTEN: Final = (*KNOWN, "chiếu phim")  # offered while the topic is typed


@signed_in("editor", "approver")
async def lists(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`/can-bo/nhom/danh-sach`: each with its weeks against the target."""
    desk = request.app[OFFICE]
    rows = [row for row in await desk.lists.everything() if may(officer, row.unit)]
    weeks = {each.id: each for each in await desk.meter.weeks()}
    hours = {row.id: hours_in_words(request, await desk.lists.settings(row.id)) for row in rows}
    return console_page(
        request, "console/lists.html", officer, rows=rows, weeks=weeks, hours=hours, place=place_of(request),
        topic=lambda name: topic_of(request, name), register=REGISTER, lists=LISTS,
        makes=bool(places(request, "approver")),
    )  # fmt: skip


@signed_in("approver")
async def new(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`/can-bo/nhom/danh-sach/moi`."""
    return await _form(request, officer)


@signed_in("approver")
async def create(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/nhom/danh-sach/moi`; sent twice it is one list."""
    fields, desk = await form(request), request.app[OFFICE].lists
    name, unit, topic = (field(fields, each, 200) for each in ("name", "unit", "topic"))
    try:
        id_ = await desk.create(
            name, unit=unit, topic=topic, target=_target(fields), officer=field(fields, "officer", 80),
            open_=field(fields, "open") == "yes", by=officer,
        )  # fmt: skip
    except HoiPhuongError as error:
        twin = next((row for row in await desk.everything() if row.name == " ".join(name.split())), None)
        if twin is None or (twin.unit, twin.topic) != (unit, " ".join(topic.split())):
            return await _form(request, officer, why=said(request, error), typed=_typed(fields))
        id_ = twin.id  # the second half of a double click
    return see(f"{LISTS}/{id_}", done="list")


@signed_in("editor", "approver")
async def one(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`/can-bo/nhom/danh-sach/<number>`."""
    return await _form(request, officer, await _list(request))


@signed_in("approver")
async def change(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/nhom/danh-sach/<number>`."""
    fields, found = await form(request), await _list(request)
    try:
        await request.app[OFFICE].lists.change(
            found.id, name=field(fields, "name", 200), unit=field(fields, "unit", 48),
            topic=field(fields, "topic", 200), target=_target(fields), officer=field(fields, "officer", 80),
            open_=field(fields, "open") == "yes", by=officer,
        )  # fmt: skip
    except Refused as error:
        return await _form(request, officer, found, why=said(request, error), typed=_typed(fields))
    return see(f"{LISTS}/{found.id}", done="list")


@signed_in("approver")
async def hours(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/nhom/danh-sach/<number>/gio`: the days of the week and the hour."""
    fields, found = await form(request), await _list(request)
    days = {
        int(value) for value in fields.getall("day", []) if isinstance(value, str) and re.fullmatch("[0-6]", value)
    }
    try:
        await request.app[OFFICE].lists.set_hours(found.id, days=days, at=field(fields, "at", 20), by=officer)
    except Refused as error:
        return await _form(request, officer, found, why=said(request, error))
    return see(f"{LISTS}/{found.id}", done="list.hours")


async def _form(
    request: web.Request, officer: Officer, found: ListSettings | None = None, *, why: str = "",
    typed: dict[str, str] | None = None,
) -> web.Response:  # fmt: skip
    house, weeks = request.app[HOUSE], None
    if found:
        weeks = next((each for each in await request.app[OFFICE].meter.weeks() if each.id == found.id), None)
    mine = places(request, "approver")
    return console_page(
        request, "console/lists_one.html", officer, status=400 if why else 200, why=why, list=found, weeks=weeks,
        typed=typed or _shown(found), places=mine, place=place_of(request), may_set=not found or found.unit in mine,
        officers=await names(request), topics=OFTEN, topic=lambda name: topic_of(request, name), days=DAYS,
        chosen={day for day, _ in found.hours} if found else (), most=MOST,
        at=found.hours[0][1] if found and found.hours else "08:00",
        words=hours_in_words(request, found) if found else "",
        links=joining.links(found.code, house.engine.channels) if found else {}, lists=LISTS, register=REGISTER,
    )  # fmt: skip


async def _list(request: web.Request) -> ListSettings:
    return await request.app[OFFICE].lists.settings(number(request))


def topic_of(request: web.Request, name: str) -> str:
    """A topic as people say it."""
    return request.app[HOUSE].text(language(request), f"topic.{name}") if name in KNOWN else name


def hours_in_words(request: web.Request, found: ListSettings) -> str:
    """“Thứ ba, thứ sáu 08:00”; empty where no hour is set."""
    lang, house = language(request), request.app[HOUSE]
    by_hour: dict[str, list[str]] = {}
    for day, at in found.hours:
        by_hour.setdefault(at, []).append(house.text(lang, f"lists.day.{day}"))
    words = "; ".join(f"{', '.join(days)} {at}" for at, days in by_hour.items())
    return words[:1].upper() + words[1:]


def _target(fields: Fields) -> int:
    words = field(fields, "target", 9).strip()
    if not (words.isascii() and words.isdecimal()):
        raise Refused("list.wrong_target", most=MOST)
    return int(words)


def _shown(found: ListSettings | None) -> dict[str, str]:
    if found is None:
        return {"name": "", "unit": "", "topic": "", "target": str(TARGET), "officer": "", "open": "yes"}
    return {
        "name": found.name, "unit": found.unit, "topic": found.topic, "target": str(found.target),
        "officer": found.officer, "open": "yes" if found.open else "",
    }  # fmt: skip


def _typed(fields: Fields) -> dict[str, str]:
    return {name: field(fields, name, 200) for name in ("name", "unit", "topic", "target", "officer", "open")}
