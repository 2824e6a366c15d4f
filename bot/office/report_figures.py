"""The figures of a monthly report: what the page, the paper and the sheet all show."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from content.hours import HERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Sendings:
    """What became of what was sent: the first four add up to all that is settled."""

    machine: int = 0  # arrived through a platform
    by_hand: int = 0  # an officer forwarded it and said so
    failed: int = 0  # refused, gone, out of quota
    unknown: int = 0  # sent, and no answer seen
    waiting: int = 0  # not settled yet

    def __add__(self, other: Sendings) -> Sendings:
        return Sendings(
            machine=self.machine + other.machine, by_hand=self.by_hand + other.by_hand,
            failed=self.failed + other.failed, unknown=self.unknown + other.unknown,
            waiting=self.waiting + other.waiting,
        )  # fmt: skip

    @property
    def delivered(self) -> int:
        """What arrived, as far as is known."""
        return self.machine + self.by_hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One week of one list against its duty."""

    monday: dt.date
    items: int
    target: int

    @property
    def short(self) -> bool:
        """Whether fewer went out than the duty asks."""
        return self.items < self.target


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFigures:
    """One list in the month."""

    unit: str  # by name
    name: str
    topic: str
    items: int
    weeks: tuple[Week, ...]
    groups: int
    people: int  # members of the groups as last counted, and people who subscribed
    uncounted: int  # groups whose members nobody has counted
    sendings: Sendings

    @property
    def kept(self) -> int:
        """The weeks in which the duty was kept."""
        return sum(not week.short for week in self.weeks)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFigures:
    """One bulletin of the month."""

    id: int
    day: dt.date
    title: str
    lists: tuple[str, ...]
    sendings: Sendings
    recalled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """What residents asked."""

    asked: int
    solved: int  # without an officer
    by_kind: tuple[tuple[str, int], ...]  # (kind, how often), the most frequent first
    scans: int | None = None  # of printed codes; None: not counted here


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One month, as known at the moment of making."""

    locality: str
    first: dt.date
    last: dt.date  # the last day counted: of the month, or today
    made_at: dt.datetime  # UTC
    lists: tuple[ListFigures, ...]
    items: tuple[ItemFigures, ...]
    groups: int  # each once, however many lists it is in
    reach: int
    uncounted: int
    sendings: Sendings
    questions: Questions

    @property
    def month(self) -> str:
        """As people write it: 11/2026."""
        return f"{self.first:%m/%Y}"

    @property
    def is_whole(self) -> bool:
        """Whether the month is over."""
        return (self.last + dt.timedelta(days=1)).month != self.first.month

    @property
    def made(self) -> str:
        """When it was made, as people here read it."""
        return f"{self.made_at.astimezone(HERE):%H:%M %d/%m/%Y}"

    @property
    def weeks(self) -> tuple[int, int]:
        """Weeks in which the duty was kept, and weeks in all, over all lists."""
        return sum(each.kept for each in self.lists), sum(len(each.weeks) for each in self.lists)
