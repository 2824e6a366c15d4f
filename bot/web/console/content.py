"""What residents are told: find an item, correct it, see it tried, save it; take a change back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from aiohttp import web

from bot.office.contents import Card
from bot.office.reach import WRITERS, may_change, units_of
from bot.office.rows import Outcome
from bot.storage.officers import Officer
from bot.web.console.guard import Fields, field, form, signed_in
from bot.web.console.looks import OFFICE, console_page, see
from bot.web.console.menu import HOME
from bot.web.house import HOUSE
from bot.web.language import language
from bot.web.paths import path_of
from content.corrections import VIETNAM
from content.finding import found
from content.texts import as_of, day, money

ROOM: Final = HOME + "/noi-dung"
ITEM: Final = ROOM + "/muc/{id}"
TRY: Final = ITEM + "/xem-truoc"
SAVE: Final = ITEM + "/luu"
PHONES: Final = ROOM + "/so-dien-thoai"
DUE: Final = ROOM + "/den-han"
LONGEST: Final = 2500  # characters of a field; more than any may have, so that the check says so
DAYS: Final = 60  # ahead, of what is due


@signed_in(*WRITERS)
async def content(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/noi-dung?q=`: search, and what waits."""
    office, house = request.app[OFFICE], request.app[HOUSE]
    words = request.query.get("q", "").strip()[:100]
    phones, due = await office.contents.phones(), await office.contents.due(DAYS)
    return console_page(
        request, "console/content.html", officer,
        q=words,
        found=[(id_, title(request, id_), kind_of(id_, request)) for id_ in found(house.facts.pack, words)],
        dead=len(phones.dead), unconfirmed=len(phones.waiting), missing=len(phones.missing),
        due=sum(len(owner.items) + len(owner.changes) for owner in due.owners),
    )  # fmt: skip


@signed_in(*WRITERS)
async def item(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET /can-bo/noi-dung/muc/<id>`; a POST brings back what was typed, to go on with it."""
    card = await _card(request)
    typed = _typed(await form(request), card) if request.method == "POST" else {}
    return _item(request, officer, card, typed=typed)


@signed_in(*WRITERS)
async def tried(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST …/xem-truoc`: nothing is written; bot, page and sheet as they are beside what they would be."""
    card = await _card(request)
    office, fields = request.app[OFFICE], await form(request)
    typed = _typed(fields, card)
    values = {name: value for name, value in typed.items() if not _same(value, _shown(card, name))}
    outcome = await office.corrections.planned(card.id, values)
    if outcome.wrong or not outcome.changes:
        return _item(request, officer, card, typed=typed, outcome=outcome)
    may = may_change(officer, card.id, request.app[HOUSE].facts.pack)
    places = await office.preview.tried(card.id, outcome.changes, by=officer.name, lang=language(request))
    return console_page(
        request, "console/content_try.html", officer,
        card=card, heading=title(request, card.id), places=places, changes=outcome.changes, may=may,
        packed={shown.name: shown.packed for shown in card.fields}, old_rule=bool(outcome.without_rule),
        spoken=lambda field_, words: _spoken(request, field_, words), paths=_paths(card.id),
    )  # fmt: skip


@signed_in(*WRITERS)
async def back_to_item(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`GET …/xem-truoc`: a preview is of a form that was sent; without one there is the item itself."""
    return see(_paths((await _card(request)).id)["item"])


@signed_in(*WRITERS)
async def save(request: web.Request, officer: Officer) -> web.StreamResponse:
    """`POST …/luu`: live with the next question, in every process."""
    card = await _card(request)
    fields = await form(request)
    seen = field(fields, "seen", 12)
    outcome = await request.app[OFFICE].corrections.edit(
        card.id, _typed(fields, card), by=officer, seen=int(seen) if seen.isdecimal() and seen.isascii() else -1
    )
    if outcome.wrong:
        return _item(request, officer, card, typed=_typed(fields, card), outcome=outcome)
    return see(_paths(card.id)["item"], done="content.saved")


def title(request: web.Request, id_: str) -> str:
    """What an item is, in the words of people."""
    return request.app[HOUSE].landing.title_of(id_, language(request))


def kind_of(id_: str, request: web.Request) -> str:
    """Which kind it is; `console.content.kind.<kind>` says it."""
    head = id_.partition(":")[0]
    if head in {"hotline", "homestay", "sight", "club"}:
        return head
    return "procedure" if id_ in request.app[HOUSE].facts.pack.procedures else "initiative"


async def _card(request: web.Request) -> Card:
    card = await request.app[OFFICE].contents.card(request.match_info["id"].lower())
    if card is None:
        raise web.HTTPNotFound
    return card


def _item(
    request: web.Request,
    officer: Officer,
    card: Card,
    *,
    typed: Mapping[str, str | None],
    outcome: Outcome | None = None,
) -> web.Response:
    house, lang = request.app[HOUSE], language(request)
    pack = house.facts.pack
    wrong = {one.field: house.text(lang, one.why.key, **one.why.fields) for one in outcome.wrong} if outcome else {}
    return console_page(
        request, "console/content_item.html", officer, status=400 if wrong else 200,
        card=card, heading=title(request, card.id), kind=kind_of(card.id, request), typed=typed, wrong=wrong,
        nothing=outcome is not None and not wrong,
        may=may_change(officer, card.id, pack), public=path_of(pack, card.id), paths=_paths(card.id),
        units=[pack.units[unit].name.in_(lang) for unit in units_of(card.id, pack) if unit in pack.units],
        as_of=as_of, day=day, on=lambda moment: f"{moment.astimezone(VIETNAM):%d/%m/%Y}",
        spoken=lambda field_, words: _spoken(request, field_, words),
    )  # fmt: skip


def _paths(id_: str) -> dict[str, str]:
    return {"item": ITEM.format(id=id_), "try": TRY.format(id=id_), "save": SAVE.format(id=id_)}


def _typed(fields: Fields, card: Card) -> dict[str, str | None]:
    """What the form says of each field; None takes its correction back, as emptying it does."""
    back = {name for name in fields.getall("back", []) if isinstance(name, str)}
    typed: dict[str, str | None] = {}
    for shown in card.fields:
        if shown.name in back:
            typed[shown.name] = None
        elif shown.name in fields:
            words = field(fields, shown.name, LONGEST)
            typed[shown.name] = None if shown.overlay and not words.strip() else words
    return typed


def _shown(card: Card, name: str) -> str:
    return next(shown.current for shown in card.fields if shown.name == name)


def _same(typed: str | None, current: str) -> bool:
    """Whether a field stands as it was shown, whatever a browser does to the ends of its lines."""
    return typed is not None and typed.split() == current.split()


def _spoken(request: web.Request, name: str, words: str | None) -> str:
    """A value as people say it."""
    house, lang = request.app[HOUSE], language(request)
    match name, words or "":
        case _, "":
            return house.text(lang, "console.content.nothing")
        case "open", _:
            return house.text(lang, f"console.content.open.{words}")
        case "fee", figure:
            return money(int(figure))
        case "review_by", iso:
            return day(dt.date.fromisoformat(iso))
        case _, said:
            return said
