"""How often codes were scanned: by day and campaign, by unit, by tổ; never by household."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Final

from aiohttp import web

from bot.office.code_views import Wish
from bot.office.codes import today
from bot.office.scan_figures import as_csv, figures
from bot.storage.codes import Scanned
from bot.storage.officers import Officer
from bot.web.console.codes import DAYS, HERE, common, day_plot, filter_of, query_of, week_plot
from bot.web.console.guard import signed_in
from bot.web.console.looks import OFFICE, console_page
from qr.visited import day_of

SCANS: Final = HERE + "/luot-quet"
PLOTS: Final = 6  # campaigns that get a plot of their own


@signed_in("editor", "approver")
async def scans(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/ma-qr/luot-quet?unit=&campaign=&since=&until=`."""
    views, wish = request.app[OFFICE].code_views, _narrowed(request)
    rows = await _rows(request, officer)
    found = figures(rows)
    campaigns = Counter[str]()
    for row in rows:
        campaigns[row.campaign] += row.n
    plots = [
        (name, n, day_plot(_by_day([row for row in rows if row.campaign == name])))
        for name, n in campaigns.most_common(PLOTS)
    ]
    since, until = _days(request)
    return console_page(
        request, "console/codes_scans.html", officer, wish=wish, found=found, plot=day_plot(_by_day(rows)),
        weeks=week_plot(_by_day(rows)),
        plots=plots if len(campaigns) > 1 else (), days=DAYS, places=await views.places(wish, officer),
        choices=await views.choices(officer), since=since, until=until,
        query=query_of(wish, since=since, until=until), **common(request),
    )  # fmt: skip


@signed_in("editor", "approver")
async def export(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/ma-qr/luot-quet.csv`: the same as a table for a spreadsheet."""
    body = as_csv(await _rows(request, officer))
    headers = {"Content-Disposition": f'attachment; filename="luot-quet-{today():%Y%m%d}.csv"'}
    return web.Response(body=body, content_type="text/csv", charset="utf-8", headers=headers)


async def _rows(request: web.Request, officer: Officer) -> list[Scanned]:
    wish, (since, until) = _narrowed(request), _days(request)
    return await request.app[OFFICE].code_views.scanned(
        officer, unit=wish.unit, campaign=wish.campaign, since=since, until=until
    )


def _narrowed(request: web.Request) -> Wish:
    wish = filter_of(request)
    return Wish(unit=wish.unit, campaign=wish.campaign)


def _days(request: web.Request) -> tuple[dt.date | None, dt.date | None]:
    since, until = (day_of(request.query.get(name, "").strip()[:20]) for name in ("since", "until"))
    return since, until


def _by_day(rows: list[Scanned]) -> Counter[object]:
    counts: Counter[object] = Counter()
    for row in rows:
        counts[row.day] += row.n
    return counts
