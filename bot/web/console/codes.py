"""The printed codes: their list, and each one with what it opens, its picture, its scans and what can be changed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, get_args
from urllib.parse import urlencode

from aiohttp import web
from markupsafe import Markup

from bot.errors import HoiPhuongError, WrongInput
from bot.office.code_views import Asked, Wish
from bot.office.codes import Issued, state_of, today
from bot.office.sheets import Order
from bot.storage.officers import Officer
from bot.web.console.guard import field, form, signed_in
from bot.web.console.looks import OFFICE, console_page, said, see
from bot.web.console.menu import HOME
from bot.web.house import HOUSE
from bot.web.language import language
from bot.web.plot import Bar, plot
from content.texts import day
from qr import square
from qr.codes import is_test, spaced
from qr.sheets import DEFAULT_LABELS, KINDS, LABELS

HERE: Final = HOME + "/ma-qr"
DAYS: Final = 12  # bars of a plot: so many fill the width of a phone
STATES: Final[tuple[Asked, ...]] = get_args(Asked)


def filter_of(request: web.Request) -> Wish:
    """What a list is narrowed to, as its address says."""
    asked = {name: request.query.get(name, "").strip()[:60] or None for name in ("unit", "campaign", "group")}
    state = next((state for state in STATES if state == request.query.get("state")), None)
    return Wish(unit=asked["unit"], campaign=asked["campaign"], group=asked["group"], state=state)


def query_of(wish: Wish, **more: object) -> str:
    """The same as an address."""
    kept = {name: getattr(wish, name) for name in ("unit", "campaign", "group", "state")} | more
    return urlencode({name: str(value) for name, value in kept.items() if value is not None})


def common(request: web.Request) -> dict[str, Any]:
    """What all pages of this room say in the same words."""
    lang, units = language(request), request.app[HOUSE].facts.pack.units
    say = request.app[HOUSE].text

    def unit(id_: str) -> str:
        return units[id_].name.in_(lang) if id_ in units else id_ or say(lang, "console.everywhere")

    def group(words: str) -> str:
        return say(lang, "qr.sheet.group", group=words) if words[:1].isdigit() else words

    return {
        "here": HERE,
        "unit_name": unit,
        "group_name": group,
        "title_of": lambda target: request.app[OFFICE].targets.title(target, lang),
        "spaced": spaced,
        "day": day,
        "trial": is_test(request.app[HOUSE].public_url),
        "public": request.app[HOUSE].public_url,
    }


@signed_in("editor", "approver")
async def codes(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/ma-qr?unit=&campaign=&group=&state=&after=&code=`: the newest codes first."""
    views, wish = request.app[OFFICE].code_views, filter_of(request)
    typed, why = request.query.get("code", "").strip()[:300], ""
    if typed:
        try:
            found = await views.one(typed, officer)
            return see(f"{HERE}/ma/{found.issued.code}")
        except HoiPhuongError as error:
            why = said(request, error)
    after = request.query.get("after", "")
    listed = await views.listed(
        wish, officer, after=int(after) if after.isascii() and after.isdecimal() and len(after) < 10 else None
    )
    return console_page(
        request, "console/codes.html", officer, status=400 if why else 200, why=why, typed=typed, wish=wish,
        listed=listed, choices=await views.choices(officer, wish.unit), states=STATES,
        state=lambda issued: state_of(issued, today()), narrowed=wish != Wish(),
        older=query_of(wish, after=listed.after) if listed.after else "", may_print=views.may_print_for(officer),
        **common(request),
    )  # fmt: skip


@signed_in("editor", "approver")
async def one(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/ma-qr/ma/<code>?q=`: with `q` what it could open instead."""
    return await _one(request, officer)


@signed_in("editor")
async def aim(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/ma-qr/ma/<code>/doi`: it opens something else from now on."""
    code, fields = request.match_info["code"], await form(request)
    await request.app[OFFICE].code_views.one(code, officer)
    try:
        await request.app[OFFICE].codes.retarget(code, field(fields, "target", 120), by=officer)
    except WrongInput as error:
        return await _one(request, officer, why=said(request, error))
    return see(f"{HERE}/ma/{code}", done="codes.aimed")


@signed_in("editor")
async def revoke(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST /can-bo/ma-qr/ma/<code>/rut`: it opens nothing any more, once the officer has said that he means it."""
    code, fields = request.match_info["code"], await form(request)
    await request.app[OFFICE].code_views.one(code, officer)
    if field(fields, "sure") != "yes":
        why = request.app[HOUSE].text(language(request), "console.codes.revoke.unsure")
        return await _one(request, officer, why=why)
    await request.app[OFFICE].codes.revoke([code], by=officer)
    return see(f"{HERE}/ma/{code}", done="codes.revoked")


@signed_in("editor", "approver")
async def picture(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/ma-qr/ma/<code>/anh.svg`, `anh.png`: its square, for whoever draws a poster of his own."""
    issued = (await request.app[OFFICE].code_views.one(request.match_info["code"], officer)).issued
    form_ = request.match_info["form"]
    trial = "TEST" if is_test(request.app[HOUSE].public_url) else ""
    mark = request.query.get("mark") == "1"
    if form_ == "png":
        body, type_ = square.png(issued.link, mark=mark, strip=trial), "image/png"
    else:
        body, type_ = square.svg(issued.link, mark=mark, strip=trial).encode(), "image/svg+xml"
    return _file(body, type_, f"{spaced(issued.code)}.{form_}")


@signed_in("editor", "approver")
async def card(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/ma-qr/ma/<code>/the.pdf?kind=&labels=`: this card alone, printed again."""
    issued = (await request.app[OFFICE].code_views.one(request.match_info["code"], officer)).issued
    kind = next((kind for kind in KINDS if kind == request.query.get("kind")), None)
    labels = request.query.get("labels", DEFAULT_LABELS)
    if kind is None or labels not in LABELS or (kind == "bulletin-poster" and not is_bulletin(issued)):
        raise web.HTTPNotFound
    order = Order(kind=kind, target=issued.target, csv=Path(), labels=labels)
    body = await request.app[OFFICE].proofs.again(issued, order)
    return _file(body, "application/pdf", f"{spaced(issued.code)}.pdf")


def is_bulletin(issued: Issued) -> bool:
    """Whether it opens one bulletin."""
    return issued.target.startswith("bulletin:")


async def _one(request: web.Request, officer: Officer, *, why: str = "") -> web.Response:
    found = await request.app[OFFICE].code_views.one(request.match_info["code"], officer)
    lang, words = language(request), request.query.get("q", "").strip()[:120]
    aims = await request.app[OFFICE].targets.found(words, lang) if found.may_change else ()
    channels: Counter[str] = Counter()
    by_day: Counter[object] = Counter()
    for date, channel, n in found.days or ():
        channels[channel] += n
        by_day[date] += n
    kinds = [kind for kind in KINDS if kind != "bulletin-poster" or is_bulletin(found.issued)]
    return console_page(
        request, "console/codes_one.html", officer, status=400 if why else 200, why=why, one=found,
        issued=found.issued, square=Markup(square.svg(found.issued.link)),  # noqa: S704 - drawn by us
        aims=aims, words=words, channels=channels, scans=sum(by_day.values()),
        plot=day_plot(by_day), weeks=week_plot(by_day), days=DAYS, kinds=kinds, labels=LABELS, **common(request),
    )  # fmt: skip


def day_plot(counts: Mapping[object, int], days: int = DAYS) -> Markup:
    """The last days, today at the end."""
    last = today()
    dates = [last - dt.timedelta(days=back) for back in reversed(range(days))]
    return plot([Bar(label=f"{date:%d/%m}", value=counts.get(date, 0)) for date in dates])


def week_plot(counts: Mapping[object, int], weeks: int = DAYS) -> Markup:
    """The last weeks, by their Mondays; the one that runs at the end."""
    monday = today() - dt.timedelta(days=today().weekday())
    bars = []
    for back in reversed(range(weeks)):
        first = monday - dt.timedelta(weeks=back)
        value = sum(counts.get(first + dt.timedelta(days=n), 0) for n in range(7))
        bars.append(Bar(label=f"{first:%d/%m}", value=value))
    return plot(bars)


def _file(body: bytes, type_: str, name: str) -> web.Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=body, content_type=type_, headers=headers)
