"""What a page sees of the talks: one in a list, one with its thread, and the hours of duty."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.storage.handovers import DOUBT, Line, State, Talk, Who
from bot.storage.moments import utc


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One line of a thread, masked."""

    id: int
    who: Who
    officer: str | None
    words: str
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One talk in a list."""

    id: int
    kind: str
    state: State
    channel: str
    unit: str | None
    item: str | None
    officer: str | None  # who has it
    callback: bool  # a number was left
    opened_at: dt.datetime
    last_at: dt.datetime
    last: Said | None = None  # the newest line of either side
    danger: bool = False  # the resident named one

    @property
    def is_doubt(self) -> bool:
        """It is an answer of the machine that waits for a yes."""
        return self.kind == DOUBT


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """One talk as its page shows it."""

    entry: Entry
    said: Sequence[Said]
    proposed: str | None  # of a doubt: what would be said
    replies_left: int | None  # that the platform still lets us send for free; None: it did not say

    @property
    def last(self) -> int:
        """The number of the newest line; 0: nothing was said."""
        return self.said[-1].id if self.said else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitHours:
    """The hours of duty of one unit."""

    unit: str  # an id of the pack, or `EVERYWHERE`
    own: bool  # it set them itself
    week: tuple[str, ...]  # a line a day, Monday first


def entry_of(talk: Talk, names: Mapping[int, str], newest: Line | None = None, *, danger: bool) -> Entry:
    """A talk in a list; `names`: of officers, by their numbers."""
    return Entry(
        id=talk.id, kind=talk.kind, state=_state(talk.state), channel=talk.channel, unit=talk.unit, item=talk.item,
        officer=names.get(talk.officer or 0), callback=talk.callback is not None, opened_at=utc(talk.opened_at),
        last_at=utc(talk.last_at), last=said_of(newest) if newest else None, danger=danger,
    )  # fmt: skip


def said_of(line: Line) -> Said:
    """A line as a page shows it."""
    return Said(id=line.id, who=_who(line.who), officer=line.officer, words=line.words, at=utc(line.at))


def _state(state: str) -> State:
    return state  # type: ignore[return-value]  # only `State`s are written


def _who(who: str) -> Who:
    return who  # type: ignore[return-value]  # only `Who`s are written
