"""The round from door to door: the list that goes along, and what came of it; boards on walls likewise."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.errors import NotAllowed, WrongInput
from bot.office.codes import By, Codes, Issued, today
from bot.office.sheets import Wrong, beside
from bot.storage import audit, visits
from bot.storage.database import Database
from bot.storage.officers import Officer
from content.pack import Pack
from content.schema import Lang
from content.texts import day, texts
from qr import visited
from qr.codes import spaced
from qr.delimited import BadRow, WrongFile
from qr.visited import Done

Kind = Literal["round", "board", "missed"]  # missed: nobody was at home; the card is still to be handed over


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """A card, and the last that is known of it."""

    issued: Issued
    done_on: dt.date | None  # None while it is still to be handed over
    place: str
    remark: str
    missed_on: dt.date | None = None  # when nobody was at home, last


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What came of entries."""

    done: int  # written down now
    known: int  # stood there already
    wrong: Sequence[Wrong]


class Visits:
    """The rounds of one house."""

    def __init__(self, database: Database, pack: Pack, codes: Codes) -> None:
        self._database = database
        self._pack = pack
        self._codes = codes

    async def listed(self, *, unit: str, group: str | None = None, campaign: str | None = None) -> list[Visited]:
        """The cards of a unit that still work, by group, each with the last entry."""
        issued = await self._codes.listed(unit=unit, group=group, campaign=campaign)
        issued = [one for one in issued if one.revoked_at is None]
        async with self._database.reading() as session:
            last = await visits.latest(session, [one.serial for one in issued])
        found = [
            Visited(
                issued=one, done_on=entry.done_on if entry and entry.kind != "missed" else None,
                place=entry.place if entry else "", remark=entry.remark if entry else "",
                missed_on=entry.done_on if entry and entry.kind == "missed" else None,
            )
            for one in issued
            for entry in [last.get(one.serial)]
        ]  # fmt: skip
        return sorted(found, key=lambda row: (row.issued.group, row.issued.serial))

    async def sheet(
        self, out: Path, *, unit: str, group: str | None = None, campaign: str | None = None, lang: Lang = "vi"
    ) -> int:
        """Write the list of a round as PDF, and how many cards it has; `WrongInput` where there is none."""
        from qr.sheets.visits import VisitRow, VisitWords, write  # what draws is imported where something is drawn

        say = texts(lang)
        if unit not in self._pack.units:
            raise WrongInput(say("qr.unit.unknown", unit=unit[:60], units=", ".join(self._pack.units)))
        found = await self.listed(unit=unit, group=group, campaign=campaign)
        if not found:
            raise WrongInput(say("qr.visits.none"))
        shown = [
            VisitRow(
                code=spaced(row.issued.code), ref=row.issued.ref or "", label=row.issued.label or row.place,
                done=day(row.done_on) if row.done_on else "", remark=row.remark,
            )
            for row in found
        ]  # fmt: skip
        name = self._pack.units[unit].name.in_(lang)
        words = VisitWords(
            title=say("qr.visits.title"),
            under=" · ".join(part for part in (name, _group(group, lang), campaign) if part),
            printed=say("qr.sheet.printed", date=day(today())),
            columns=(
                say("qr.visits.number"), say("qr.visits.card"), say("qr.visits.ref"), say("qr.visits.label"),
                say("qr.visits.done"), say("qr.visits.remark"),
            ),
            page=say("qr.visits.page"),
        )  # fmt: skip
        async with beside(out) as part:
            await asyncio.to_thread(write, part, shown, words)
            await asyncio.to_thread(os.replace, part, out)
        return len(found)

    async def enter(self, entries: Sequence[Done], *, kind: Kind, by: By) -> Entered:
        """Write down what was done: what is right is kept, what is wrong is told with its line."""
        wrong: list[Wrong] = []
        good: list[tuple[Done, Issued]] = []
        for entry in entries:
            looked = await self._codes.look(entry.code)
            if entry.done_on > today():
                wrong.append(_wrong(BadRow(line=entry.line, key="qr.row.tomorrow", ref=entry.code)))
            elif kind == "board" and not entry.place and not (looked.issued and looked.issued.label):
                wrong.append(_wrong(BadRow(line=entry.line, key="qr.row.no_place", ref=entry.code)))
            elif looked.issued is None:
                key = f"qr.code.{looked.state}"
                wrong.append(
                    _wrong(BadRow(line=entry.line, key=key, fields={"code": entry.code[:60]}, ref=entry.code))
                )
            else:
                _allow(by, looked.issued.unit)
                good.append((entry, looked.issued))
        name = by.name if isinstance(by, Officer) else by
        new = 0
        async with self._database.unit_of_work() as session:
            for entry, issued in good:
                place = entry.place or (issued.label if kind == "board" else "")
                if await visits.done(
                    session, serial=issued.serial, kind=kind, done_on=entry.done_on, place=place[:200],
                    remark=entry.remark[:300], by=name,
                ):  # fmt: skip
                    new += 1
            if new:
                units = sorted({issued.unit for _, issued in good})
                audit.log(session, by=name, action=f"qr.{kind}", subject="visits", detail={"n": new, "units": units})
        return Entered(done=new, known=len(good) - new, wrong=wrong)

    async def enter_csv(self, file: Path, *, kind: Kind, done_on: dt.date, by: By) -> Entered:
        """Write down a whole list; `done_on` is the day of the rows that name none."""
        try:
            found = await asyncio.to_thread(visited.head, file)
            rows = await asyncio.to_thread(lambda: list(visited.read(file, found, done_on)))
        except WrongFile as why:
            raise WrongInput(texts("vi")(why.key, **why.fields)) from why
        except OSError as error:
            raise WrongInput(texts("vi")("sheet.unreadable", file=file, why=error.strerror or error)) from error
        entered = await self.enter([row for row in rows if isinstance(row, Done)], kind=kind, by=by)
        wrong = [*entered.wrong, *(_wrong(row) for row in rows if isinstance(row, BadRow))]
        return Entered(done=entered.done, known=entered.known, wrong=sorted(wrong, key=lambda w: w.line))


def _group(group: str | None, lang: Lang) -> str:
    return texts(lang)("qr.sheet.group", group=group) if group and group[0].isdigit() else group or ""


def _wrong(row: BadRow) -> Wrong:
    return Wrong(line=row.line, ref=row.ref[:60], error=row.key, message=texts("vi")(row.key, **row.fields))


def _allow(by: By, unit: str) -> None:
    if isinstance(by, Officer) and not by.may("editor", unit or None):
        raise NotAllowed("qr.not_allowed", unit=unit or "*")
