"""The groups that a bulletin reaches by an officer's own hand: what is open, what is done, who answers for each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.bulletins import OPEN, BulletinListRow, BulletinRow
from bot.storage.lists import BY_HAND, ListRow, MemberRow
from bot.storage.moments import utc
from bot.storage.officers import Officer
from bot.storage.queues import Body, Delivery

GOES: Final = ("sending", "paused", "sent")  # of a bulletin: its groups can be ticked
SHOWN: Final = (*OPEN, "by_hand")  # of a row: who left, or was called off, asks for nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One ordinary group of one bulletin."""

    bulletin: int
    address: str
    state: str  # of `SHOWN`
    at: dt.datetime | None = None  # when it was done
    by: str = ""  # and who did it
    place: int = 0  # the number of its first member row: a short name for pages
    title: str = ""
    people: int | None = None
    officers: frozenset[int] = frozenset()  # in charge, and still officers
    units: frozenset[str] = field(default_factory=frozenset)  # of the lists through which it gets the bulletin

    @property
    def done(self) -> bool:
        """Whether an officer said that it is posted."""
        return self.state == "by_hand"

    def is_his(self, officer: Officer) -> bool:
        """Whether this officer answers for it: he is in charge, or nobody is and he may write for its unit."""
        if self.officers:
            return officer.id in self.officers
        return any(officer.may("editor", unit) for unit in self.units)

    def is_open_to(self, officer: Officer) -> bool:
        """Whether he may see and tick it; whoever approves for its unit may stand in."""
        return self.is_his(officer) or any(officer.may("approver", unit) for unit in self.units)


async def posts(session: AsyncSession, ids: Collection[int], everyone: Sequence[Officer]) -> dict[int, list[Post]]:
    """The groups of these bulletins; `everyone`: all officers, of whom the disabled answer for nothing."""
    working = {officer.id for officer in everyone if not officer.disabled}
    members: dict[tuple[int, str], list[tuple[MemberRow, str]]] = {}
    rows = await session.execute(
        select(BulletinListRow.bulletin, MemberRow, ListRow.unit)
        .join(ListRow, ListRow.id == BulletinListRow.list)
        .join(MemberRow, MemberRow.list == ListRow.id)
        .where(BulletinListRow.bulletin.in_(ids), MemberRow.channel == BY_HAND)
        .order_by(MemberRow.id)
    )
    for bulletin, member, unit in rows:
        members.setdefault((bulletin, member.address), []).append((member, unit))
    found: dict[int, list[Post]] = {}
    deliveries = select(Delivery).where(
        Delivery.bulletin.in_(ids), Delivery.channel == BY_HAND, Delivery.state.in_(SHOWN)
    )
    for row in await session.scalars(deliveries.order_by(Delivery.id)):
        if row.bulletin is not None:
            known = members.get((row.bulletin, row.chat), [])
            found.setdefault(row.bulletin, []).append(_post(row, row.bulletin, known, working))
    return found


def _post(row: Delivery, bulletin: int, known: Sequence[tuple[MemberRow, str]], working: Collection[int]) -> Post:
    done = row.state == "by_hand"
    first = known[0][0] if known else None
    return Post(
        bulletin=bulletin, address=row.chat, state=row.state,
        at=utc(row.settled) if done and row.settled else None, by=row.reason if done else "",
        place=first.id if first else 0,
        title=next((member.title for member, _ in known if member.title), row.chat),
        people=next((member.people for member, _ in known if member.people is not None), None),
        officers=frozenset(m.officer for m, _ in known if m.officer in working and m.officer is not None),
        units=frozenset(unit for _, unit in known),
    )  # fmt: skip


async def unfinished(session: AsyncSession) -> Sequence[BulletinRow]:
    """Bulletins on their way that still have a group to post, the newest first."""
    open_ = select(Delivery.bulletin).where(Delivery.channel == BY_HAND, Delivery.state.in_(OPEN))
    going = BulletinRow.state.in_(("sending", "paused"))
    found = select(BulletinRow).where(going, BulletinRow.id.in_(open_)).order_by(BulletinRow.queued_at.desc())
    return (await session.scalars(found)).all()


async def text(session: AsyncSession, row: BulletinRow) -> str:
    """The words to be forwarded, as they were approved."""
    bubbles = await session.scalars(
        select(Body.body).where(Body.bulletin == row.id, Body.channel == BY_HAND).order_by(Body.id)
    )
    words = "\n\n".join(str(body.get("text", "")) for body in bubbles)
    return words or f"{row.title}\n\n{row.text}"


async def settle(
    session: AsyncSession, row: BulletinRow, address: str, *, done: bool, by: str, now: dt.datetime
) -> bool:
    """The group has it, or not after all; False where that stood so already."""
    before = OPEN if done else ("by_hand",)
    values: Mapping[str, object] = {
        "state": "by_hand" if done else "paused" if row.state == "paused" else "queued",
        "settled": now if done else None,
        "reason": by if done else "",
    }
    mine = (Delivery.bulletin == row.id, Delivery.channel == BY_HAND, Delivery.chat == address)
    changed = update(Delivery).where(*mine, Delivery.state.in_(before)).values(**values).returning(Delivery.id)
    if not (await session.scalars(changed.execution_options(synchronize_session=False))).all():
        return False
    if not done and row.state == "sent":  # it was the last one: there is something to do again
        row.state, row.sent_at, row.tally, row.changed_at = "sending", None, None, now
    last = select(func.max(Delivery.settled)).where(
        Delivery.channel == BY_HAND, Delivery.chat == address, Delivery.state == "by_hand"
    )
    here = update(MemberRow).where(MemberRow.channel == BY_HAND, MemberRow.address == address)
    await session.execute(here.values(last_post=last.scalar_subquery()).execution_options(synchronize_session=False))
    return True


async def let_go(session: AsyncSession, address: str, now: dt.datetime) -> None:
    """This group is no more: nobody waits for it to be posted."""
    open_ = update(Delivery).where(Delivery.channel == BY_HAND, Delivery.chat == address, Delivery.state.in_(OPEN))
    gone = open_.values(state="gone", settled=now, reason="no longer a group")
    await session.execute(gone.execution_options(synchronize_session=False))
