"""What became of the deliveries of bulletins: counted by recipient, not by bubble."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Subquery, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.bulletins import OPEN, BulletinListRow, BulletinRow
from bot.storage.lists import MemberRow
from bot.storage.queues import Delivery

NAMES: Final = ("sent", "by_hand", "failed", "unknown", "queued")  # the later outweighs, where a text was split
Counts = Mapping[str, int]  # by name


async def by_bulletin(session: AsyncSession, ids: Collection[int]) -> dict[int, Counts]:
    """Recipients of each bulletin by what became of it; from the rows, or once these are erased from its tally."""
    found = await _counted(session, _recipients(ids))
    for id_, tally in await session.execute(
        select(BulletinRow.id, BulletinRow.tally).where(BulletinRow.id.in_(ids), BulletinRow.tally.is_not(None))
    ):
        if id_ not in found:
            found[id_] = _of_tally(tally)
    return found


async def by_list(session: AsyncSession, ids: Collection[int]) -> dict[int, dict[int, Counts]]:
    """Per list and bulletin the recipients that are members of the list, by what became of it."""
    each = _recipients(ids)
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
    found: dict[int, dict[int, dict[str, int]]] = {}
    for list_, bulletin, rank, n in await session.execute(members):
        found.setdefault(list_, {}).setdefault(bulletin, {})[NAMES[rank]] = n
    kept = select(BulletinListRow).where(BulletinListRow.bulletin.in_(ids))
    for row in await session.scalars(kept):
        if row.results and row.bulletin not in found.get(row.list, {}):
            found.setdefault(row.list, {})[row.bulletin] = dict(_of_tally(row.results))
    return {list_: dict(bulletins) for list_, bulletins in found.items()}


def _recipients(ids: Collection[int]) -> Subquery:
    """One row a bulletin and chat, with the worst that became of its bubbles."""
    rank = func.max(_rank()).label("rank")
    rows = (
        select(Delivery.bulletin, Delivery.channel, Delivery.chat, rank)
        .where(Delivery.bulletin.in_(ids))
        .group_by(Delivery.bulletin, Delivery.channel, Delivery.chat)
    )
    return rows.subquery()


def _rank() -> ColumnElement[int]:
    state = Delivery.state
    return case((state == "sent", 0), (state == "by_hand", 1), (state == "unknown", 3), (state.in_(OPEN), 4), else_=2)


async def _counted(session: AsyncSession, each: Subquery) -> dict[int, Counts]:
    counts: dict[int, dict[str, int]] = {}
    rows = select(each.c.bulletin, each.c.rank, func.count()).group_by(each.c.bulletin, each.c.rank)
    for bulletin, rank, n in await session.execute(rows):
        counts.setdefault(bulletin, {})[NAMES[rank]] = n
    return dict(counts)


def _of_tally(tally: Mapping[str, Any]) -> Counts:
    """What was kept of a bulletin whose rows are erased, in the names of its status."""
    named = {name: int(tally.get(name) or 0) for name in NAMES}
    return named | {"failed": named["failed"] + int(tally.get("gone") or 0)}
