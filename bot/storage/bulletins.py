"""The bulletins, what became of them, and how one text becomes a row a recipient."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    JSON,
    ColumnElement,
    DateTime,
    ForeignKey,
    LargeBinary,
    String,
    Subquery,
    Text,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.lists import BY_HAND, ListRow, MemberRow
from bot.storage.queues import ALARM, BULLETIN, HURRY, Body, Delivery
from bot.storage.tables import Base

KEPT: Final = dt.timedelta(days=3)  # a bulletin that could not be sent for so long is no news
LATE: Final = dt.timedelta(hours=1)  # overdue by more, it is held for an officer's word
OPEN: Final = ("queued", "sending", "paused")
# What became of a recipient is the worst that became of one of his bubbles.
RANKS: Final = ("sent", "by_hand", "failed", "gone", "unknown", "queued")
NAMES: Final = (
    "channel", "chat", "lane", "state", "tries", "not_before", "expires", "reason", "bulletin", "shared", "at",
    "settled",
)  # fmt: skip


class BulletinRow(Base):
    """One bulletin."""

    __tablename__ = "bulletins"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    lang: Mapped[str] = mapped_column(String(2), default="vi")
    link: Mapped[str | None] = mapped_column(String(500))
    film: Mapped[str | None] = mapped_column(String(500))
    long: Mapped[str] = mapped_column(String(6), default="split")  # or "refuse": what a platform cannot show in one
    urgent: Mapped[bool] = mapped_column(default=False)
    urgent_by: Mapped[str | None] = mapped_column(String(40))  # the second officer, whose word lets it pass at night
    state: Mapped[str] = mapped_column(String(10), default="draft", index=True)
    author: Mapped[str] = mapped_column(String(40))
    approver: Mapped[str | None] = mapped_column(String(40))
    comment: Mapped[str] = mapped_column(Text, default="")
    corrects: Mapped[int | None] = mapped_column(ForeignKey("bulletins.id", ondelete="SET NULL"), index=True)
    schedule_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    held_since: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    changed_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    approved_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    queued_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    sent_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True), index=True)
    recalled_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    tally: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True)
    )  # the figures, for when the rows are erased
    once: Mapped[str | None] = mapped_column(String(43), unique=True, index=True)  # of the form that it came from


class BulletinListRow(Base):
    """To which list a bulletin goes."""

    __tablename__ = "bulletin_lists"
    bulletin: Mapped[int] = mapped_column(ForeignKey("bulletins.id", ondelete="CASCADE"), primary_key=True)
    list: Mapped[int] = mapped_column(ForeignKey("lists.id", ondelete="CASCADE"), primary_key=True, index=True)
    results: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class BulletinPicture(Base):
    """The picture of a bulletin, made anew by us: no metadata of the camera is left in it."""

    __tablename__ = "bulletin_pictures"
    bulletin: Mapped[int] = mapped_column(ForeignKey("bulletins.id", ondelete="CASCADE"), primary_key=True)
    jpeg: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int] = mapped_column()
    height: Mapped[int] = mapped_column()
    alt: Mapped[str] = mapped_column(String(300), default="")


async def held(session: AsyncSession, id_: int) -> BulletinRow | None:
    """One bulletin, to be changed: nobody else changes it before the end of the transaction."""
    return await session.scalar(select(BulletinRow).where(BulletinRow.id == id_).with_for_update())


async def lists_of(session: AsyncSession, id_: int) -> list[int]:
    """The lists that a bulletin goes to."""
    return list(await session.scalars(select(BulletinListRow.list).where(BulletinListRow.bulletin == id_)))


async def units_of(session: AsyncSession, id_: int) -> set[str]:
    """The units of its lists."""
    found = select(ListRow.unit).join(BulletinListRow, BulletinListRow.list == ListRow.id)
    return set(await session.scalars(found.where(BulletinListRow.bulletin == id_)))


async def channels_of(session: AsyncSession, id_: int) -> set[tuple[str, bool]]:
    """The channels of its recipients, each for groups (False) or for people (True)."""
    rows = await session.execute(select(*_recipients(id_, active=True).subquery().c["channel", "person"]).distinct())
    return {(channel, bool(person)) for channel, person in rows}


async def has_recipients(session: AsyncSession, id_: int) -> int:
    """How many it would reach."""
    return await session.scalar(select(func.count()).select_from(_recipients(id_, active=True).subquery())) or 0


async def keep_bodies(
    session: AsyncSession, id_: int, bubbles: Mapping[tuple[str, bool], Sequence[Mapping[str, object]]]
) -> None:
    """What is to be sent through each channel, to groups or to people, in order; the ones before are forgotten."""
    await session.execute(delete(Body).where(Body.bulletin == id_))
    for (channel, person), bodies in bubbles.items():
        for body in bodies:
            session.add(Body(body=dict(body), bulletin=id_, channel=channel, person=person))
            await session.flush()  # one by one: their order is that of the bubbles


async def queue(session: AsyncSession, row: BulletinRow, now: dt.datetime) -> None:
    """A row a recipient and bubble; who has left is accounted for as gone, a channel that is off as failed."""
    lane = (ALARM if row.urgent_by else HURRY) if row.urgent else BULLETIN
    to, away, rest = (_recipients(row.id, active=active).subquery() for active in (True, False, True))
    person = case((Body.person.is_(True), 1), else_=0)
    shared = and_(Body.bulletin == row.id, Body.channel == to.c.channel, person == to.c.person)
    # In this order a chat's bubbles follow one another, and nobody waits for the second until all have the first.
    bubbles = select(*_columns(row, lane, now, to, "queued", shared=Body.id)).join(Body, shared)
    await _insert(session, bubbles.order_by(to.c.channel, to.c.address, Body.id))
    await _insert(session, select(*_columns(row, lane, now, away, "gone", reason="left the list's chat")))
    off = ~exists().where(Body.bulletin == row.id, Body.channel == rest.c.channel, person == rest.c.person)
    await _insert(session, select(*_columns(row, lane, now, rest, "refused", reason="channel off")).where(off))
    row.state, row.queued_at, row.changed_at, row.held_since = "sending", now, now, None


async def set_open(session: AsyncSession, id_: int, before: Collection[str], state: str, now: dt.datetime) -> int:
    """All rows of a bulletin in one of these states are in that one now; how many were."""
    ended = {"settled": now, "body": None} if state not in OPEN else {}
    changed = (
        update(Delivery)
        .where(Delivery.bulletin == id_, Delivery.state.in_(before))
        .values(state=state, **ended)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(changed)).rowcount  # type: ignore[attr-defined, no-any-return]


async def counts(session: AsyncSession, row: BulletinRow) -> dict[str, int]:
    """Its recipients by what became of them; the six add up to `total`."""
    each = recipients([row.id])
    found = await session.execute(select(each.c.rank, func.count()).group_by(each.c.rank))
    counted = Counter({RANKS[rank]: n for rank, n in found})
    if not counted and row.tally:
        counted = Counter({name: int(row.tally.get(name) or 0) for name in RANKS})
    return {"total": counted.total()} | {name: counted[name] for name in RANKS}


def recipients(ids: Collection[int]) -> Subquery:
    """One row a bulletin and chat, with the worst that became of its bubbles: `rank`, a place in `RANKS`."""
    rank = case(
        (Delivery.state == "sent", 0), (Delivery.state == "by_hand", 1), (Delivery.state == "gone", 3),
        (Delivery.state == "unknown", 4), (Delivery.state.in_(OPEN), 5), else_=2,
    )  # fmt: skip
    rows = (
        select(Delivery.bulletin, Delivery.channel, Delivery.chat, func.max(rank).label("rank"))
        .where(Delivery.bulletin.in_(ids))
        .group_by(Delivery.bulletin, Delivery.channel, Delivery.chat)
    )
    return rows.subquery()


async def obey(session: AsyncSession, now: dt.datetime, ids: Collection[int] | None = None) -> None:
    """What was in flight when its bulletin was paused or ended, and did not arrive, waits or ends with it."""
    stopped = ("paused", "cancelled", "recalled")
    own = select(BulletinRow.state).where(BulletinRow.id == Delivery.bulletin).scalar_subquery()
    paused = own == "paused"
    when = DateTime(timezone=True)
    astray = (
        update(Delivery)
        .where(
            Delivery.state == "queued",
            Delivery.bulletin.in_(select(BulletinRow.id).where(BulletinRow.state.in_(stopped))),
        )
        .values(
            state=case((paused, "paused"), else_="cancelled"),
            settled=case((paused, null()), else_=literal(now, when)),
        )
    )
    mine = astray if ids is None else astray.where(Delivery.id.in_(ids))
    await session.execute(mine.execution_options(synchronize_session=False))


async def finish(session: AsyncSession, now: dt.datetime) -> list[BulletinRow]:
    """Bulletins whose every row is settled are sent; those, and what ended otherwise, with their figures kept."""
    rows = (await session.scalars(select(BulletinRow).where(_ended()).with_for_update(skip_locked=True))).all()
    for row in rows:
        if row.state == "sending":
            row.state, row.sent_at, row.changed_at = "sent", now, now
        row.tally = await counts(session, row)
        await _posted(session, row.id, now)
    return list(rows)


async def _posted(session: AsyncSession, id_: int, now: dt.datetime) -> None:
    """The register of groups knows when each had its last post."""
    got = exists().where(
        Delivery.bulletin == id_, Delivery.channel == MemberRow.channel, Delivery.chat == MemberRow.address,
        Delivery.state.in_(("sent", "by_hand")),
    )  # fmt: skip
    lists = select(BulletinListRow.list).where(BulletinListRow.bulletin == id_)
    posted = update(MemberRow).where(MemberRow.list.in_(lists), got).values(last_post=now)
    await session.execute(posted.execution_options(synchronize_session=False))


def _ended() -> ColumnElement[bool]:
    """All its rows are settled, and nobody has added them up yet."""
    open_ = exists().where(Delivery.bulletin == BulletinRow.id, Delivery.state.in_(OPEN))
    over = and_(
        BulletinRow.state.in_(("cancelled", "recalled")),
        BulletinRow.tally.is_(None),
        BulletinRow.queued_at.is_not(None),
    )
    return and_(or_(BulletinRow.state == "sending", over), ~open_)


async def anything_to_do(session: AsyncSession, now: dt.datetime) -> bool:
    """Whether the clock has work: a look that takes no lock."""
    waiting = and_(BulletinRow.state == "scheduled", BulletinRow.schedule_at <= now, BulletinRow.held_since.is_(None))
    return await session.scalar(select(BulletinRow.id).where(or_(_ended(), waiting)).limit(1)) is not None


async def due(session: AsyncSession, now: dt.datetime) -> Sequence[BulletinRow]:
    """Scheduled bulletins whose time has come and that are not held."""
    found = select(BulletinRow).where(
        BulletinRow.state == "scheduled", BulletinRow.schedule_at <= now, BulletinRow.held_since.is_(None)
    )
    return (await session.scalars(found.order_by(BulletinRow.schedule_at).with_for_update(skip_locked=True))).all()


def _recipients(id_: int, *, active: bool) -> Any:
    """Each chat once, however many of the lists it is in; `person` 1 or 0. Inactive: those active in none of them."""
    to = (
        select(
            MemberRow.channel.label("channel"), MemberRow.address.label("address"),
            func.max(case((MemberRow.person, 1), else_=0)).label("person"),
        )
        .join(BulletinListRow, BulletinListRow.list == MemberRow.list)
        .where(BulletinListRow.bulletin == id_)
        .group_by(MemberRow.channel, MemberRow.address)
    )  # fmt: skip
    reached = func.max(case((MemberRow.active, 1), else_=0))
    return to.having(reached == int(active))


def _columns(
    row: BulletinRow, lane: int, now: dt.datetime, to: Any, state: str, *, shared: Any = None, reason: str = ""
) -> list[Any]:
    """In the order of `NAMES`."""
    when = DateTime(timezone=True)
    open_ = state in OPEN
    expires = case((to.c.channel == BY_HAND, null()), else_=literal(now + KEPT, when)) if open_ else null()
    return [
        to.c.channel, to.c.address, literal(lane), literal(state), literal(0), literal(now, when), expires,
        literal(reason), literal(row.id), null() if shared is None else shared, literal(now, when),
        null() if open_ else literal(now, when),
    ]  # fmt: skip


async def _insert(session: AsyncSession, rows: Any) -> None:
    """All of them within the database: none comes here, however many they are."""
    await session.execute(insert(Delivery).from_select(NAMES, rows, include_defaults=False))
