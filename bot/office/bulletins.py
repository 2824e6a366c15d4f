"""A bulletin from its first words to the last recipient: written, approved by a second officer, sent, taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Channel
from bot.errors import Key, NotAllowed, Refused
from bot.office.bulletin_words import Renderings
from bot.office.lists import known
from bot.office.manuscript import TEXT, TITLE, Manuscript, checked, columns, is_same, keep_picture
from bot.office.recall import point_on, take_back
from bot.storage import audit, bulletins, faults, officers
from bot.storage.bulletins import BulletinListRow, BulletinPicture, BulletinRow
from bot.storage.lists import BY_HAND, ListRow
from bot.storage.moments import utc
from bot.storage.officers import Officer, Role
from bot.storage.queues import Delivery
from bot.storage.within import Transactions
from content.hours import HERE
from content.pack import Pack

__all__ = ["TEXT", "TITLE", "Bulletins", "Status"]
APPROVED: Final = ("approved", "scheduled", "sending", "paused", "sent")  # somebody did, once


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where a bulletin stands, and its recipients by what became of them."""

    id: int
    state: str
    counts: Mapping[str, int]
    why: str = ""  # why nothing goes out now: a channel's fault, or that it came too late
    held: bool = False  # it came too late, and waits for an officer's word


class Bulletins:
    """All bulletins of one house."""

    def __init__(
        self,
        database: Transactions,
        pack: Pack,
        channels: Mapping[str, Channel],
        public_url: str,
        rang: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self.renderings = Renderings(pack, channels, public_url)
        self._rang = rang  # tells whoever sends in this process that there is work

    async def draft(
        self, *, title: str, text: str, names: Sequence[str], by: Officer, urgent: bool = False, long: str = "split",
        corrects: int | None = None,
    ) -> int:  # fmt: skip
        """A new bulletin of words alone for these lists; its number."""
        written = Manuscript(title=title, text=text, names=names, urgent=urgent, long=long)
        return await self.write(written, by=by, corrects=corrects)

    async def write(
        self, written: Manuscript, *, by: Officer, corrects: int | None = None, once: str | None = None
    ) -> int:
        """A new bulletin; its number. The same form (`once`) sent again is the bulletin that it made."""
        written = checked(written)
        try:
            return await self._write(written, by, corrects, once)
        except IntegrityError:  # the same form at the same moment, in another process
            if once is None:
                raise
            return await self._write(written, by, corrects, once)

    async def _write(self, written: Manuscript, by: Officer, corrects: int | None, once: str | None) -> int:
        now = dt.datetime.now(dt.UTC)
        async with self._database.unit_of_work() as session:
            if once and (id_ := await session.scalar(select(BulletinRow.id).where(BulletinRow.once == once))):
                return id_
            wanted = [await known(session, name) for name in written.names]
            _must(by, "editor", wanted)
            row = BulletinRow(
                author=by.name, corrects=corrects, comment="", state="draft", created_at=now, changed_at=now,
                once=once, **columns(written),
            )  # fmt: skip
            session.add(row)
            await session.flush()
            session.add_all(BulletinListRow(bulletin=row.id, list=each.id) for each in wanted)
            await keep_picture(session, row.id, written)
            self._log(session, by, "draft", row, title=written.title)
            return row.id

    async def revise(self, id_: int, written: Manuscript, *, by: Officer, seen: dt.datetime | None = None) -> None:
        """Other words for a draft. `seen`: when it was last changed, as the officer saw it; else it is refused."""
        written = checked(written)
        async with self._database.unit_of_work() as session:
            row, _ = await self._taken(session, id_, by, "editor", {"draft"})
            wanted = [await known(session, name) for name in written.names]
            _must(by, "editor", wanted)
            before, words = set(await bulletins.lists_of(session, row.id)), columns(written)
            same = before == {each.id for each in wanted} and all(getattr(row, n) == v for n, v in words.items())
            if same and is_same(await session.get(BulletinPicture, row.id), written):
                return
            if seen and utc(row.changed_at) != seen:
                raise Refused("bulletin.changed_meanwhile")
            for name, value in words.items():
                setattr(row, name, value)
            for gone in before - {each.id for each in wanted}:
                await session.delete(await session.get_one(BulletinListRow, (row.id, gone)))
            new = [each for each in wanted if each.id not in before]
            session.add_all(BulletinListRow(bulletin=row.id, list=each.id) for each in new)
            await keep_picture(session, row.id, written)
            self._become(session, row, "draft", by, "revise")

    async def submit(self, id_: int, *, by: Officer) -> None:
        """To whoever may approve it."""
        async with self._database.unit_of_work() as session:
            row, to = await self._taken(session, id_, by, "editor", {"draft"}, done={"submitted"})
            if row.state == "submitted":
                return
            if not await bulletins.has_recipients(session, row.id):
                raise Refused("bulletin.nobody", names=", ".join(each.name for each in to))
            self._become(session, row, "submitted", by, "submit")

    async def approve(self, id_: int, *, by: Officer) -> None:
        """A second pair of eyes. Nobody approves his own, unless nobody else could: then the log says so."""
        async with self._database.unit_of_work() as session:
            row, to = await self._taken(session, id_, by, "approver", {"submitted"}, done=APPROVED)
            if row.state in APPROVED:
                if row.approver == by.name:
                    return
                at = f"{utc(row.approved_at).astimezone(HERE):%H:%M %d/%m/%Y}" if row.approved_at else "–"
                raise Refused("bulletin.approved_by", name=row.approver or "–", at=at)
            alone = row.author == by.name
            if alone and await _others(session, by, to):
                raise NotAllowed("bulletin.own")
            await self.renderings.keep(session, row)  # a recurring hour of its list may send it
            row.approver, row.approved_at = by.name, dt.datetime.now(dt.UTC)
            self._become(session, row, "approved", by, "approve", **({"alone": True} if alone else {}))

    async def send_back(self, id_: int, *, by: Officer, comment: str) -> None:
        """Back to its author, with what is to be changed; an author takes back what nobody has approved yet."""
        async with self._database.unit_of_work() as session:
            row = await self._found(session, id_)
            own = row.state == "submitted" and row.author == by.name
            waits = {"submitted", "approved", "scheduled"}
            row, _ = await self._taken(session, id_, by, "editor" if own else "approver", waits, done={"draft"})
            if row.state == "draft":
                return
            row.comment, row.approver, row.schedule_at, row.held_since = comment.strip()[:2000], None, None, None
            row.approved_at, row.urgent_by = None, None  # the words may be others now
            self._become(session, row, "draft", by, "return")

    async def schedule(self, id_: int, *, by: Officer, at: dt.datetime) -> None:
        """To go out by itself at that moment; a moment that is past is refused."""
        now, at = dt.datetime.now(dt.UTC), at.astimezone(dt.UTC)
        if at <= now:
            raise Refused("bulletin.past")
        async with self._database.unit_of_work() as session:
            row, _ = await self._taken(session, id_, by, "approver", {"approved", "scheduled"})
            if row.state == "scheduled" and row.schedule_at and utc(row.schedule_at) == at:
                return
            row.schedule_at, row.held_since = at, None
            await self.renderings.keep(session, row)
            self._become(session, row, "scheduled", by, "schedule", at=at.isoformat())

    async def pass_urgent(self, id_: int, *, by: Officer) -> None:
        """The word of a second officer, by which an urgent bulletin may go out in quiet hours."""
        async with self._database.unit_of_work() as session:
            row, _ = await self._taken(session, id_, by, "approver", {"submitted", "approved", "scheduled"})
            if not row.urgent or by.name == row.author:
                raise NotAllowed("bulletin.second_word")
            if row.urgent_by:
                return
            row.urgent_by = by.name
            self._log(session, by, "urgent", row)

    async def send(self, id_: int, *, by: Officer) -> None:
        """Queue it for everybody; asked twice, it is done once."""
        async with self._database.unit_of_work() as session:
            row, to = await self._taken(
                session, id_, by, "approver", {"approved", "scheduled"}, done={"sending", "paused", "sent"}
            )
            if row.state not in {"approved", "scheduled"}:
                return
            if not await bulletins.has_recipients(session, row.id):
                raise Refused("bulletin.nobody", names=", ".join(each.name for each in to))
            await self.renderings.keep(session, row)
            now = dt.datetime.now(dt.UTC)
            await bulletins.queue(session, row, now)
            if row.corrects:
                await point_on(session, self.renderings, row.corrects, row, now)
            self._log(session, by, "send", row)
        self._rang()

    async def pause(self, id_: int, *, by: Officer) -> None:
        """What is not on its way waits."""
        await self._hold(id_, by, "pause", {"sending"}, ("queued",), "paused", "paused")

    async def resume(self, id_: int, *, by: Officer) -> None:
        """What waits goes on."""
        await self._hold(id_, by, "resume", {"paused"}, ("paused",), "queued", "sending")
        self._rang()

    async def cancel(self, id_: int, *, by: Officer) -> None:
        """It goes no further: who has it keeps it, who has not gets none."""
        before = {"draft", "submitted", "approved", "scheduled", "sending", "paused"}
        await self._hold(id_, by, "cancel", before, ("queued", "paused"), "cancelled", "cancelled")

    async def recall(self, id_: int, *, by: Officer) -> None:
        """It was wrong: no more is sent, the page says so, and whoever has it is told."""
        async with self._database.unit_of_work() as session:
            row, _ = await self._taken(session, id_, by, "approver", {"sending", "paused", "sent"}, done={"recalled"})
            if row.state == "recalled":
                return
            now = dt.datetime.now(dt.UTC)
            await bulletins.set_open(session, row.id, ("queued", "paused"), "cancelled", now)
            await take_back(session, self.renderings, row, now)
            row.recalled_at, row.tally = now, None  # added up anew by the clock, when what is on its way has landed
            self._become(session, row, "recalled", by, "recall")
        self._rang()

    async def by_hand(self, id_: int, address: str, *, by: Officer, done: bool = True) -> None:
        """This group got it from an officer's own hand; or not yet after all."""
        now = dt.datetime.now(dt.UTC)
        async with self._database.unit_of_work() as session:
            await self._taken(
                session, id_, by, "editor", {"sending", "paused", "sent"} if done else {"sending", "paused"}
            )
            found = await session.scalars(
                select(Delivery).where(
                    Delivery.bulletin == id_, Delivery.channel == BY_HAND, Delivery.chat == address
                ).with_for_update()
            )  # fmt: skip
            rows = found.all()
            if not rows:
                raise Refused("bulletin.no_group")
            for row in rows:
                row.state, row.settled, row.reason = ("by_hand", now, by.name) if done else ("queued", None, "")
            detail = {"group": address, "done": done}
            audit.log(session, by=by.name, action="bulletin.by_hand", subject=f"bulletin:{id_}", detail=detail)

    async def status(self, id_: int) -> Status:
        """Where it stands now."""
        async with self._database.reading() as session:
            row = await session.get(BulletinRow, id_)
            if row is None:
                raise Refused("bulletin.unknown", id=id_)
            fault = await faults.stopping(session, row.id) if row.state == "sending" else None
            why = f"{fault.channel}: {fault.reason}" if fault else ""
            counts = await bulletins.counts(session, row)
            state = "paused" if fault else row.state
            return Status(id=row.id, state=state, counts=counts, why=why, held=row.held_since is not None)

    async def _hold(
        self, id_: int, by: Officer, deed: str, states: Collection[str], before: Sequence[str], after: str, state: str
    ) -> None:
        async with self._database.unit_of_work() as session:
            row, _ = await self._taken(session, id_, by, "approver", states, done={state})
            if row.state == state:
                return
            await bulletins.set_open(session, row.id, before, after, dt.datetime.now(dt.UTC))
            self._become(session, row, state, by, deed)

    @staticmethod
    async def _found(session: AsyncSession, id_: int) -> BulletinRow:
        row = await bulletins.held(session, id_)
        if row is None:
            raise Refused("bulletin.unknown", id=id_)
        return row

    async def _taken(
        self, session: AsyncSession, id_: int, by: Officer, role: Role, states: Collection[str],
        done: Collection[str] = (),
    ) -> tuple[BulletinRow, list[ListRow]]:  # fmt: skip
        """The bulletin and its lists, where this officer may do this to it now, or where it is done already."""
        row = await self._found(session, id_)
        to = await _lists(session, row.id)
        _must(by, role, to)
        if row.state not in states and row.state not in done:
            raise Refused("bulletin.not_now", id=id_, state=Key(f"bulletin.state.{row.state}"))
        return row, to

    def _become(
        self, session: AsyncSession, row: BulletinRow, state: str, by: Officer, deed: str, **more: object
    ) -> None:
        row.state, row.changed_at = state, dt.datetime.now(dt.UTC)
        self._log(session, by, deed, row, **more)

    @staticmethod
    def _log(session: AsyncSession, by: Officer, deed: str, row: BulletinRow, **more: object) -> None:
        audit.log(session, by=by.name, action=f"bulletin.{deed}", subject=f"bulletin:{row.id}", detail=more)


def _must(by: Officer, role: Role, to: Sequence[ListRow]) -> None:
    """He must have the role for each of the lists; whoever may approve may also write."""
    for each in to:
        if not (by.may(role, each.unit) or (role == "editor" and by.may("approver", each.unit))):
            raise NotAllowed("bulletin.not_yours", name=by.name, list=each.name)


async def _others(session: AsyncSession, by: Officer, to: Sequence[ListRow]) -> bool:
    """Whether anybody else could approve for one of these lists."""
    others = [other for other in await officers.everyone(session) if other.id != by.id]
    return any(other.may("approver", each.unit) for other in others for each in to)


async def _lists(session: AsyncSession, id_: int) -> list[ListRow]:
    ids = await bulletins.lists_of(session, id_)
    return list(await session.scalars(select(ListRow).where(ListRow.id.in_(ids)).order_by(ListRow.id)))
