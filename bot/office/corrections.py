"""Officers' corrections over the pack: each call is one transaction, and who and when is kept for good.

Whoever has the shell corrects everything, in the name that he gives; an officer of the console what is his unit's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import Refused, WrongInput
from bot.office.reach import must_change
from bot.office.rows import Change, Outcome, Wanted, Wrong, item_of, name_of, plan
from bot.storage import audit, dead_numbers
from bot.storage.database import Database
from bot.storage.officers import Officer
from bot.storage.overlays import Entry, correct, history, newest, overlays
from content.corrections import VIETNAM
from content.pack import Facts, Pack
from content.texts import texts
from content.values import WrongValue, clean, text

By = Officer | str  # a name: as whoever has the shell gives it


class Corrections:
    """The corrections of one house."""

    def __init__(self, pack: Pack, database: Database) -> None:
        self._pack = pack
        self._database = database

    async def facts(self, at: dt.date | None = None) -> Facts:
        """What is known on a day, today by default."""
        async with self._database.unit_of_work() as session:
            return await self._facts(session, at)

    async def change(self, rows: Iterable[Wanted], *, by: str, skip_wrong: bool = False) -> Outcome:
        """Write what is right and new; nothing at all where a row is wrong, unless told to skip it."""
        officer = _officer(by)
        async with self._database.unit_of_work() as session:
            outcome = plan(rows, await self._facts(session))
            if outcome.wrong and not skip_wrong:
                return outcome
            await _write(session, outcome.changes, officer)
        return replace(outcome, written=True)

    async def planned(self, item: str, values: Mapping[str, str | None]) -> Outcome:
        """What would become of these values; None takes a correction back, empty words ask for nothing."""
        async with self._database.reading() as session:
            return self._planned(self._own(item), values, await self._facts(session))

    async def edit(self, item: str, values: Mapping[str, str | None], *, by: Officer, seen: int) -> Outcome:
        """Write them, unless one is wrong or somebody corrected the item since its correction number `seen`."""
        id_ = self._own(item)
        must_change(by, id_, self._pack)
        async with self._database.unit_of_work() as session:
            outcome = self._planned(id_, values, await self._facts(session))
            if outcome.wrong or not outcome.changes:  # the second of two clicks finds nothing to do
                return outcome
            if await newest(session, id_) != seen:
                raise Refused("content.changed_since")
            await _write(session, outcome.changes, by)
        return replace(outcome, written=True)

    async def confirm(self, item: str, number: str, *, by: Officer) -> None:
        """The officer answers for this number: he, or one he asked, has called it (rule of truth 2)."""
        id_ = self._own(item)
        must_change(by, id_, self._pack)
        async with self._database.unit_of_work() as session:
            facts = await self._facts(session)
            outcome = self._planned(id_, {"number": number}, facts)
            if outcome.wrong:
                why = outcome.wrong[0].why
                raise Refused(why.key, **why.fields)
            lying = facts.corrected(id_).get("number")
            if lying and not outcome.changes and (lying.by, lying.day) == (by.name, facts.at):  # asked twice
                await dead_numbers.settled(session, id_)
                return
            same = Change(line=1, item=id_, field="number", before=number, value=lying.value if lying else number)
            await _write(session, outcome.changes or [same], by, action="content.confirm")

    async def still_right(self, item: str, until: dt.date, *, by: Officer) -> None:
        """The officer has looked at an item, and it holds until that day."""
        id_ = self._own(item)
        must_change(by, id_, self._pack)
        async with self._database.unit_of_work() as session:
            outcome = self._planned(id_, {"review_by": until.isoformat()}, await self._facts(session))
            if outcome.wrong:
                why = outcome.wrong[0].why
                raise Refused(why.key, **why.fields)
            await _write(session, outcome.changes, by, action="content.review")

    async def seen(self, item: str) -> int:
        """The number of an item's last correction, for `edit`."""
        async with self._database.reading() as session:
            return await newest(session, self._own(item))

    async def take_back(self, item: str, fields: Sequence[str], *, by: str) -> Outcome:
        """Take corrections back: what the pack says counts again, and the history keeps both."""
        officer = _officer(by)
        id_ = self._own(item)
        changes: list[Change] = []
        wrong: list[Wrong] = []
        async with self._database.unit_of_work() as session:
            lying = (await overlays(session)).get(id_, {})  # of an item that has left the pack, too
            for field in dict.fromkeys(map(name_of, fields)):
                if overlay := lying.get(field):
                    changes.append(Change(line=1, item=id_, field=field, before=overlay.value, value=None))
                else:
                    why = WrongValue("row.not_corrected", id=id_[:64], field=field[:40])
                    wrong.append(Wrong(line=1, item=id_, field=field, why=why))
            if not wrong:
                await _write(session, changes, officer)
        return Outcome(changes=tuple(changes), wrong=tuple(wrong), written=not wrong)

    async def dead_numbers(self) -> dict[str, int]:
        """How often residents could not reach each hotline since its number was last set."""
        async with self._database.reading() as session:
            return await dead_numbers.reported(session)

    async def history(self, item: str) -> list[Entry]:
        """Every correction of an item, oldest first; `WrongValue` where neither the pack nor the history knows it."""
        async with self._database.unit_of_work() as session:
            entries = await history(session, self._own(item))
            if not entries:
                item_of(item, await self._facts(session))
        return entries

    @staticmethod
    def _planned(id_: str, values: Mapping[str, str | None], facts: Facts) -> Outcome:
        wanted = [Wanted(line=1, item=id_, field=name, value=value) for name, value in values.items() if value]
        outcome = plan(wanted, facts)
        lying = facts.corrected(id_)
        back = tuple(
            Change(line=1, item=id_, field=name, before=lying[name].value, value=None)
            for name, value in values.items()
            if value is None and name in lying
        )
        return replace(outcome, changes=outcome.changes + back)

    async def _facts(self, session: AsyncSession, at: dt.date | None = None) -> Facts:
        today = dt.datetime.now(VIETNAM).date()
        return Facts(pack=self._pack, at=at or today, overlays=await overlays(session))

    def _own(self, item: str) -> str:
        typed = clean(item).lower()
        return self._pack.also.get(typed, typed)


async def _write(session: AsyncSession, changes: Iterable[Change], by: By, *, action: str = "content.change") -> None:
    now = dt.datetime.now(dt.UTC)
    name, logged = (by, audit.SHELL) if isinstance(by, str) else (by.name, by.name)
    for change in changes:
        await correct(session, item=change.item, field=change.field, value=change.value, by=name, at=now)
        if change.field == "number":
            await dead_numbers.settled(session, change.item)
        detail = {"field": change.field, "value": change.value} | ({} if logged == name else {"for": name})
        deed = "content.back" if change.value is None else action
        subject = f"content:{change.item}"
        audit.log(session, by=logged, action=deed, subject=subject, detail=detail, at=now)


def _officer(by: str) -> str:
    try:
        return text(by, most=80)
    except WrongValue as why:
        raise WrongInput(texts("vi")("row.by")) from why
