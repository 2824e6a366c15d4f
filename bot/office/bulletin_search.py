"""The bulletins as their officers see them: which there are, found by words and by state, each with its figures."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, false, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage import published, sendings
from bot.storage.bulletins import BulletinListRow, BulletinRow
from bot.storage.database import Database
from bot.storage.lists import ListRow
from bot.storage.moments import utc
from bot.storage.officers import Officer
from content.values import fold

PAGE: Final = 20
SEARCHED: Final = 5000  # the newest that a search looks through
# The states as a page groups them: what waits for somebody comes before what is over.
GROUPS: Final[Mapping[str, Sequence[str]]] = {
    "draft": ("draft",),
    "submitted": ("submitted",),
    "waiting": ("approved", "scheduled"),
    "going": ("sending", "paused"),
    "sent": ("sent",),
    "ended": ("cancelled", "recalled"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One bulletin in a list."""

    id: int
    title: str
    lang: str
    state: str
    urgent: bool
    held: bool
    author: str
    comment: str
    lists: Sequence[str]
    changed_at: dt.datetime
    schedule_at: dt.datetime | None
    queued_at: dt.datetime | None
    counts: Mapping[str, int]  # by what became of its recipients; empty while nothing is sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of what was looked for."""

    entries: Sequence[Entry]
    total: int
    page: int
    states: Mapping[str, int]  # how many of each of `GROUPS`, whatever was looked for

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.total // PAGE)


class BulletinSearch:
    """Reads for officers, each what is for his own units."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, *, by: Officer, words: str = "", group: str = "", page: int = 1) -> Found:
        """The newest first; `words` with or without diacritics."""
        async with self._database.reading() as session:
            mine = await visible(session, by)
            states = await _by_group(session, mine)
            which = mine & BulletinRow.state.in_(GROUPS[group]) if group in GROUPS else mine
            ids, total = await _matching(session, which, words, (page - 1) * PAGE)
            rows = await session.scalars(select(BulletinRow).where(BulletinRow.id.in_(ids)))
            found = sorted(rows, key=lambda row: ids.index(row.id))
            names = await _names(session, ids)
            counts = await sendings.by_bulletin(session, ids)
        entries = [_entry(row, names.get(row.id, ()), counts.get(row.id, {})) for row in found]
        return Found(entries=entries, total=total, page=page, states=states)


async def visible(session: AsyncSession, by: Officer) -> ColumnElement[bool]:
    """The condition of what this officer may see: whatever goes to a list of his, all to whoever is for all."""
    if by.may("editor", None) or by.may("approver", None):
        return true()
    mine = [each.id for each in await session.scalars(select(ListRow)) if writes(by, each)]
    if not mine:
        return false()
    return BulletinRow.id.in_(select(BulletinListRow.bulletin).where(BulletinListRow.list.in_(mine)))


def writes(by: Officer, to: ListRow) -> bool:
    """Whether he may write for this list; whoever may approve may also write."""
    return by.may("editor", to.unit) or by.may("approver", to.unit)


async def _by_group(session: AsyncSession, mine: ColumnElement[bool]) -> dict[str, int]:
    counted = await session.execute(select(BulletinRow.state, func.count()).where(mine).group_by(BulletinRow.state))
    by_state = {str(state): int(n) for state, n in counted}
    return {name: sum(by_state.get(state, 0) for state in states) for name, states in GROUPS.items()}


async def _matching(
    session: AsyncSession, which: ColumnElement[bool], words: str, first: int
) -> tuple[list[int], int]:
    """The numbers of one page, and how many there are in all."""
    newest = BulletinRow.changed_at.desc(), BulletinRow.id.desc()
    wanted = fold(words).split()
    if not wanted:
        total = await session.scalar(select(func.count()).select_from(BulletinRow).where(which)) or 0
        page = select(BulletinRow.id).where(which).order_by(*newest).offset(first).limit(PAGE)
        return list(await session.scalars(page)), total
    columns = select(BulletinRow.id, BulletinRow.title, BulletinRow.text)
    rows = await session.execute(columns.where(which).order_by(*newest).limit(SEARCHED))
    written = [(id_, title, text) for id_, title, text in rows]
    holding = await asyncio.to_thread(published.holding, wanted, written)  # thousands take a moment
    return holding[first : first + PAGE], len(holding)


async def _names(session: AsyncSession, ids: Sequence[int]) -> dict[int, list[str]]:
    rows = await session.execute(
        select(BulletinListRow.bulletin, ListRow.name)
        .join(ListRow, ListRow.id == BulletinListRow.list)
        .where(BulletinListRow.bulletin.in_(ids))
        .order_by(ListRow.id)
    )
    found: dict[int, list[str]] = {}
    for id_, name in rows:
        found.setdefault(id_, []).append(name)
    return found


def _entry(row: BulletinRow, names: Sequence[str], counts: Mapping[str, int]) -> Entry:
    return Entry(
        id=row.id, title=row.title, lang=row.lang, state=row.state, urgent=row.urgent, author=row.author,
        held=row.held_since is not None, comment=row.comment, lists=names, changed_at=utc(row.changed_at),
        schedule_at=utc(row.schedule_at) if row.schedule_at else None,
        queued_at=utc(row.queued_at) if row.queued_at else None, counts=counts,
    )  # fmt: skip
