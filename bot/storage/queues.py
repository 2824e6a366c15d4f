"""What came in and what goes out, as rows: the inbox and the outbox.

A row is claimed with a lease, worked on, and settled; a process that dies leaves a lease that runs out. Within one
chat the order of arrival is kept on both sides. PostgreSQL: SKIP LOCKED. SQLite: one writer at a time.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    JSON,
    DateTime,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    delete,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from bot.storage.moments import utc
from bot.storage.tables import Base
from bot.storage.upsert import insert_into

KEY_KEPT: Final = dt.timedelta(days=30)  # against repeats
BODY_KEPT: Final = dt.timedelta(hours=24)  # of a message that nobody answered
FAILED_KEPT: Final = dt.timedelta(days=7)  # of a message whose answering failed, encrypted
LEASE: Final = dt.timedelta(seconds=12)  # a process whose rows are not renewed for so long is taken for dead
# Lanes: the lower goes first. Nobody who asks waits for bulletins; an `ALARM` passes in quiet hours.
URGENT, REPLY, ALARM, HURRY, BULLETIN = range(5)


class Received(Base):
    """One update; its body is erased when it is answered, its key stays against repeats."""

    __tablename__ = "inbox"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    channel: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(120))
    chat: Mapped[str] = mapped_column(String(64))
    body: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="waiting")  # waiting, answering, done, failed
    tries: Mapped[int] = mapped_column(default=0)
    until: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))  # the lease
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), index=True)
    __table_args__ = (
        UniqueConstraint("channel", "key"),
        Index("ix_inbox_open", "state", "channel", "chat", "id"),
    )


class Delivery(Base):
    """One bubble to one chat."""

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    channel: Mapped[str] = mapped_column(String(20))
    chat: Mapped[str] = mapped_column(String(64))
    lane: Mapped[int] = mapped_column(default=REPLY)
    body: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    # queued, sending, an `Outcome`; of a bulletin also paused, cancelled, by_hand (an officer forwarded it)
    state: Mapped[str] = mapped_column(String(10), default="queued")
    tries: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    expires: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    until: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    message_id: Mapped[str | None] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(String(300), default="")
    received: Mapped[int | None] = mapped_column()  # the inbox row that it answers
    bulletin: Mapped[int | None] = mapped_column()  # the bulletin that it carries
    shared: Mapped[int | None] = mapped_column()  # the `Body` that it has in common with others
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    settled: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    __table_args__ = (
        Index("ix_outbox_next", "channel", "state", "lane", "id"),
        Index("ix_outbox_chat", "channel", "chat", "state", "id"),
        Index("ix_outbox_bulletin", "bulletin", "state", "channel", "chat"),
        Index(
            "ix_outbox_flying",
            "until",
            sqlite_where=text("state = 'sending'"),
            postgresql_where=text("state = 'sending'"),
        ),
    )


class Body(Base):
    """A bubble that many rows share: one text to thousands is kept once."""

    __tablename__ = "bodies"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    bulletin: Mapped[int | None] = mapped_column(index=True)
    channel: Mapped[str | None] = mapped_column(String(20))
    person: Mapped[bool | None] = mapped_column()  # for people who subscribed, or for groups


async def accept(session: AsyncSession, rows: Sequence[Mapping[str, object]]) -> int:
    """Keep updates that are new (`channel`, `key`, `chat`, `body`, `at`); how many were."""
    if not rows:
        return 0
    statement = (
        insert_into(session, Received)
        .on_conflict_do_nothing(index_elements=["channel", "key"])
        .returning(Received.id)
    )
    return len(
        (await session.scalars(statement, [{"state": "waiting", "tries": 0} | dict(row) for row in rows])).all()
    )


async def newest(session: AsyncSession, channel: str) -> dt.datetime | None:
    """When a channel brought something last; None where it never did, or more than 30 days ago."""
    at = await session.scalar(select(func.max(Received.at)).where(Received.channel == channel))
    return utc(at) if at else None


async def known(session: AsyncSession, channel: str, keys: Collection[str]) -> set[str]:
    """Which of these updates were kept before."""
    if not keys:
        return set()
    return set(await session.scalars(select(Received.key).where(Received.channel == channel, Received.key.in_(keys))))


async def waiting(session: AsyncSession, channel: str, chat: str | None = None) -> int:
    """How many updates of a channel, or of one chat in it, are not answered yet."""
    found = select(func.count()).where(Received.channel == channel, Received.state == "waiting")
    return (await session.scalar(found if chat is None else found.where(Received.chat == chat))) or 0


async def waiting_by_chat(session: AsyncSession, chats: Collection[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """How many updates of each of these chats (channel, chat) are not answered yet."""
    found = await session.execute(
        select(Received.channel, Received.chat, func.count())
        .where(Received.state == "waiting", tuple_(Received.channel, Received.chat).in_(chats))
        .group_by(Received.channel, Received.chat)
    )
    return Counter({(channel, chat): number for channel, chat, number in found})


async def claim_received(session: AsyncSession, now: dt.datetime, most: int) -> list[Received]:
    """Take updates to answer: for each chat its oldest open one, and no other before that is settled."""
    earlier = aliased(Received)
    first = ~exists().where(
        earlier.channel == Received.channel, earlier.chat == Received.chat, earlier.id < Received.id,
        earlier.state.in_(("waiting", "answering")),
    )  # fmt: skip
    free = or_(Received.state == "waiting", and_(Received.state == "answering", Received.until < now))
    rows = list(
        await session.scalars(
            select(Received).where(free, first).order_by(Received.id).limit(most).with_for_update(skip_locked=True)
        )
    )
    for row in rows:
        row.state, row.until, row.tries = "answering", now + LEASE, row.tries + 1
    return rows


async def still_claimed(session: AsyncSession, claimed: Sequence[Received]) -> list[Received]:
    """Those that nobody else took meanwhile, held until the end of the transaction; each try has its number."""
    rows = await session.execute(
        select(Received.id, Received.tries)
        .where(Received.id.in_([row.id for row in claimed]), Received.state == "answering")
        .order_by(Received.id)
        .with_for_update()
    )
    tries = {row.id: row.tries for row in rows}
    return [row for row in claimed if tries.get(row.id) == row.tries]


async def give_back(session: AsyncSession, claimed: Sequence[Received]) -> None:
    """They were not tried: whoever comes next takes them at once."""
    ids = [row.id for row in await still_claimed(session, claimed)]
    back = update(Received).where(Received.id.in_(ids)).values(state="waiting", tries=Received.tries - 1)
    await session.execute(back.execution_options(synchronize_session=False))


async def answered(session: AsyncSession, ids: Sequence[int], deliveries: Sequence[Mapping[str, object]]) -> None:
    """These updates are answered with these bubbles, in their order."""
    done = update(Received).where(Received.id.in_(ids)).values(state="done", body=None)
    await session.execute(done.execution_options(synchronize_session=False))
    if deliveries:
        await session.execute(insert(Delivery), list(deliveries))


async def unanswered(session: AsyncSession, id_: int, *, state: str, body: str) -> None:
    """The answering of this update failed: `waiting` for the next try, or `failed`."""
    failed = update(Received).where(Received.id == id_).values(state=state, body=body)
    await session.execute(failed.execution_options(synchronize_session=False))


async def claim_deliveries(
    session: AsyncSession, channel: str, now: dt.datetime, most: int, busy: Iterable[str] = (), last: int = BULLETIN
) -> list[Delivery]:
    """Take bubbles to send: for each chat its oldest open one, urgent lanes first; none for a chat that is `busy`.

    `last`: the last lane that may go now, such as `ALARM` in quiet hours.
    """
    earlier = aliased(Delivery)
    first = ~exists().where(
        earlier.channel == Delivery.channel, earlier.chat == Delivery.chat, earlier.id < Delivery.id,
        earlier.lane <= Delivery.lane, earlier.state.in_(("queued", "sending")),
    )  # fmt: skip
    rows = list(
        await session.scalars(
            select(Delivery)
            .where(Delivery.channel == channel, Delivery.state == "queued", Delivery.not_before <= now, first)
            .where(Delivery.chat.not_in(list(busy)), Delivery.lane <= last)
            .order_by(Delivery.lane, Delivery.id)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
    )
    for row in rows:
        row.state, row.until, row.tries = "sending", now + LEASE, row.tries + 1
    return rows


async def bodies(session: AsyncSession, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """The bubbles that rows share."""
    if not ids:
        return {}
    rows = await session.execute(select(Body.id, Body.body).where(Body.id.in_(ids)))
    return {row.id: row.body for row in rows}


async def still_flying(session: AsyncSession, sent: Sequence[Delivery]) -> dict[int, Delivery]:
    """Those that nobody else sends again meanwhile, as they stand now, held until the end of the transaction."""
    rows = await session.scalars(
        select(Delivery).where(Delivery.id.in_([row.id for row in sent])).order_by(Delivery.id).with_for_update()
    )
    tries = {row.id: row.tries for row in sent}
    return {row.id: row for row in rows if row.tries == tries[row.id]}


async def keep_claims(session: AsyncSession, ids: Collection[int], now: dt.datetime) -> None:
    """Their process lives."""
    mine = update(Delivery).where(Delivery.id.in_(ids), Delivery.state == "sending").values(until=now + LEASE)
    await session.execute(mine.execution_options(synchronize_session=False))


async def lost_deliveries(session: AsyncSession, now: dt.datetime, *, again: bool) -> int:
    """Bubbles in flight when their process died: unknown, or queued again where the operator prefers a double."""
    flying = Delivery.state == literal_column("'sending'")  # as it stands in the index
    lost = update(Delivery).where(flying, Delivery.until < now)
    values = (
        {"state": "queued"} if again else {"state": "unknown", "settled": now, "body": None, "reason": "no answer"}
    )
    return (await session.execute(lost.values(**values))).rowcount  # type: ignore[attr-defined, no-any-return]


async def next_due(session: AsyncSession, channel: str) -> dt.datetime | None:
    """When the next queued bubble of a channel may be sent."""
    return await session.scalar(
        select(func.min(Delivery.not_before)).where(Delivery.channel == channel, Delivery.state == "queued")
    )


async def move(session: AsyncSession, channel: str, old: str, new: str) -> None:
    """A chat has another id now: all that is open for it goes there."""
    for table in (Received, Delivery):
        await session.execute(update(table).where(table.channel == channel, table.chat == old).values(chat=new))


async def tidy(session: AsyncSession, now: dt.datetime) -> None:
    """Erase what may no longer be kept (rule of truth 5)."""
    await session.execute(delete(Received).where(Received.at < now - KEY_KEPT))
    old = or_(
        and_(Received.state == "failed", Received.at < now - FAILED_KEPT),
        and_(Received.state != "failed", Received.at < now - BODY_KEPT),
    )
    await session.execute(update(Received).where(old, Received.body.is_not(None)).values(body=None))
    late = update(Delivery).where(Delivery.state == "queued", Delivery.expires < now)  # of a channel turned off, too
    await session.execute(late.values(state="refused", reason="expired", settled=now, body=None))
    ended = Delivery.state.not_in(("queued", "sending", "paused"))
    await session.execute(update(Delivery).where(ended, Delivery.body.is_not(None)).values(body=None))
    await session.execute(delete(Delivery).where(ended, Delivery.at < now - KEY_KEPT))
    orphaned = and_(Body.bulletin.is_(None), ~exists().where(Delivery.shared == Body.id))
    await session.execute(delete(Body).where(orphaned).execution_options(synchronize_session=False))
