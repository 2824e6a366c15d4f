"""How the ward serves, in figures: bulletins against the duty, the month's report, questions, platforms' limits."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from aiohttp import web

from bot.errors import WrongInput
from bot.office.report_figures import Report
from bot.office.report_pdf import pdf
from bot.office.report_text import pasted
from bot.office.report_xlsx import xlsx
from bot.storage.officers import Officer
from bot.web.console.guard import signed_in
from bot.web.console.looks import HEADERS, OFFICE, console_page, said
from bot.web.console.menu import HOME
from bot.web.console.places import place_of
from bot.web.house import HOUSE
from bot.web.plot import Bar, plot
from content.hours import HERE
from content.texts import Texts, texts
from content.values import grouped

FIGURES: Final = HOME + "/so-lieu"
REPORT: Final = FIGURES + "/bao-cao"
MONTHS: Final = 13  # to choose from
FILES: Final[Mapping[str, tuple[Callable[[Report, Texts], bytes], str]]] = {
    "pdf": (pdf, "application/pdf"),
    "xlsx": (xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@signed_in()
async def figures(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`/can-bo/so-lieu?thang=2026-11&don-vi=phuong-1`."""
    office, house = request.app[OFFICE], request.app[HOUSE]
    months, unit = _months(), _unit(request, officer)
    month, why = request.query.get("thang", "") or months[0], ""
    try:
        report = await office.reports.month(month, unit=unit)
    except WrongInput as error:  # a month out of an old link
        why, month = said(request, error), months[0]
        report = await office.reports.month(month, unit=unit)
    asked = await house.published.figures()
    bars = [Bar(label=f"{week.monday:%d/%m}", value=week.questions) for week in reversed(asked.weeks)]
    return console_page(
        request, "console/figures.html", officer, why=why, month=month, months=months, unit=unit or "",
        units=house.facts.pack.units, place=place_of(request), report=report,
        lists=await office.meter.weeks(units=frozenset({unit}) if unit else None), asked=asked, plot=plot(bars),
        missed=dict(asked.kinds).get("out_of_scope", 0), handed=dict(asked.kinds).get("handover", 0),
        allowances=await office.allowances.look(), pasted=pasted(report, texts("vi")), grouped=grouped,
        files={ending: f"{REPORT}.{ending}?thang={month}&don-vi={unit or ''}" for ending in FILES},
    )  # fmt: skip


@signed_in()
async def report(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`/can-bo/so-lieu/bao-cao.<pdf|xlsx>?thang=…&don-vi=…`: the paper to sign, or the sheet to go on with."""
    write, kind = FILES[request.match_info["ending"]]
    month, unit = request.query.get("thang", ""), _unit(request, officer)
    made = await request.app[OFFICE].reports.month(month, unit=unit)
    body = await asyncio.to_thread(write, made, texts("vi"))  # a second of work, beside the others' questions
    name = "-".join(filter(None, ("bao-cao", unit, month))) + "." + request.match_info["ending"]
    headers = HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=body, content_type=kind, headers=headers)


def _months(now: dt.datetime | None = None) -> Sequence[str]:
    """This month and those before it."""
    today = (now or dt.datetime.now(HERE)).date()
    counted = today.year * 12 + today.month - 1
    return [f"{n // 12}-{n % 12 + 1:02}" for n in range(counted, counted - MONTHS, -1)]


def _unit(request: web.Request, officer: Officer) -> str | None:
    """The unit that is asked for, else the officer's own where he has one alone; None: all together."""
    units = request.app[HOUSE].facts.pack.units
    if (asked := request.query.get("don-vi")) is not None:
        return asked if asked in units else None
    own = {unit for _, unit in officer.grants}
    return next(iter(own)) if len(own) == 1 and own <= set(units) else None
