"""One bulletin as its officers see it: its words, who did what, and what became of each recipient."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotAllowed, Refused
from bot.office.bulletin_search import visible, writes
from bot.storage import audit, bulletins, faults, officers, sendings, slots
from bot.storage.bulletins import OPEN, RANKS, BulletinListRow, BulletinPicture, BulletinRow
from bot.storage.database import Database
from bot.storage.lists import BY_HAND, ListRow, MemberRow
from bot.storage.moments import utc
from bot.storage.officers import Officer
from bot.storage.queues import Delivery

PAGE: Final = 50  # recipients
OUT: Final = ("sending", "paused", "sent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One entry of its history."""

    at: dt.datetime
    by: str
    action: str
    detail: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One chat, and the worst that became of its bubbles."""

    channel: str
    name: str  # of a group; of a person no more than the end of his address
    result: str  # one of `RANKS`
    state: str  # of the delivery: refused, window, quota, …
    reason: str  # as the platform said it
    at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients:
    """One page of them."""

    rows: Sequence[Recipient]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.total // PAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A channel that takes nothing now, though some of this bulletin waits for it."""

    channel: str
    reason: str
    since: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """All that its page shows."""

    row: BulletinRow
    picture: tuple[int, int, str] | None  # width, height, what it shows
    lists: Sequence[ListRow]
    may_write: bool
    may_approve: bool
    own: bool  # he wrote it, and somebody else could approve it
    counts: Mapping[str, int]
    by_channel: Mapping[str, Mapping[str, int]]
    by_list: Mapping[int, Mapping[str, int]]
    by_hand: int  # groups that wait for an officer's hand
    faults: Sequence[Fault]
    deeds: Sequence[Deed]
    slot: dt.datetime | None  # when a recurring hour of its lists comes next
    corrects: str = ""  # the title of the one that it says right
    corrected_by: int | None = None
    reach: int = 0  # chats that it would go to now
    times: Mapping[str, dt.datetime] = field(default_factory=dict)

    @property
    def id(self) -> int:
        """Its number."""
        return self.row.id

    @property
    def is_out(self) -> bool:
        """Whether residents can read its page."""
        return self.row.state in {*OUT, "recalled"} and self.row.queued_at is not None


class BulletinPages:
    """Reads for officers; `NotAllowed` where a bulletin is none of his units'."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def one(self, id_: int, *, by: Officer) -> Whole:
        """One bulletin, whole."""
        async with self._database.reading() as session:
            row = await _seen(session, id_, by)
            ids = await bulletins.lists_of(session, id_)
            to = list(await session.scalars(select(ListRow).where(ListRow.id.in_(ids)).order_by(ListRow.id)))
            shape = select(BulletinPicture.width, BulletinPicture.height, BulletinPicture.alt)
            picture = (await session.execute(shape.where(BulletinPicture.bulletin == id_))).one_or_none()
            by_list = await sendings.by_list(session, [id_])
            corrected = select(BulletinRow.id).where(BulletinRow.corrects == id_).order_by(BulletinRow.id.desc())
            corrects = await session.get(BulletinRow, row.corrects) if row.corrects else None
            return Whole(
                row=row, lists=to, picture=(picture[0], picture[1], picture[2]) if picture else None,
                may_write=all(writes(by, each) for each in to),
                may_approve=all(by.may("approver", each.unit) for each in to),
                own=row.author == by.name and await _another(session, by, to),
                counts=await bulletins.counts(session, row), by_channel=await _by_channel(session, id_),
                by_list={list_: found.get(id_, {}) for list_, found in by_list.items()},
                by_hand=await _waiting_by_hand(session, id_), faults=await _faults(session, id_),
                deeds=[
                    Deed(at=utc(deed.at), by=deed.by, action=deed.action, detail=deed.detail)
                    for deed in await audit.deeds(session, subject=f"bulletin:{id_}", most=100)
                ],
                slot=await _next_slot(session, ids) if row.state == "approved" else None,
                corrects=corrects.title if corrects else "",
                corrected_by=await session.scalar(corrected.limit(1)),
                reach=await bulletins.has_recipients(session, id_),
                times={
                    name: utc(moment)
                    for name in ("schedule_at", "changed_at", "queued_at", "sent_at", "recalled_at", "held_since")
                    if (moment := getattr(row, name))
                },
            )  # fmt: skip

    async def recipients(self, id_: int, *, by: Officer, result: str = "", page: int = 1) -> Recipients:
        """What became of each, by result where one is asked for."""
        async with self._database.reading() as session:
            await _seen(session, id_, by)
            each = bulletins.recipients([id_])
            which = [each.c.rank == RANKS.index(result)] if result in RANKS else []
            total = await session.scalar(select(func.count()).select_from(each).where(*which)) or 0
            shown = select(each.c.channel, each.c.chat, each.c.rank).where(*which)
            order = each.c.rank.desc(), each.c.channel, each.c.chat
            found = await session.execute(shown.order_by(*order).offset((page - 1) * PAGE).limit(PAGE))
            chats = {(channel, chat): RANKS[rank] for channel, chat, rank in found}
            return Recipients(rows=await _named(session, id_, chats), total=total, page=page)

    async def picture(self, id_: int, *, by: Officer) -> bytes | None:
        """The picture of a bulletin that need not be out yet."""
        async with self._database.reading() as session:
            await _seen(session, id_, by)
            return await session.scalar(select(BulletinPicture.jpeg).where(BulletinPicture.bulletin == id_))


async def _seen(session: AsyncSession, id_: int, by: Officer) -> BulletinRow:
    row = await session.get(BulletinRow, id_)
    if row is None:
        raise Refused("bulletin.unknown", id=id_)
    mine = await visible(session, by)
    if not await session.scalar(select(BulletinRow.id).where(BulletinRow.id == id_, mine)):
        raise NotAllowed("bulletin.not_your_unit")
    return row


async def _another(session: AsyncSession, by: Officer, to: Sequence[ListRow]) -> bool:
    """Whether anybody else could approve for one of these lists."""
    others = [other for other in await officers.everyone(session) if other.id != by.id]
    return any(other.may("approver", each.unit) for other in others for each in to)


async def _by_channel(session: AsyncSession, id_: int) -> dict[str, dict[str, int]]:
    each = bulletins.recipients([id_])
    rows = await session.execute(
        select(each.c.channel, each.c.rank, func.count()).group_by(each.c.channel, each.c.rank)
    )
    found: dict[str, dict[str, int]] = {}
    for channel, rank, n in rows:
        found.setdefault(channel, dict.fromkeys(RANKS, 0))[RANKS[rank]] = n
    return found


async def _waiting_by_hand(session: AsyncSession, id_: int) -> int:
    waits = (Delivery.bulletin == id_, Delivery.channel == BY_HAND, Delivery.state.in_(OPEN))
    return await session.scalar(select(func.count(Delivery.chat.distinct())).where(*waits)) or 0


async def _faults(session: AsyncSession, id_: int) -> list[Fault]:
    """Of every channel that something of this bulletin waits for."""
    waits = select(Delivery.channel).where(Delivery.bulletin == id_, Delivery.state.in_(OPEN)).distinct()
    rows = await session.scalars(select(faults.FaultRow).where(faults.FaultRow.channel.in_(waits)))
    return [Fault(channel=row.channel, reason=row.reason, since=utc(row.since)) for row in rows]


async def _next_slot(session: AsyncSession, lists: Sequence[int]) -> dt.datetime | None:
    hours = [hour for list_ in lists for hour in await slots.of_list(session, list_)]
    return min((utc(hour.next_at) for hour in hours), default=None)


async def _named(session: AsyncSession, id_: int, chats: Mapping[tuple[str, str], str]) -> list[Recipient]:
    """These chats, with their names and reasons."""
    here = [chat for _, chat in chats]
    lists = select(BulletinListRow.list).where(BulletinListRow.bulletin == id_)
    members = {
        (member.channel, member.address): member
        for member in await session.scalars(
            select(MemberRow).where(MemberRow.list.in_(lists), MemberRow.address.in_(here))
        )
    }
    worst: dict[tuple[str, str], Delivery] = {}
    rows = select(Delivery).where(Delivery.bulletin == id_, Delivery.chat.in_(here)).order_by(Delivery.id)
    for row in await session.scalars(rows):
        key = row.channel, row.chat
        if key in chats and (key not in worst or _result(row.state) == chats[key]):
            worst[key] = row
    return [
        Recipient(
            channel=key[0], name=_name(members.get(key), key[1]), result=result, state=worst[key].state,
            reason=worst[key].reason, at=utc(moment) if (moment := worst[key].settled) else None,
        )
        for key, result in chats.items()
    ]  # fmt: skip


def _result(state: str) -> str:
    """As `bulletins.recipients` ranks it."""
    return state if state in {"sent", "by_hand", "gone", "unknown"} else "queued" if state in OPEN else "failed"


def _name(member: MemberRow | None, chat: str) -> str:
    """A group by its title; whoever subscribed for himself is not named."""
    if member and not member.person:
        return member.title or chat
    return f"…{chat[-3:]}"
