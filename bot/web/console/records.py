"""For administrators: the log of deeds."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from bot.office.records import PAGE, Entry
from bot.storage.officers import Officer
from bot.web.console.guard import signed_in
from bot.web.console.looks import OFFICE, console_page
from bot.web.house import HOUSE
from bot.web.language import language
from content.texts import MissingWords

KINDS: Final = ("officer", "bulletin", "list", "handover", "content", "qr", "group", "cafe", "channel", "house")


@signed_in("admin")
async def records(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`/can-bo/nhat-ky?by=&kind=&subject=&before=`: the newest first, a page at a time."""
    asked = {name: request.query.get(name, "").strip()[:80] for name in ("by", "kind", "subject")}
    before = request.query.get("before", "")
    entries = await request.app[OFFICE].records.entries(
        by=asked["by"], action=asked["kind"], subject=asked["subject"],
        before=int(before) if before.isascii() and before.isdecimal() and len(before) < 10 else None,
    )  # fmt: skip
    older = {name: value for name, value in asked.items() if value}
    if entries:
        older["before"] = str(entries[-1].id)
    return console_page(
        request, "console/records.html", officer, entries=entries, asked=asked, kinds=KINDS,
        deed=lambda entry: _deed(request, entry), detail=_detail,
        older=urlencode(older) if len(entries) == PAGE else "",
    )  # fmt: skip


def _deed(request: web.Request, entry: Entry) -> str:
    """What was done, in words; where nobody has written any, as it stands in the log."""
    try:
        return request.app[HOUSE].text(language(request), f"console.deed.{entry.action}")
    except MissingWords:
        return entry.action


def _detail(entry: Entry) -> str:
    """What the log knows beside, in short; what was not so is left out."""
    known = {name: value for name, value in entry.detail.items() if value not in (False, None, "", [])}
    return "; ".join(
        f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}" for name, value in known.items()
    )
