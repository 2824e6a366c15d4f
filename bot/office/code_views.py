"""What an officer sees of the printed codes: those of his units, one code with its history, each tổ added up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.errors import WrongInput
from bot.office.codes import Codes, Issued, Looked, today
from bot.storage import code_views as stored
from bot.storage import codes
from bot.storage.code_views import Asked, Place, Wish
from bot.storage.codes import Scanned
from bot.storage.database import Database
from bot.storage.moments import utc
from bot.storage.officers import Officer
from content.pack import Pack
from content.texts import texts

PAGE: Final = 50  # codes of one page
MOST_BOARDS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One page of a list."""

    rows: Sequence[Issued]
    count: int  # of all that fit
    after: int | None  # where the next page begins; None: this is the last


@dataclass(frozen=True, slots=True, kw_only=True)
class Aimed:
    """What a code was aimed at from a moment on; `target` "" from when it was revoked."""

    target: str
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class One:
    """One code, whole."""

    looked: Looked
    issued: Issued
    history: Sequence[Aimed]
    days: Sequence[tuple[dt.date, str, int]] | None  # None for a household's card: its scans are told per tổ only
    place: str  # where it hangs, if it is a board on a wall
    hung_on: dt.date | None
    group: Place | None  # its tổ, added up
    may_change: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One board on a wall."""

    issued: Issued
    place: str
    done_on: dt.date
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a list can be narrowed to."""

    units: Sequence[str]
    campaigns: Sequence[str]
    groups: Sequence[str]


class CodeViews:
    """The printed codes of one house, as the console shows them."""

    def __init__(self, database: Database, pack: Pack, codes: Codes) -> None:
        self._database = database
        self._pack = pack
        self._codes = codes

    def units_of(self, by: Officer) -> tuple[str, ...] | None:
        """The units whose codes he may see; None: all, and those of the whole locality."""
        if by.may("editor", None) or by.may("approver", None):
            return None
        return tuple(unit for unit in self._pack.units if by.may("editor", unit) or by.may("approver", unit))

    def may_print_for(self, by: Officer) -> tuple[str, ...]:
        """The units that he may print for, "" among them where he may for the whole locality."""
        own = tuple(unit for unit in self._pack.units if by.may("editor", unit))
        return ("", *own) if by.may("editor", None) else own

    async def listed(self, wish: Wish, by: Officer, *, after: int | None = None) -> Listed:
        """The newest first, a page at a time."""
        wish = replace(wish, units=self.units_of(by))
        async with self._database.reading() as session:
            found = await stored.page(session, wish, today(), after=after, most=PAGE + 1)
            count = await stored.count(session, wish, today())
        key = await self._codes.key()
        rows = [self._codes.issued(code, key) for code in found[:PAGE]]
        return Listed(rows=rows, count=count, after=rows[-1].serial if len(found) > PAGE else None)

    async def count(self, wish: Wish, by: Officer) -> int:
        """How many of his codes fit."""
        async with self._database.reading() as session:
            return await stored.count(session, replace(wish, units=self.units_of(by)), today())

    async def choices(self, by: Officer, unit: str | None = None) -> Choices:
        """The units, campaigns and tổ that he can choose from."""
        units = self.units_of(by)
        async with self._database.reading() as session:
            campaigns = await stored.campaigns(session, units)
            groups = await stored.groups(session, units, unit)
        known = tuple(self._pack.units) if units is None else units
        return Choices(units=known, campaigns=campaigns, groups=groups)

    async def one(self, typed: str, by: Officer) -> One:
        """A code and all that is known of it; `WrongInput` where it is none that he may see."""
        looked = await self._codes.look(typed)
        issued, units = looked.issued, self.units_of(by)
        if issued is None or (units is not None and issued.unit not in units):
            key = "qr.code.mistyped" if looked.state == "mistyped" else "qr.code.unknown"
            raise WrongInput(texts("vi")(key, code=typed.strip()[:60]))
        async with self._database.reading() as session:
            history = await codes.history(session, issued.serial)
            board = await stored.hangs(session, issued.serial)
            # A card with a reference went to one household, unless it hangs on a wall: who scans it is that
            # household's business, and only its tổ is counted.
            own = issued.ref is None or board is not None
            days = await stored.days(session, issued.serial) if own else None
            places = await stored.places(session, Wish(unit=issued.unit, campaign=issued.campaign), today())
        return One(
            looked=looked, issued=issued, days=days, place=board.place if board else "",
            hung_on=board.done_on if board else None,
            history=[Aimed(target=aim.target, by=aim.by, at=utc(aim.at)) for aim in history],
            group=next((each for each in places if issued.group and each.group == issued.group), None),
            may_change=by.may("editor", issued.unit or None),
        )  # fmt: skip

    async def places(self, wish: Wish, by: Officer) -> list[Place]:
        """Each tổ of each campaign: printed, handed out, never scanned, scans."""
        async with self._database.reading() as session:
            return await stored.places(session, replace(wish, units=self.units_of(by)), today())

    async def boards(self, wish: Wish, by: Officer) -> list[Board]:
        """What hangs on walls, the newest first."""
        wish = replace(wish, units=self.units_of(by))
        async with self._database.reading() as session:
            found = await stored.boards(session, wish, MOST_BOARDS)
        key = await self._codes.key()
        return [
            Board(issued=self._codes.issued(code, key), place=visit.place, done_on=visit.done_on, remark=visit.remark)
            for visit, code in found
        ]

    async def scanned(
        self, by: Officer, *, unit: str | None, campaign: str | None, since: dt.date | None, until: dt.date | None
    ) -> list[Scanned]:
        """The scans of these days, both included; never by household."""
        units = self.units_of(by)
        rows = await self._codes.scanned(unit=unit, campaign=campaign, since=since, until=until)
        return [row for row in rows if units is None or row.unit in units]


__all__ = ["PAGE", "Aimed", "Asked", "Board", "Choices", "CodeViews", "Listed", "One", "Place", "Wish"]
