"""What came in and what goes out, as rows: the inbox and the outbox.

A row is claimed with a lease, worked on, and settled; a process that dies leaves a lease that runs out. Within one
chat the order of arrival is kept on both sides. PostgreSQL: SKIP LOCKED. SQLite: one writer at a time.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.among import among, words
from bot.storage.core import core
from bot.storage.moments import utc
from bot.storage.queue_rows import ALARM as ALARM
from bot.storage.queue_rows import BULLETIN as BULLETIN
from bot.storage.queue_rows import HURRY as HURRY
from bot.storage.queue_rows import INBOX, IS_OPEN, IS_QUEUED, OUTBOX
from bot.storage.queue_rows import REPLY as REPLY
from bot.storage.queue_rows import URGENT as URGENT
from bot.storage.queue_rows import Body as Body
from bot.storage.queue_rows import Delivery as Delivery
from bot.storage.queue_rows import Received as Received
from bot.storage.upsert import New

KEY_KEPT: Final = dt.timedelta(days=30)  # against repeats
BODY_KEPT: Final = dt.timedelta(hours=24)  # of a message that nobody answered
FAILED_KEPT: Final = dt.timedelta(days=7)  # of a message whose answering failed, encrypted
LEASE: Final = dt.timedelta(seconds=12)  # a process whose rows are not renewed for so long is taken for dead


class Claimed(NamedTuple):
    """An update that this process answers."""

    id: int
    channel: str
    chat: str
    body: str | None
    tries: int


class Flying(NamedTuple):
    """A bubble that this process sends."""

    id: int
    channel: str
    chat: str
    lane: int
    body: dict[str, Any] | None
    tries: int
    expires: dt.datetime | None
    shared: int | None


# What every message needs is asked of the tables, by statements made once: rows are read and changed many at a time,
# and none of them is kept as an object.


def _next_received() -> Select[tuple[Any, ...]]:
    """For each chat its oldest open one, and no other before that is settled."""
    row, earlier = INBOX.c, INBOX.alias()
    first = ~exists().where(
        earlier.c.channel == row.channel, earlier.c.chat == row.chat, earlier.c.id < row.id,
        earlier.c.state.in_(words("waiting", "answering")),
    )  # fmt: skip
    free = or_(row.state == "waiting", and_(row.state == "answering", row.until < bindparam("now")))
    wanted = select(row.id, row.channel, row.chat, row.body, row.tries).where(free, first)
    return wanted.order_by(row.id).limit(bindparam("most")).with_for_update(skip_locked=True)


def _next_deliveries() -> Select[tuple[Any, ...]]:
    """For each chat its oldest open one, urgent lanes first."""
    row, earlier = OUTBOX.c, OUTBOX.alias()
    first = ~exists().where(
        earlier.c.channel == row.channel, earlier.c.chat == row.chat, earlier.c.id < row.id,
        earlier.c.lane <= row.lane, earlier.c.state != "paused",
        earlier.c.state.in_(words("queued", "sending", "paused")),  # the index's own words
    )  # fmt: skip
    return (
        select(row.id, row.channel, row.chat, row.lane, row.body, row.tries, row.expires, row.shared)
        .where(
            row.channel == bindparam("channel"),
            IS_QUEUED,
            row.not_before <= bindparam("now"),
            first,
        )
        .where(~among(row.chat, "busy"), row.lane <= bindparam("last"))
        .order_by(row.lane, row.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    )


NEXT_RECEIVED: Final = _next_received()
NEXT_DELIVERIES: Final = _next_deliveries()
TAKE_RECEIVED: Final = (
    update(INBOX)
    .where(among(INBOX.c.id, "ids"))
    .values(state="answering", until=bindparam("lease"), tries=INBOX.c.tries + 1)
)
TAKE_DELIVERIES: Final = (
    update(OUTBOX)
    .where(among(OUTBOX.c.id, "ids"))
    .values(state="sending", until=bindparam("lease"), tries=OUTBOX.c.tries + 1)
)
WAITING: Final = (
    select(func.count()).select_from(INBOX).where(INBOX.c.channel == bindparam("channel"), INBOX.c.state == "waiting")
)
WAITING_BY_CHAT: Final = (
    select(INBOX.c.chat, func.count())
    .where(INBOX.c.state == "waiting", INBOX.c.channel == bindparam("channel"), among(INBOX.c.chat, "chats"))
    .group_by(INBOX.c.chat)
)
STILL_CLAIMED: Final = (
    select(INBOX.c.id, INBOX.c.tries)
    .where(among(INBOX.c.id, "ids"), INBOX.c.state == "answering")
    .order_by(INBOX.c.id)
    .with_for_update()
)
NEW: Final = New(INBOX, "channel", "key")
QUEUED: Final = insert(OUTBOX).returning(OUTBOX.c.id, sort_by_parameter_order=True)
ANY_QUEUED: Final = select(OUTBOX.c.id).where(IS_QUEUED, OUTBOX.c.channel == bindparam("channel")).limit(1)
OPEN_CHATS: Final = select(OUTBOX.c.chat).where(
    IS_OPEN, OUTBOX.c.channel == bindparam("channel"), among(OUTBOX.c.chat, "chats")
)
ANSWERED: Final = update(INBOX).where(among(INBOX.c.id, "ids")).values(state="done", body=None)
SENT: Final = (
    update(OUTBOX)
    .where(OUTBOX.c.id == bindparam("row"), OUTBOX.c.tries == bindparam("try"))
    .values(
        state="sent", body=null(), until=None, settled=bindparam("now"), message_id=bindparam("message"),
        reason=bindparam("why"),
    )
)  # fmt: skip


async def accept(session: AsyncSession, rows: Sequence[Mapping[str, object]]) -> int:
    """Keep updates that are new (`channel`, `key`, `chat`, `body`, `at`); how many were."""
    if not rows:
        return 0
    new = [{"state": "waiting", "tries": 0, **row} for row in rows]
    return len(await core(session, NEW.on(session), new))


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
    if chat is not None:
        return (await waiting_by_chat(session, channel, [chat]))[channel, chat]
    ((number,),) = await core(session, WAITING, {"channel": channel})
    return int(number)


async def waiting_by_chat(session: AsyncSession, channel: str, chats: Collection[str]) -> Counter[tuple[str, str]]:
    """How many updates of each of these chats, (channel, chat), are not answered yet."""
    found = await core(session, WAITING_BY_CHAT, {"channel": channel, "chats": chats})
    return Counter({(channel, chat): number for chat, number in found})


async def claim_received(session: AsyncSession, now: dt.datetime, most: int) -> list[Claimed]:
    """Take updates to answer: for each chat its oldest open one, and no other before that is settled."""
    found = [Claimed(*row) for row in await core(session, NEXT_RECEIVED, {"now": now, "most": most})]
    if found:
        await core(session, TAKE_RECEIVED, {"ids": [row.id for row in found], "lease": now + LEASE})
    return [row._replace(tries=row.tries + 1) for row in found]


async def still_claimed(session: AsyncSession, claimed: Sequence[Claimed]) -> list[Claimed]:
    """Those that nobody else took meanwhile, held until the end of the transaction; each try has its number."""
    tries = dict(await core(session, STILL_CLAIMED, {"ids": [row.id for row in claimed]}))
    return [row for row in claimed if tries.get(row.id) == row.tries]


async def give_back(session: AsyncSession, claimed: Sequence[Claimed]) -> None:
    """They were not tried: whoever comes next takes them at once."""
    ids = [row.id for row in await still_claimed(session, claimed)]
    back = update(Received).where(Received.id.in_(ids)).values(state="waiting", tries=Received.tries - 1)
    await session.execute(back.execution_options(synchronize_session=False))


async def answered(session: AsyncSession, ids: Sequence[int]) -> None:
    """These updates are answered."""
    if ids:
        await core(session, ANSWERED, {"ids": ids})


async def queue(session: AsyncSession, deliveries: Sequence[Mapping[str, object]]) -> list[int]:
    """Keep these bubbles, in their order; the numbers of their rows."""
    return [id_ for (id_,) in await core(session, QUEUED, deliveries)] if deliveries else []


async def is_anything_queued(session: AsyncSession, channel: str) -> bool:
    """Whether a bubble of this channel waits, for whatever it is."""
    return bool(await core(session, ANY_QUEUED, {"channel": channel}))


async def open_chats(session: AsyncSession, channel: str, chats: Collection[str]) -> set[str]:
    """Those of these chats for which a bubble waits or flies."""
    return {chat for (chat,) in await core(session, OPEN_CHATS, {"channel": channel, "chats": chats})}


async def unanswered(session: AsyncSession, id_: int, *, state: str, body: str) -> None:
    """The answering of this update failed: `waiting` for the next try, or `failed`."""
    failed = update(Received).where(Received.id == id_).values(state=state, body=body)
    await session.execute(failed.execution_options(synchronize_session=False))


async def claim_deliveries(
    session: AsyncSession, channel: str, now: dt.datetime, most: int, busy: Iterable[str] = (), last: int = BULLETIN
) -> list[Flying]:
    """Take bubbles to send: for each chat its oldest open one, urgent lanes first; none for a chat that is `busy`.

    `last`: the last lane that may go now, such as `ALARM` in quiet hours.
    """
    wanted = {"channel": channel, "now": now, "most": most, "busy": list(busy), "last": last}
    found = [Flying(*row) for row in await core(session, NEXT_DELIVERIES, wanted)]
    if found:
        await core(session, TAKE_DELIVERIES, {"ids": [row.id for row in found], "lease": now + LEASE})
    return [row._replace(tries=row.tries + 1) for row in found]


async def sent(session: AsyncSession, rows: Sequence[tuple[Flying, str | None, str]], now: dt.datetime) -> None:
    """These reached the platform, which gave each an id, perhaps, and said something, perhaps."""
    if rows:
        settled = [
            {"row": row.id, "try": row.tries, "message": message, "why": why[:300], "now": now}
            for row, message, why in rows
        ]
        await core(session, SENT, settled)


async def bodies(session: AsyncSession, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """The bubbles that rows share."""
    if not ids:
        return {}
    rows = await session.execute(select(Body.id, Body.body).where(Body.id.in_(ids)))
    return {row.id: row.body for row in rows}


async def still_flying(session: AsyncSession, sent: Sequence[Flying]) -> dict[int, Delivery]:
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
    return await session.scalar(select(func.min(Delivery.not_before)).where(Delivery.channel == channel, IS_QUEUED))


async def move(session: AsyncSession, channel: str, old: str, new: str) -> None:
    """A chat has another id now: all that is open for it goes there."""
    open_ = Received.state.in_(("waiting", "answering"))
    received = update(Received).where(open_, Received.channel == channel, Received.chat == old)
    deliveries = update(Delivery).where(IS_OPEN, Delivery.channel == channel, Delivery.chat == old)
    for there in (received, deliveries):
        await session.execute(there.values(chat=new))


async def tidy(session: AsyncSession, now: dt.datetime) -> None:
    """Erase what may no longer be kept (rule of truth 5)."""
    await session.execute(delete(Received).where(Received.at < now - KEY_KEPT))
    old = or_(
        and_(Received.state == "failed", Received.at < now - FAILED_KEPT),
        and_(Received.state != "failed", Received.at < now - BODY_KEPT),
    )
    await session.execute(update(Received).where(old, Received.body.is_not(None)).values(body=None))
    late = update(Delivery).where(IS_QUEUED, Delivery.expires < now)  # of a channel turned off, too
    await session.execute(late.values(state="refused", reason="expired", settled=now, body=None))
    ended = Delivery.state.not_in(("queued", "sending", "paused"))
    await session.execute(update(Delivery).where(ended, Delivery.body.is_not(None)).values(body=None))
    await session.execute(delete(Delivery).where(ended, Delivery.at < now - KEY_KEPT))
    orphaned = and_(Body.bulletin.is_(None), ~exists().where(Delivery.shared == Body.id))
    await session.execute(delete(Body).where(orphaned).execution_options(synchronize_session=False))
