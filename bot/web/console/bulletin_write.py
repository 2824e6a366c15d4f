"""Writing a bulletin: a new one, a draft again, the correction of one that is out; and how it will look meanwhile."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from dataclasses import replace
from typing import Final

from aiohttp import web

from bot.errors import HoiPhuongError, NotAllowed, Refused
from bot.office.bulletin_page import OUT, Whole
from bot.office.manuscript import ALT, TEXT, TITLE, Manuscript
from bot.office.pictures import LARGEST
from bot.storage.officers import Officer
from bot.web.bulletins import topic_name
from bot.web.console.bulletin_form import FORM, kept, preview_of, typed, with_picture
from bot.web.console.bulletins import ROOM, id_of
from bot.web.console.guard import Fields, field, form, signed_in
from bot.web.console.looks import OFFICE, console_page, said, see
from bot.web.console.places import place_of
from bot.web.house import HOUSE
from content.texts import money

NEW: Final = ROOM + "/moi"
ONCE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
EMPTY: Final = Manuscript(title="", text="", names=())


@signed_in("editor", "approver")
async def new(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`/can-bo/ban-tin/moi`; `?sua=<id>`: the correction of that one."""
    wrong = await _corrected(request, officer, request.query.get("sua", ""))
    written = EMPTY if wrong is None else _corrections(request, wrong)
    return await _form(request, officer, written, corrects=wrong)


@signed_in("editor", "approver", longest=FORM)
async def create(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/ban-tin/moi`: the same form sent twice makes one draft."""
    fields = await form(request)
    written, once = typed(fields), field(fields, "once", 43)
    wrong = await _corrected(request, officer, field(fields, "corrects", 9))
    try:
        whole = await with_picture(written, fields)
        id_ = await request.app[OFFICE].bulletins.write(
            whole, by=officer, corrects=wrong.id if wrong else None, once=once if ONCE.fullmatch(once) else None
        )
    except (Refused, NotAllowed) as error:
        return await _form(request, officer, written, why=said(request, error), once=once, corrects=wrong)
    return await _onward(request, officer, id_, fields)


@signed_in("editor", "approver")
async def edit(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`/can-bo/ban-tin/<id>/sua`: while it is a draft; later its page says where it stands."""
    whole = await request.app[OFFICE].bulletin_pages.one(id_of(request), by=officer)
    if whole.row.state != "draft":
        return see(f"{ROOM}/{whole.id}")
    return await _form(request, officer, kept(whole), of=whole, seen=whole.times["changed_at"].isoformat())


@signed_in("editor", "approver", longest=FORM)
async def save(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/ban-tin/<id>/sua`."""
    fields = await form(request)
    whole = await request.app[OFFICE].bulletin_pages.one(id_of(request), by=officer)
    written, seen = typed(fields), field(fields, "seen", 40)
    if whole.row.state == "submitted" and field(fields, "then") == "submit":
        return see(f"{ROOM}/{whole.id}", done="bulletins.submitted")  # a double click
    try:
        moment = _moment(seen)
        await request.app[OFFICE].bulletins.revise(
            whole.id, await with_picture(written, fields), by=officer, seen=moment
        )
    except (Refused, NotAllowed) as error:
        return await _form(request, officer, written, of=whole, why=said(request, error), seen=seen)
    return await _onward(request, officer, whole.id, fields)


@signed_in("editor", "approver", longest=FORM)
async def preview(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/ban-tin/xem-truoc`: the whole page again; with `?part=1`, for a script, the preview alone."""
    fields = await form(request)
    written, of = typed(fields), None
    if number := field(fields, "id", 9):
        of = await request.app[OFFICE].bulletin_pages.one(_digits(number), by=officer)
    chosen = isinstance(fields.get("picture"), web.FileField) or field(fields, "pictured") == "yes"
    if "part" in request.query:
        shown = await preview_of(
            request, officer, written, id_=of.id if of else None, pictured=_pictured(of, written, chosen=chosen)
        )
        kept_one = f"{ROOM}/{of.id}/anh.jpg" if of and of.picture and not written.bare and not chosen else ""
        return console_page(
            request, "console/bulletin_preview.html", officer, preview=shown, pictured=kept_one, money=money
        )
    wrong = await _corrected(request, officer, field(fields, "corrects", 9))
    once, seen = field(fields, "once", 43), field(fields, "seen", 40)
    return await _form(
        request, officer, written, of=of, once=once, seen=seen, corrects=wrong, chosen=chosen, shown=True
    )


async def _form(
    request: web.Request,
    officer: Officer,
    written: Manuscript,
    *,
    of: Whole | None = None,
    why: str = "",
    once: str = "",
    seen: str = "",
    corrects: Whole | None = None,
    chosen: bool = False,
    shown: bool = False,
) -> web.Response:
    targets = await request.app[OFFICE].previews.targets(by=officer)
    if not written.names and len(targets) == 1:
        written = replace(written, names=[targets[0].name])
    pictured = _pictured(of, written, chosen=chosen)
    return console_page(
        request, "console/bulletin_write.html", officer, status=400 if why else 200, why=why, written=written, of=of,
        targets=targets, place=place_of(request), topic=lambda topic: topic_name(request, topic), room=ROOM, new=NEW,
        once=once if ONCE.fullmatch(once) else secrets.token_urlsafe(32), seen=seen, corrects=corrects, shown=shown,
        preview=await preview_of(request, officer, written, id_=of.id if of else None, pictured=pictured),
        pictured=f"{ROOM}/{of.id}/anh.jpg" if of and of.picture and not written.bare else "",
        money=money, most={"title": TITLE, "text": TEXT, "alt": ALT, "picture": LARGEST},
    )  # fmt: skip


def _pictured(of: Whole | None, written: Manuscript, *, chosen: bool) -> bool:
    return chosen or bool(of and of.picture and not written.bare)


async def _onward(request: web.Request, officer: Officer, id_: int, fields: Fields) -> web.StreamResponse:
    """After the draft is kept: to its page, or at once to whoever approves."""
    if field(fields, "then") != "submit":
        return see(f"{ROOM}/{id_}", done="bulletins.kept")
    try:
        await request.app[OFFICE].bulletins.submit(id_, by=officer)
    except HoiPhuongError:  # the draft is kept: its page has the button again, and says why not
        return see(f"{ROOM}/{id_}", done="bulletins.not_submitted")
    return see(f"{ROOM}/{id_}", done="bulletins.submitted")


async def _corrected(request: web.Request, officer: Officer, typed_: str) -> Whole | None:
    """The bulletin that is to be said right, if that is asked for."""
    if not typed_:
        return None
    whole = await request.app[OFFICE].bulletin_pages.one(_digits(typed_), by=officer)
    if whole.row.state not in {*OUT, "recalled"}:
        raise Refused("bulletin.not_out", id=whole.id)
    return whole


def _corrections(request: web.Request, wrong: Whole) -> Manuscript:
    """The words of the wrong one to begin with, marked as its correction."""
    before = kept(wrong)
    title = request.app[HOUSE].text(before.language, "console.bulletins.correction", title=before.title)
    return replace(before, title=title[:TITLE], alt="", urgent=False)


def _digits(typed_: str) -> int:
    if not (typed_.isascii() and typed_.isdecimal() and len(typed_) < 10):
        raise web.HTTPNotFound
    return int(typed_)


def _moment(seen: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(seen) if seen else None
    except ValueError:
        return None
