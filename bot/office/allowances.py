"""How much of each platform's allowance is used: the month's messages, the people, and the free replies to each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.channels.channel import Channel, State
from bot.storage import contacts, usage
from bot.storage.database import Database

WINDOW: Final = dt.timedelta(hours=48)  # in which Zalo's replies to whoever wrote are free


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """So much of so much."""

    n: int
    most: int

    @property
    def percent(self) -> int:
        """In whole percent, never rounded up to what is not there yet."""
        return 100 * self.n // self.most

    @property
    def nearly(self) -> bool:
        """Whether it is time to warn."""
        return self.n >= usage.NEARLY * self.most


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """One channel."""

    channel: str
    state: State
    why: str
    messages: Used | None  # of this month, both directions; None: the platform sets no limit
    people: Used | None  # who ever wrote
    replies: Sequence[tuple[int, int]]  # (bubbles sent since he wrote, people), of those who wrote within `WINDOW`


class Allowances:
    """Reads only."""

    def __init__(self, database: Database, channels: Mapping[str, Channel]) -> None:
        self._database = database
        self._channels = channels

    async def look(self, *, now: dt.datetime | None = None) -> Sequence[Allowance]:
        """Every channel that is on."""
        now = now or dt.datetime.now(dt.UTC)
        found = []
        async with self._database.reading() as session:
            for name, channel in self._channels.items():
                used = await usage.used(session, name, now)
                month, people = channel.limits.per_month, channel.limits.people
                found.append(
                    Allowance(
                        channel=name,
                        state=channel.health.state,
                        why=channel.health.why,
                        messages=Used(n=used.messages, most=month) if month else None,
                        people=Used(n=used.people, most=people) if people else None,
                        replies=sorted((await contacts.by_replies(session, name, now - WINDOW)).items()),
                    )
                )
        return found
