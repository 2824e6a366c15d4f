"""The talks as pages see them: who waits, the thread, and an officer's deeds; and the hours of duty."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Channel, Say
from bot.dialogue.saying import queue
from bot.errors import NotAllowed, Refused, WrongInput
from bot.office.doubts import Doubts
from bot.office.handover import Handover
from bot.office.handover_hours import week_of
from bot.office.handover_views import Entry, Thread, UnitHours, entry_of, said_of
from bot.storage import audit, contacts, handovers, officers
from bot.storage.database import Database
from bot.storage.handovers import DOUBT, LISTED, TALK, Hours, Talk
from bot.storage.officers import EVERYWHERE, Officer
from content import hours
from content.pack import Pack

MOST: Final = 2000  # talks looked through for one officer
By = Officer | str  # an officer, or `audit.SHELL`


class HandoverDesk:
    """Each method is one transaction; `Refused` says what cannot be done, in words.

    What a page sends twice is done once: a deed that is done already, by the same officer, is no fault of his.
    """

    def __init__(
        self,
        database: Database,
        pack: Pack,
        handover: Handover,
        doubts: Doubts,
        channels: Mapping[str, Channel],
        rang: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._pack = pack
        self._handover = handover
        self._doubts = doubts
        self._channels = channels
        self._rang = rang  # there is something to send

    async def open_talks(self, by: Officer) -> list[Entry]:
        """The talks that he may answer: those in danger first, then the oldest."""
        async with self._database.reading() as session:
            mine = await self._mine(session, by)
            newest = await handovers.newest_lines(session, [talk.id for talk in mine])
            names = {one.id: one.name for one in await officers.everyone(session)}
            danger = await handovers.in_danger(session, [talk.id for talk in mine])
            entries = [entry_of(talk, names, newest.get(talk.id), danger=talk.id in danger) for talk in mine]
            return sorted(entries, key=lambda entry: not entry.danger)

    async def waiting(self, session: AsyncSession, by: Officer) -> int:
        """How many of them nobody has taken."""
        return sum(talk.officer is None for talk in await self._mine(session, by))

    async def thread(self, id_: int, by: Officer) -> Thread:
        """One talk, with what was said."""
        async with self._database.reading() as session:
            talk = await session.get(Talk, id_)
            if talk is None or not await self._sees(session, talk, by):
                raise Refused("handover.desk.gone", id=id_)
            names = {one.id: one.name for one in await officers.everyone(session)}
            said = [said_of(line) for line in await handovers.lines(session, id_)]
            return Thread(
                entry=entry_of(talk, names, danger=any(line.who == "danger" for line in said)),
                said=said,
                proposed=talk.proposed["text"] if talk.proposed else None,
                replies_left=await contacts.replies_left(session, talk.channel, talk.chat),
            )

    async def number(self, id_: int, by: Officer) -> str:
        """The number to call back, for whoever has the talk."""
        async with self._database.reading() as session:
            talk = await session.get(Talk, id_)
            if talk is None:
                raise Refused("handover.desk.gone", id=id_)
            return self._handover.number(talk, by)

    async def take(self, id_: int, by: Officer) -> None:
        """The talk is his, unless somebody was faster."""

        async def deed(session: AsyncSession, talk: Talk) -> list[Say]:
            has = talk.state == "open" and talk.officer == by.id
            return [] if has else await self._handover.take(session, talk, by)

        await self._do(id_, TALK, deed)

    async def answer(self, id_: int, words: str, by: Officer, *, after: int | None = None) -> None:
        """Say this to the resident; a talk that waits is taken by it.

        `after`: the last line that he saw when he began to write. The same words from the same page are said once.
        """
        if not words.strip():
            raise Refused("handover.desk.empty")

        async def deed(session: AsyncSession, talk: Talk) -> list[Say]:
            said = after is not None and await self._handover.was_said(session, talk, by, words, after)
            return [] if said else await self._handover.answer(session, talk, by, words)

        await self._do(id_, TALK, deed)

    async def pass_on(self, id_: int, unit: str, by: Officer) -> None:
        """Another unit answers."""

        async def deed(session: AsyncSession, talk: Talk) -> list[Say]:
            there = talk.unit == unit and talk.officer is None
            return [] if there else await self._handover.pass_on(session, talk, unit, by)

        await self._do(id_, TALK, deed)

    async def close(self, id_: int, by: Officer) -> None:
        """It is done."""

        async def deed(session: AsyncSession, talk: Talk) -> list[Say]:
            return [] if _ended(talk, by) else await self._handover.close(session, talk, by)

        await self._do(id_, TALK, deed)

    async def settle(self, id_: int, by: Officer, *, yes: bool) -> None:
        """A doubtful answer goes out as it is, or the resident is asked back."""
        what = "send" if yes else "drop"

        async def deed(session: AsyncSession, talk: Talk) -> list[Say]:
            return [] if _ended(talk, by) else await self._doubts.deed(session, talk, by, what, None)

        await self._do(id_, DOUBT, deed)

    async def correct(self, id_: int, words: str, by: Officer) -> None:
        """His own words instead of a doubtful answer."""
        if not words.strip():
            raise Refused("handover.desk.empty")

        async def deed(session: AsyncSession, talk: Talk) -> list[Say]:
            said = await self._handover.was_said(session, talk, by, words)
            return [] if said else await self._doubts.corrected(session, talk, by, words, None)

        await self._do(id_, DOUBT, deed)

    async def units(self) -> list[str]:
        """The units that a talk can be passed on to."""
        async with self._database.reading() as session:
            return await self._handover.duty.units(session)

    async def hours(self) -> Mapping[str, str]:
        """The hours that were set, by unit; the settings hold elsewhere."""
        async with self._database.reading() as session:
            return await handovers.hours(session)

    async def duty_weeks(self, by: Officer) -> list[UnitHours]:
        """The hours of whatever he is administrator of: of all together, then unit by unit."""
        async with self._database.reading() as session:
            own = await handovers.hours(session)
            units = [unit for unit in (EVERYWHERE, *self._pack.units) if by.may("admin", unit)]
            kept = [await self._handover.duty.hours(session, unit) for unit in units]
        return [
            UnitHours(unit=unit, own=unit in own, week=week_of(held)) for unit, held in zip(units, kept, strict=True)
        ]

    async def set_hours(self, unit: str, written: str | None, *, by: By) -> None:
        """The hours of a unit, or of all with `*`; None: as before them."""
        if unit != EVERYWHERE and unit not in self._pack.units:
            raise Refused("handover.desk.no_unit", unit=unit)
        if isinstance(by, Officer) and not by.may("admin", unit):
            raise NotAllowed("handover.hours.not_yours")
        try:
            hours.parse(written or "")
        except ValueError as error:
            raise WrongInput(str(error)) from error
        async with self._database.unit_of_work() as session:
            row = await session.get(Hours, unit)
            if written is None and row:
                await session.delete(row)
            elif written is not None:
                await session.merge(Hours(unit=unit, hours=" ".join(written.split())))
            who = by.name if isinstance(by, Officer) else by
            audit.log(session, by=who, action="handover.hours", subject=f"hours:{unit}", detail={"hours": written})

    async def _mine(self, session: AsyncSession, by: Officer) -> list[Talk]:
        answers = await self._handover.duty.answering(session, by)
        listed = await handovers.listed(session, LISTED, most=MOST)
        return [talk for talk in listed if talk.officer == by.id or answers(talk.unit)]

    async def _sees(self, session: AsyncSession, talk: Talk, by: Officer) -> bool:
        """His own, while it is open, wherever it came from; any other of his units. None that asks for a word yet."""
        if talk.state == "asking":
            return False
        return talk.officer == by.id or await self._handover.duty.answers_for(session, by, talk.unit)

    async def _do(self, id_: int, kind: str, deed: Callable[[AsyncSession, Talk], Awaitable[list[Say]]]) -> None:
        async with self._database.unit_of_work(urgent=True) as session:
            talk = await handovers.locked(session, id_)
            if talk is None or talk.kind != kind:
                raise Refused("handover.desk.gone", id=id_)
            queue(session, self._channels, await self._handover.offered(session, await deed(session, talk)))
        self._rang()


def _ended(talk: Talk, by: Officer) -> bool:
    """Whether he ended it already; where another was faster the words say who."""
    return talk.state == "closed" and talk.officer == by.id
