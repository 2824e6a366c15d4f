"""Who is on duty for whom, when, and in which chat he is reached."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Channel
from bot.storage import handovers, officers
from bot.storage.access import SessionRow
from bot.storage.officers import EVERYWHERE, Officer
from content import hours
from content.hours import HERE, Hours
from content.pack import Pack

# Whoever has had a page of the console before his eyes for so long ago at most is there. Pages that are looked at ask
# anew by themselves; that a session is in use is written down every five minutes.
AT_DESK: Final = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """An officer, and the chat of his that was bound last."""

    officer: Officer
    channel: str
    chat: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Who is an officer now, and who of them has the console before him."""

    officers: Sequence[Officer]
    at_desk: frozenset[int]


class Duty:
    """The duty of one house; `written` are the hours where a unit set none."""

    def __init__(
        self, pack: Pack, channels: Mapping[str, Channel], written: str, clock: Callable[[], dt.datetime]
    ) -> None:
        self._pack = pack
        self._channels = channels
        self._default = hours.parse(written)
        self._now = clock

    async def anybody(self, session: AsyncSession) -> bool:
        """Whether any officer answers talks at all."""
        return bool(self._circles(await self._roster(session), None))

    async def answers_for(self, session: AsyncSession, officer: Officer, unit: str | None) -> bool:
        """Whether this officer may take the talks of a unit: whoever is told of them, or would be."""
        return self._answers(await self._roster(session), officer, unit)

    async def answering(self, session: AsyncSession, officer: Officer) -> Callable[[str | None], bool]:
        """The same for many units at once."""
        roster = await self._roster(session)
        return lambda unit: self._answers(roster, officer, unit)

    def _answers(self, roster: Roster, officer: Officer, unit: str | None) -> bool:
        if officer.may("duty", unit):
            return True
        *near, anybody = self._circles(roster, unit) or [[]]
        nearer = [one for circle in near for one in circle]
        if any(officer.id == one.id for one in nearer):
            return True
        someone = any(self.chat_of(one) or one.id in roster.at_desk for one in nearer)
        return not someone and any(officer.id == one.id for one in anybody)

    async def reached(self, session: AsyncSession, unit: str | None) -> list[Reached]:
        """Who can be told now: the unit's own officers, else those of whoever serves it now, else anybody."""
        for circle in self._circles(await self._roster(session), unit):
            if found := [one for officer in circle if (one := self.chat_of(officer))]:
                return found
        return []

    async def units(self, session: AsyncSession) -> list[str]:
        """The units that have officers of their own on duty."""
        everyone = [officer for officer in await officers.everyone(session) if not officer.disabled]
        own = {unit for officer in everyone for role, unit in officer.grants if role == "duty"}
        return [unit for unit in self._pack.units if unit in own]

    def chat_of(self, officer: Officer) -> Reached | None:
        """Where an officer is told things; None where he has no chat on a channel that is on."""
        spot = next(((name, chat) for name, chat in officer.chats if name in self._channels), None)
        return Reached(officer=officer, channel=spot[0], chat=spot[1]) if spot else None

    async def hours(self, session: AsyncSession, unit: str | None) -> Hours:
        """The hours of a unit: its own, else of the unit that serves it now, else of all, else of the settings."""
        written = await handovers.hours(session)
        own = next((written[name] for name in self._chain(unit) if name in written), None)
        return self._default if own is None else hours.parse(own)

    async def is_hour(self, session: AsyncSession, unit: str | None, now: dt.datetime) -> bool:
        """Whether these are the hours of duty, whoever keeps them."""
        return (await self.hours(session, unit)).hold(now.astimezone(HERE))

    async def is_on(self, session: AsyncSession, unit: str | None, now: dt.datetime) -> bool:
        """Whether it is the hour, and somebody can be told, or sits before the console."""
        if not await self.is_hour(session, unit, now):
            return False
        return bool(await self.reached(session, unit)) or await self._is_at_desk(session, unit)

    async def next(self, session: AsyncSession, unit: str | None, now: dt.datetime) -> dt.datetime:
        """When the next duty begins, in people's own time."""
        return (await self.hours(session, unit)).next(now.astimezone(HERE))

    async def _is_at_desk(self, session: AsyncSession, unit: str | None) -> bool:
        """Whether somebody who answers for this unit has the console before him."""
        roster = await self._roster(session)
        there = [one for one in roster.officers if one.id in roster.at_desk]
        return any(self._answers(roster, one, unit) for one in there)

    async def _roster(self, session: AsyncSession) -> Roster:
        now = self._now()
        looked = select(SessionRow.officer).where(SessionRow.seen_at > now - AT_DESK, SessionRow.expires_at > now)
        able = [officer for officer in await officers.everyone(session) if not officer.disabled]
        return Roster(officers=able, at_desk=frozenset(await session.scalars(looked)))

    def _circles(self, roster: Roster, unit: str | None) -> list[list[Officer]]:
        """Officers on duty, the nearest to the unit first; administrators only where nobody is on duty at all."""
        everyone = roster.officers
        on_duty = [officer for officer in everyone if any(role == "duty" for role, _ in officer.grants)]
        if not on_duty:
            return [able] if (able := [officer for officer in everyone if officer.has("admin")]) else []
        near = [[o for o in on_duty if o.may("duty", u)] for u in self._chain(unit)]
        return [circle for circle in (*near, on_duty) if circle]

    def _chain(self, unit: str | None) -> list[str]:
        known = self._pack.units.get(unit or "")
        names = [known.id, self._pack.serving(known).id] if known else []
        return [*dict.fromkeys(names), EVERYWHERE]
