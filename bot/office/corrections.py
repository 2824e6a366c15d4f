"""Officers' corrections over the pack: each call is one transaction, and who and when is kept for good."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import WrongInput
from bot.office.rows import Change, Outcome, Wanted, Wrong, item_of, name_of, plan
from bot.storage import dead_numbers
from bot.storage.database import Database
from bot.storage.overlays import Entry, correct, history, overlays
from content.corrections import VIETNAM
from content.pack import Facts, Pack
from content.texts import texts
from content.values import WrongValue, clean, text


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

    async def _facts(self, session: AsyncSession, at: dt.date | None = None) -> Facts:
        today = dt.datetime.now(VIETNAM).date()
        return Facts(pack=self._pack, at=at or today, overlays=await overlays(session))

    def _own(self, item: str) -> str:
        typed = clean(item).lower()
        return self._pack.also.get(typed, typed)


async def _write(session: AsyncSession, changes: Iterable[Change], by: str) -> None:
    now = dt.datetime.now(dt.UTC)
    for change in changes:
        await correct(session, item=change.item, field=change.field, value=change.value, by=by, at=now)
        if change.field == "number":
            await dead_numbers.settled(session, change.item)


def _officer(by: str) -> str:
    try:
        return text(by, most=80)
    except WrongValue as why:
        raise WrongInput(texts("vi")("row.by")) from why
