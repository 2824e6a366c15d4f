"""Content near its review date: look at its source, and say that it still holds."""

from __future__ import annotations

import datetime as dt
from typing import Final

from aiohttp import web

from bot.errors import Refused
from bot.office.reach import WRITERS, may_change
from bot.storage.officers import Officer
from bot.web.console.content import DAYS, DUE, ITEM, title
from bot.web.console.guard import field, form, signed_in
from bot.web.console.looks import OFFICE, console_page, see
from bot.web.house import HOUSE
from content.corrections import VIETNAM
from content.texts import day

MONTHS: Final = ("3", "6", "12")  # for which an officer may answer


@signed_in(*WRITERS)
async def due(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/noi-dung/den-han`: by who keeps it true, the oldest first."""
    found = await request.app[OFFICE].contents.due(DAYS)
    pack = found.facts.pack
    return console_page(
        request, "console/content_due.html", officer,
        found=found, days=DAYS, months=MONTHS, day=day, title=lambda id_: title(request, id_),
        may=lambda id_: may_change(officer, id_, pack), item=lambda id_: ITEM.format(id=id_), here=DUE,
        sources=lambda id_: pack.cite(known) if (known := pack.item(id_)) else (),
    )  # fmt: skip


@signed_in(*WRITERS)
async def still_right(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/noi-dung/den-han`: it holds for so many months more."""
    fields = await form(request)
    id_, months = field(fields, "id", 64), field(fields, "months", 2)
    if months not in MONTHS or request.app[HOUSE].facts.pack.item(id_) is None:
        raise Refused("content.no_item")
    await request.app[OFFICE].corrections.still_right(id_, _in_months(int(months)), by=officer)
    return see(DUE, done="content.reviewed")


def _in_months(months: int) -> dt.date:
    """The same day so many months from now, or the last of a shorter month."""
    today = dt.datetime.now(VIETNAM).date()
    years, month = divmod(today.month - 1 + months, 12)
    first = today.replace(year=today.year + years, month=month + 1, day=1)
    last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    return min(first + dt.timedelta(days=today.day - 1), last)
