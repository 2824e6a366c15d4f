"""What an officer sees of the content: an item and its past, phone numbers, what is due. Nothing is written here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage import dead_numbers
from bot.storage.database import Database
from bot.storage.overlays import Entry, history, newest, overlays
from content import corrections, stale
from content.corrections import VIETNAM, Overlay
from content.pack import Facts, Number, Pack
from content.schema import Hotline, Item, Place, Source, Unit
from content.stale import Owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One field of an item."""

    name: str
    packed: str  # what the pack says on this day, as an officer would write it
    overlay: Overlay | None  # the correction over it

    @property
    def current(self) -> str:
        """What is said now."""
        return self.overlay.value if self.overlay else self.packed


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One correction, and what lay there before it; None: what the pack says."""

    entry: Entry
    before: str | None
    last: bool  # nothing came after it in its field


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An item, whole."""

    id: str
    item: Item
    fields: tuple[Shown, ...]
    past: tuple[Past, ...]  # the newest first
    sources: tuple[Source, ...]
    number: Number | None  # that residents are shown
    seen: int  # the number of its last correction


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A number, or the place where one is missing."""

    id: str
    item: Item
    known: str | None  # as the pack has it, shown or not
    shown: Number | None
    source: Source
    dead: int  # how often residents could not reach it


@dataclass(frozen=True, slots=True, kw_only=True)
class Phones:
    """All numbers, by what is to be done."""

    dead: tuple[Phone, ...]  # residents could not reach them
    waiting: tuple[Phone, ...]  # known, and no officer has confirmed them
    missing: tuple[Phone, ...]  # of units: nobody knows one
    confirmed: tuple[Phone, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToReview:
    """What grows old."""

    owners: tuple[Owner, ...]
    undated: int
    facts: Facts


class Contents:
    """The content of one house, with its corrections."""

    def __init__(self, pack: Pack, database: Database) -> None:
        self._pack = pack
        self._database = database

    async def card(self, id_: str) -> Card | None:
        """An item; None where there is none."""
        id_ = self._pack.also.get(id_, id_)
        packed = self._pack.item(id_)
        if packed is None:
            return None
        async with self._database.reading() as session:
            facts = await self._facts(session)
            entries, seen = await history(session, id_), await newest(session, id_)
        lying = facts.corrected(id_)
        fields = tuple(
            Shown(name=f.name, packed=corrections.now(packed, f.name, facts.at), overlay=lying.get(f.name))
            for f in corrections.fields_of(packed)
        )
        return Card(
            id=id_, item=facts.item(id_) or packed, fields=fields, past=_past(entries),
            sources=self._pack.cite(packed), number=facts.number(id_), seen=seen,
        )  # fmt: skip

    async def phones(self) -> Phones:
        """Every number that an officer can confirm."""
        async with self._database.reading() as session:
            facts, reports = await self._facts(session), await dead_numbers.reported(session)
        every = [
            self._phone(id_, item, facts, reports.get(id_, 0))
            for id_, item in self._pack.items()
            if isinstance(item, Hotline | Unit | Place) and corrections.field_of(item, "number")
        ]
        dead = tuple(sorted((one for one in every if one.dead and one.shown), key=lambda one: -one.dead))
        rest = [one for one in every if one not in dead]
        return Phones(
            dead=dead,
            waiting=tuple(one for one in rest if one.known and not _confirmed(one)),
            missing=_missing(rest),
            confirmed=tuple(one for one in rest if _confirmed(one)),
        )

    async def phone(self, id_: str) -> Phone | None:
        """One of them."""
        item = self._pack.item(id_)
        if item is None or corrections.field_of(item, "number") is None:
            return None
        async with self._database.reading() as session:
            facts, reports = await self._facts(session), await dead_numbers.reported(session)
        return self._phone(id_, item, facts, reports.get(id_, 0))

    async def due(self, days: int) -> ToReview:
        """What is past its review date or comes to it within so many days, by who keeps it true."""
        async with self._database.reading() as session:
            facts = await self._facts(session)
        return ToReview(owners=tuple(stale.by_owner(facts, days)), undated=stale.undated(facts), facts=facts)

    def _phone(self, id_: str, item: Item, facts: Facts, dead: int) -> Phone:
        known = item.number if isinstance(item, Hotline) else None
        source = self._pack.cite(item)[0]
        return Phone(id=id_, item=item, known=known, shown=facts.number(id_), source=source, dead=dead)

    async def _facts(self, session: AsyncSession) -> Facts:
        today = dt.datetime.now(VIETNAM).date()
        return Facts(pack=self._pack, at=today, overlays=await overlays(session))


def _confirmed(phone: Phone) -> bool:
    return phone.shown is not None and phone.shown.verified_by is not None


def _missing(phones: list[Phone]) -> tuple[Phone, ...]:
    """Units whose number nobody knows; those that serve today first, since they answer for the others too."""
    old = {one.id: one.item.successor for one in phones if isinstance(one.item, Unit) and not one.shown}
    return tuple(sorted((one for one in phones if one.id in old), key=lambda one: old[one.id] is not None))


def _past(entries: list[Entry]) -> tuple[Past, ...]:
    """The newest first, each with what it took the place of."""
    lay: dict[str, str | None] = {}
    last = {entry.field: entry.id for entry in entries}
    past = []
    for entry in entries:
        past.append(Past(entry=entry, before=lay.get(entry.field), last=last[entry.field] == entry.id))
        lay[entry.field] = entry.value
    return tuple(reversed(past))
