"""The first page: what waits, and the rooms."""

from __future__ import annotations

from aiohttp import web

from bot.storage.officers import Officer
from bot.web.console.guard import signed_in
from bot.web.console.looks import OFFICE, console_page


@signed_in()
async def home(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`/can-bo`."""
    return console_page(
        request, "console/home.html", officer, waiting=await request.app[OFFICE].waiting.counts(officer)
    )
