"""A bulletin from its first words to the last recipient: written, approved by a second officer, sent, taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Channel, Say, Update
from bot.dialogue.saying import queue
from bot.errors import NotAllowed, Refused
from bot.office.lists import known
from bot.storage import audit, bulletins, faults, officers
from bot.storage.bulletins import BulletinListRow, BulletinRow
from bot.storage.database import Database
from bot.storage.lists import BY_HAND, ListRow
from bot.storage.officers import Officer, Role
from bot.storage.queues import BULLETIN, Delivery
from content.hours import HERE
from content.pack import Pack
from content.texts import day, texts
from handlers.contract import Button, Lang, Reply, Section

TITLE, TEXT = 200, 20_000  # characters


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
        database: Database,
        pack: Pack,
        channels: Mapping[str, Channel],
        public_url: str,
        rang: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._pack = pack
        self._channels = channels
        self._public_url = public_url.rstrip("/")
        self._rang = rang  # tells whoever sends in this process that there is work

    async def draft(
        self, *, title: str, text: str, names: Sequence[str], by: Officer, urgent: bool = False, long: str = "split",
        corrects: int | None = None,
    ) -> int:  # fmt: skip
        """A new bulletin for these lists; its number."""
        title, text = " ".join(title.split()), text.strip()
        if not title or len(title) > TITLE:
            raise Refused("bulletin.wrong_title", most=TITLE)
        if not text or len(text) > TEXT:
            raise Refused("bulletin.wrong_text", most=TEXT)
        if not names:
            raise Refused("bulletin.no_list")
        now = dt.datetime.now(dt.UTC)
        async with self._database.unit_of_work() as session:
            wanted = [await known(session, name) for name in dict.fromkeys(names)]
            _must(by, "editor", wanted)
            row = BulletinRow(
                title=title, text=text, urgent=urgent, long=long, author=by.name, corrects=corrects, comment="",
                lang="vi", state="draft", created_at=now, changed_at=now,
            )  # fmt: skip
            session.add(row)
            await session.flush()
            session.add_all(BulletinListRow(bulletin=row.id, list=each.id) for each in wanted)
            self._log(session, by, "draft", row, title=title)
            return row.id

    async def submit(self, id_: int, *, by: Officer) -> None:
        """To whoever may approve it."""
        async with self._database.unit_of_work() as session:
            row, to = await self._taken(session, id_, by, "editor", {"draft"})
            if not await bulletins.has_recipients(session, row.id):
                raise Refused("bulletin.nobody", names=", ".join(each.name for each in to))
            self._become(session, row, "submitted", by, "submit")

    async def approve(self, id_: int, *, by: Officer) -> None:
        """A second pair of eyes. Nobody approves his own, unless nobody else could: then the log says so."""
        async with self._database.unit_of_work() as session:
            row, to = await self._taken(session, id_, by, "approver", {"submitted"})
            alone = row.author == by.name
            if alone and await _others(session, by, to):
                raise NotAllowed(texts("vi")("bulletin.own"))
            await self._render(session, row)  # a recurring hour of its list may send it
            row.approver, row.approved_at = by.name, dt.datetime.now(dt.UTC)
            self._become(session, row, "approved", by, "approve", **({"alone": True} if alone else {}))

    async def send_back(self, id_: int, *, by: Officer, comment: str) -> None:
        """Back to its author, with what is to be changed."""
        async with self._database.unit_of_work() as session:
            row, _ = await self._taken(session, id_, by, "approver", {"submitted", "approved", "scheduled"})
            row.comment, row.approver, row.schedule_at, row.held_since = comment.strip()[:2000], None, None, None
            self._become(session, row, "draft", by, "return")

    async def schedule(self, id_: int, *, by: Officer, at: dt.datetime) -> None:
        """To go out by itself at that moment; a moment that is past is refused."""
        now = dt.datetime.now(dt.UTC)
        if at <= now:
            raise Refused("bulletin.past")
        async with self._database.unit_of_work() as session:
            row, _ = await self._taken(session, id_, by, "approver", {"approved", "scheduled"})
            await self._render(session, row)
            row.schedule_at, row.held_since = at.astimezone(dt.UTC), None
            self._become(session, row, "scheduled", by, "schedule", at=at.isoformat())

    async def pass_urgent(self, id_: int, *, by: Officer) -> None:
        """The word of a second officer, by which an urgent bulletin may go out in quiet hours."""
        async with self._database.unit_of_work() as session:
            row, _ = await self._taken(session, id_, by, "approver", {"submitted", "approved", "scheduled"})
            if not row.urgent or by.name == row.author:
                raise NotAllowed(texts("vi")("bulletin.second_word"))
            row.urgent_by = by.name
            self._log(session, by, "urgent", row)

    async def send(self, id_: int, *, by: Officer) -> None:
        """Queue it for everybody; asked twice, it is done once."""
        async with self._database.unit_of_work() as session:
            row, to = await self._taken(
                session, id_, by, "approver", {"approved", "scheduled", "sending", "paused", "sent"}
            )
            if row.state in {"sending", "paused", "sent"}:
                return
            if not await bulletins.has_recipients(session, row.id):
                raise Refused("bulletin.nobody", names=", ".join(each.name for each in to))
            await self._render(session, row)
            await bulletins.queue(session, row, dt.datetime.now(dt.UTC))
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
            row, _ = await self._taken(session, id_, by, "approver", {"sending", "paused", "sent"})
            now = dt.datetime.now(dt.UTC)
            await bulletins.set_open(session, row.id, ("queued", "paused"), "cancelled", now)
            await self._tell_recalled(session, row, now)
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

    async def preview(self, id_: int) -> Mapping[str, Sequence[Mapping[str, object]]]:
        """What each channel would send, in its own words."""
        async with self._database.reading() as session:
            row = await session.get(BulletinRow, id_)
            if row is None:
                raise Refused("bulletin.unknown", id=id_)
            reply = self._reply(row)
        return {name: self._bubbles(row, name, reply) for name in self._channels}

    async def _hold(
        self, id_: int, by: Officer, deed: str, states: Collection[str], before: Sequence[str], after: str, state: str
    ) -> None:
        async with self._database.unit_of_work() as session:
            row, _ = await self._taken(session, id_, by, "approver", states)
            await bulletins.set_open(session, row.id, before, after, dt.datetime.now(dt.UTC))
            self._become(session, row, state, by, deed)

    async def _taken(
        self, session: AsyncSession, id_: int, by: Officer, role: Role, states: Collection[str]
    ) -> tuple[BulletinRow, list[ListRow]]:
        """The bulletin and its lists, where this officer may do this to it now."""
        row = await bulletins.held(session, id_)
        if row is None:
            raise Refused("bulletin.unknown", id=id_)
        to = await _lists(session, row.id)
        _must(by, role, to)
        if row.state not in states:
            say = texts("vi")
            raise Refused("bulletin.not_now", id=id_, state=say(f"bulletin.state.{row.state}"))
        return row, to

    def _become(
        self, session: AsyncSession, row: BulletinRow, state: str, by: Officer, deed: str, **more: object
    ) -> None:
        row.state, row.changed_at = state, dt.datetime.now(dt.UTC)
        self._log(session, by, deed, row, **more)

    @staticmethod
    def _log(session: AsyncSession, by: Officer, deed: str, row: BulletinRow, **more: object) -> None:
        audit.log(session, by=by.name, action=f"bulletin.{deed}", subject=f"bulletin:{row.id}", detail=more)

    def _reply(self, row: BulletinRow) -> Reply:
        """The bulletin as an answer, the same for every channel."""
        say = texts(cast(Lang, row.lang))
        path, today = f"/ban-tin/{row.id}", dt.datetime.now(HERE).date()
        paragraphs = tuple(part.strip() for part in row.text.split("\n\n") if part.strip())
        page = Button(id=f"bulletin:{row.id}", title=say("bulletin.button.page"), url=self._public_url + path)
        return Reply(
            kind="bulletin", id=f"bulletin:{row.id}", title=row.title, path=path, buttons=(page,),
            sections=tuple(Section(lines=tuple(part.split("\n"))) for part in paragraphs),
            source=say("bulletin.signed", name=self._pack.locality.name.in_(cast(Lang, row.lang)), day=day(today)),
        )  # fmt: skip

    def _bubbles(self, row: BulletinRow, channel: str, reply: Reply) -> list[Mapping[str, object]]:
        if channel == BY_HAND:
            return [{"text": reply.text}]
        update = Update(key="", chat="", sender="", at=dt.datetime.now(dt.UTC))
        bubbles = self._channels[channel].render(reply, update, texts(cast(Lang, row.lang)))
        if row.long == "refuse" and len(bubbles) > 1:
            raise Refused("bulletin.too_long", channel=channel, limit=self._channels[channel].limits.text)
        return [bubble.body for bubble in bubbles]

    async def _render(self, session: AsyncSession, row: BulletinRow) -> None:
        """Keep what is to be sent through each channel; a channel that is off has no bubbles, and its rows fail."""
        reply = self._reply(row)
        stop = Section(lines=(texts(cast(Lang, row.lang))("subscription.stop"),), tone="quiet")
        bubbles = {}
        for channel, person in await bulletins.channels_of(session, row.id):
            if channel in self._channels or channel == BY_HAND:
                own = replace(reply, sections=(*reply.sections, stop)) if person and channel != "sms" else reply
                bubbles[channel, person] = self._bubbles(row, channel, own)
        await bulletins.keep_bodies(session, row.id, bubbles)

    async def _tell_recalled(self, session: AsyncSession, row: BulletinRow, now: dt.datetime) -> None:
        say = texts(cast(Lang, row.lang))
        words = say("bulletin.taken_back", title=row.title, name=self._pack.locality.name.in_(cast(Lang, row.lang)))
        reply = Reply(kind="bulletin", sections=(Section(lines=(words,)),), path=f"/ban-tin/{row.id}")
        got = await session.execute(
            select(Delivery.channel, Delivery.chat)
            .where(Delivery.bulletin == row.id, Delivery.state.in_(("sent", "unknown", "sending")))
            .distinct()
        )
        lang = cast(Lang, row.lang)
        says = [Say(channel=channel, chat=chat, reply=reply, lang=lang) for channel, chat in got.all()]
        queue(session, self._channels, says, lane=BULLETIN, kept=bulletins.KEPT, now=now)


def _must(by: Officer, role: Role, to: Sequence[ListRow]) -> None:
    """He must have the role for each of the lists; whoever may approve may also write."""
    for each in to:
        if not (by.may(role, each.unit) or (role == "editor" and by.may("approver", each.unit))):
            raise NotAllowed(texts("vi")("bulletin.not_yours", name=by.name, list=each.name))


async def _others(session: AsyncSession, by: Officer, to: Sequence[ListRow]) -> bool:
    """Whether anybody else could approve for one of these lists."""
    others = [other for other in await officers.everyone(session) if other.id != by.id]
    return any(other.may("approver", each.unit) for other in others for each in to)


async def _lists(session: AsyncSession, id_: int) -> list[ListRow]:
    ids = await bulletins.lists_of(session, id_)
    return list(await session.scalars(select(ListRow).where(ListRow.id.in_(ids)).order_by(ListRow.id)))
