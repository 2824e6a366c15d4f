"""The talks as pages see them: who waits, the thread, and an officer's deeds; and the hours of duty."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Channel, Say
from bot.dialogue.saying import queue
from bot.errors import NotAllowed, Refused, WrongInput
from bot.office.handover import Handover
from bot.storage import audit, handovers, officers
from bot.storage.database import Database
from bot.storage.handovers import TALK, Hours, State, Talk, Who
from bot.storage.moments import utc
from bot.storage.officers import EVERYWHERE, Officer
from content import hours
from content.pack import Pack
from content.texts import texts

By = Officer | str  # an officer, or `audit.SHELL`


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One talk in a list."""

    id: int
    kind: str
    state: State
    unit: str | None
    item: str | None
    officer: str | None  # who has it
    callback: bool  # a number was left
    opened_at: dt.datetime
    last_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One line of a thread, masked."""

    who: Who
    officer: str | None
    words: str
    at: dt.datetime


class HandoverDesk:
    """Each method is one transaction; `Refused` says what cannot be done, in words."""

    def __init__(self, database: Database, pack: Pack, handover: Handover, channels: Mapping[str, Channel]) -> None:
        self._database = database
        self._pack = pack
        self._handover = handover
        self._channels = channels

    async def open_talks(self, by: Officer) -> list[Entry]:
        """The talks that he may answer, oldest first."""
        async with self._database.reading() as session:
            open_ = await handovers.listed(session, ("waiting", "word_left", "open"))
            mine = [t for t in open_ if await self._handover.duty.answers_for(session, by, t.unit)]
            return [await self._entry(session, talk) for talk in mine]

    async def thread(self, id_: int, by: Officer) -> tuple[Entry, Sequence[Said]]:
        """One talk, with what was said."""
        async with self._database.reading() as session:
            talk = await session.get(Talk, id_)
            if talk is None or not await self._handover.duty.answers_for(session, by, talk.unit):
                raise Refused("handover.desk.gone", id=id_)
            said = [
                Said(who=_who(line.who), officer=line.officer, words=line.words, at=utc(line.at))
                for line in await handovers.lines(session, id_)
            ]
            return await self._entry(session, talk), said

    async def number(self, id_: int, by: Officer) -> str:
        """The number to call back, for whoever has the talk."""
        async with self._database.reading() as session:
            talk = await session.get(Talk, id_)
            if talk is None or talk.officer != by.id:
                raise Refused("handover.desk.take_first", id=id_)
            number = self._handover.unsealed(talk.callback)
            if number is None:
                raise Refused("handover.desk.no_number", id=id_)
            return number

    async def take(self, id_: int, by: Officer) -> None:
        """The talk is his, unless somebody was faster."""
        await self._do(id_, lambda session, talk: self._handover.take(session, talk, by))

    async def answer(self, id_: int, words: str, by: Officer) -> None:
        """Say this to the resident; a talk that waits is taken by it."""
        if not words.strip():
            raise Refused("handover.desk.empty")
        await self._do(id_, lambda session, talk: self._handover.answer(session, talk, by, words))

    async def pass_on(self, id_: int, unit: str, by: Officer) -> None:
        """Another unit answers."""
        await self._do(id_, lambda session, talk: self._handover.pass_on(session, talk, unit, by))

    async def close(self, id_: int, by: Officer) -> None:
        """It is done."""
        await self._do(id_, lambda session, talk: self._handover.close(session, talk, by))

    async def units(self) -> list[str]:
        """The units that a talk can be passed on to."""
        async with self._database.reading() as session:
            return await self._handover.duty.units(session)

    async def counts(self) -> Mapping[str, int]:
        """How many talks are in each state."""
        async with self._database.reading() as session:
            return await handovers.counts(session)

    async def hours(self) -> Mapping[str, str]:
        """The hours that were set, by unit; the settings hold elsewhere."""
        async with self._database.reading() as session:
            return await handovers.hours(session)

    async def set_hours(self, unit: str, written: str | None, *, by: By) -> None:
        """The hours of a unit, or of all with `*`; None: as before them."""
        if unit != EVERYWHERE and unit not in self._pack.units:
            raise Refused("handover.desk.no_unit", unit=unit)
        if isinstance(by, Officer) and not by.may("admin", unit):
            raise NotAllowed(texts("vi")("handover.hours.not_yours"))
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

    async def _do(self, id_: int, deed: Callable[[AsyncSession, Talk], Awaitable[list[Say]]]) -> None:
        async with self._database.unit_of_work() as session:
            talk = await handovers.locked(session, id_)
            if talk is None or talk.kind != TALK:
                raise Refused("handover.desk.gone", id=id_)
            queue(session, self._channels, await self._handover.offered(session, await deed(session, talk)))

    async def _entry(self, session: AsyncSession, talk: Talk) -> Entry:
        officer = await officers.by_id(session, talk.officer) if talk.officer else None
        return Entry(
            id=talk.id, kind=talk.kind, state=_state(talk.state), unit=talk.unit, item=talk.item,
            officer=officer.name if officer else None, callback=talk.callback is not None,
            opened_at=utc(talk.opened_at), last_at=utc(talk.last_at),
        )  # fmt: skip


def _state(state: str) -> State:
    return state  # type: ignore[return-value]  # only `State`s are written


def _who(who: str) -> Who:
    return who  # type: ignore[return-value]  # only `Who`s are written
