"""What became of the deliveries of bulletins: counted by recipient, not by bubble."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import Subquery, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.bulletins import RANKS, BulletinListRow, BulletinRow, recipients
from bot.storage.lists import MemberRow

NAMES: Final = ("sent", "by_hand", "failed", "unknown", "queued")
Counts = Mapping[str, int]  # by name


async def by_bulletin(session: AsyncSession, ids: Collection[int]) -> dict[int, Counts]:
    """Recipients of each bulletin by what became of it; from the rows, or once these are erased from its tally."""
    found = await _counted(session, recipients(ids))
    for id_, tally in await session.execute(
        select(BulletinRow.id, BulletinRow.tally).where(BulletinRow.id.in_(ids), BulletinRow.tally.is_not(None))
    ):
        if id_ not in found:
            found[id_] = _of_tally(tally)
    return found


async def by_list(session: AsyncSession, ids: Collection[int]) -> dict[int, dict[int, Counts]]:
    """Per list and bulletin the recipients that are members of the list, by what became of it."""
    each = recipients(ids)
    members = (
        select(BulletinListRow.list, each.c.bulletin, each.c.rank, func.count())
        .join(each, each.c.bulletin == BulletinListRow.bulletin)
        .join(
            MemberRow,
            and_(
                MemberRow.list == BulletinListRow.list,
                MemberRow.channel == each.c.channel,
                MemberRow.address == each.c.chat,
            ),
        )
        .group_by(BulletinListRow.list, each.c.bulletin, each.c.rank)
    )
    found: dict[int, dict[int, Counter[str]]] = {}
    for list_, bulletin, rank, n in await session.execute(members):
        found.setdefault(list_, {}).setdefault(bulletin, Counter())[_name(rank)] += n
    kept = select(BulletinListRow).where(BulletinListRow.bulletin.in_(ids))
    for row in await session.scalars(kept):
        if row.results and row.bulletin not in found.get(row.list, {}):
            found.setdefault(row.list, {})[row.bulletin] = Counter(_of_tally(row.results))
    return {list_: dict(bulletins) for list_, bulletins in found.items()}


async def _counted(session: AsyncSession, each: Subquery) -> dict[int, Counts]:
    counts: dict[int, Counter[str]] = {}
    rows = select(each.c.bulletin, each.c.rank, func.count()).group_by(each.c.bulletin, each.c.rank)
    for bulletin, rank, n in await session.execute(rows):
        counts.setdefault(bulletin, Counter())[_name(rank)] += n
    return dict(counts)


def _name(rank: int) -> str:
    """In a report whoever is gone is one more who did not get it."""
    return "failed" if RANKS[rank] == "gone" else RANKS[rank]


def _of_tally(tally: Mapping[str, Any]) -> Counts:
    """What was kept of a bulletin whose rows are erased, in the names of its status."""
    named = {name: int(tally.get(name) or 0) for name in NAMES}
    return named | {"failed": named["failed"] + int(tally.get("gone") or 0)}
