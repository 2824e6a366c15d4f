"""Bulletins that wait for an approver's word, in his own chat: look, approve, return with a comment, send."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Channel
from bot.dialogue.press import picked
from bot.errors import Refused
from bot.office.bulletins import Bulletins
from bot.office.dictation_words import preview, screen, told
from bot.storage import audit, conversations, dictation, handovers, officers
from bot.storage import bulletins as rows
from bot.storage.bulletins import BulletinRow
from bot.storage.conversations import CONVERSATIONS
from bot.storage.dictation import Dictation
from bot.storage.lists import ListRow
from bot.storage.moments import utc
from bot.storage.officers import Officer
from bot.storage.within import Transactions, Within
from content.hours import HERE
from handlers.contract import Button, Reply, SenderId

PRESS: Final = re.compile(r"review:(\d{1,9}):(show|approve|return|send|yes|keep)")
SHOWN: Final = 3  # bulletins that wait, offered as buttons
DEEDS: Final = ("submit", "approve", "return", "schedule", "send", "pause", "resume", "cancel", "recall", "sent")


class Review:
    """What an approver does from his chat; what was done already by somebody else he is told, with the name."""

    def __init__(
        self,
        bulletins: Callable[[Transactions], Bulletins],
        channels: Mapping[str, Channel],
        sender: Callable[[str, str], SenderId | None],
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._bulletins = bulletins
        self._channels = channels
        self._sender = sender
        self._clock = clock

    async def waiting(self, session: AsyncSession, me: Officer) -> list[BulletinRow]:
        """The oldest that wait for this officer's word; his own are others' to approve."""
        if not me.has("approver"):
            return []
        found = select(BulletinRow).where(BulletinRow.state == "submitted", BulletinRow.author != me.name)
        some = await session.scalars(found.order_by(BulletinRow.id).limit(50))
        return [row for row in some if may(me, await rows.units_of(session, row.id))][:SHOWN]

    async def asking(self, session: AsyncSession, row: BulletinRow, above: str = "") -> Reply:
        """The bulletin, to whom it goes, and what can be done with it."""
        deeds = {"submitted": ("approve", "return", "send"), "approved": ("send", "return")}.get(row.state, ())
        lists = await rows.lists_of(session, row.id)
        names = await session.scalars(select(ListRow.name).where(ListRow.id.in_(lists)).order_by(ListRow.id))
        to = screen("dictation.to", names=", ".join(names), reach=await dictation.reach(session, lists))
        return preview(row.title, row.text, [above], [to], [_button(row.id, deed) for deed in deeds])

    async def pressed(self, session: AsyncSession, me: Officer, channel: str, chat: str, press: str) -> Reply | None:
        """What a button does; None where it is not one of ours."""
        match = PRESS.fullmatch(press)
        row = await rows.held(session, int(match[1])) if match else None
        if match is None or row is None:
            return None
        units = await rows.units_of(session, row.id)
        if not may(me, units):
            raise Refused("dictation.review.not_yours", id=row.id)
        deed = match[2]
        if deed == "keep":
            return await self._kept(session, channel, chat)
        if row.state not in ("submitted", "approved") or (deed == "approve" and row.state == "approved"):
            return await self.stands(session, row)
        service = self._bulletins(Within(session))
        if deed == "approve":
            await service.approve(row.id, by=me)
            return told(screen("dictation.review.approved", id=row.id), buttons=[_button(row.id, "send")])
        if deed == "return":
            await self._ask_why(session, me, channel, chat, row)
            words = screen("dictation.review.why", id=row.id, author=row.author)
            return told(words, buttons=[_button(row.id, "keep")])
        reach = await dictation.reach(session, await rows.lists_of(session, row.id))
        if deed == "send":
            keys = [_button(row.id, "yes"), _button(row.id, "keep")]
            return told(screen("dictation.sure", title=row.title, reach=reach), buttons=keys)
        if deed == "yes":
            async with session.begin_nested():  # both, or neither
                if row.state == "submitted":
                    await service.approve(row.id, by=me)
                await service.send(row.id, by=me)
            return told(screen("dictation.sent", id=row.id, reach=reach))
        return await self.asking(session, row, screen("dictation.review.new", id=row.id, author=row.author))

    async def commented(self, session: AsyncSession, me: Officer, open_: Dictation, words: str) -> Reply:
        """The next message after "return" is what the author is told."""
        id_ = open_.about or 0
        await _forget(session, open_)
        row = await rows.held(session, id_)
        if row is None or row.state not in ("submitted", "approved", "scheduled"):
            return await self.stands(session, row) if row else told(screen("dictation.review.kept"))
        await self._bulletins(Within(session)).send_back(id_, by=me, comment=words)
        return told(screen("dictation.review.returned", id=id_, author=row.author))

    async def stands(self, session: AsyncSession, row: BulletinRow) -> Reply:
        """Somebody was faster: what became of it, by whom, when."""
        last = await self.last(session, row.id)
        state = screen(f"bulletin.state.{row.state}")
        if last is None:
            return told(screen("dictation.review.stands", id=row.id, title=row.title, state=state))
        at = f"{utc(last.at).astimezone(HERE):%H:%M %d/%m}"
        deed = screen(f"dictation.deed.{last.action.partition('.')[2]}")
        names = {"title": row.title, "state": state, "by": who(last.by), "deed": deed}
        return told(screen("dictation.review.stands_by", id=row.id, at=at, **names))

    async def last(self, session: AsyncSession, id_: int) -> audit.Deed | None:
        """The last deed on a bulletin that others should know of."""
        known = {f"bulletin.{deed}" for deed in DEEDS}
        return next((d for d in await audit.deeds(session, subject=f"bulletin:{id_}") if d.action in known), None)

    async def picked(self, session: AsyncSession, me: Officer, sender: SenderId, text: str) -> str | None:
        """The button of a review that a typed number picks; with an open talk a number may be an answer."""
        talk = await CONVERSATIONS.get(session, sender)
        pick = picked(text, talk.offered.split()) if talk else None
        if pick is None or PRESS.fullmatch(pick) is None or await handovers.taken_by(session, me.id):
            return None
        return pick

    async def offer(self, session: AsyncSession, channel: str, chat: str, ids: Sequence[str]) -> None:
        """A typed number picks from these, where the channel numbers its choices."""
        numbered = channel in self._channels and len(ids) > self._channels[channel].limits.buttons
        if numbered and (sender := self._sender(channel, chat)):
            await conversations.offer(session, sender, ids, self._clock())

    async def _ask_why(self, session: AsyncSession, me: Officer, channel: str, chat: str, row: BulletinRow) -> None:
        open_ = await dictation.of_chat(session, channel, chat, self._clock())
        if open_ is None:
            open_ = await dictation.begin(session, channel, chat, me.id, "", self._clock())
        open_.about, open_.changed_at = row.id, self._clock()

    async def _kept(self, session: AsyncSession, channel: str, chat: str) -> Reply:
        open_ = await dictation.of_chat(session, channel, chat, self._clock())
        if open_ is not None:
            await _forget(session, open_)
        return told(screen("dictation.review.kept"))


def may(officer: Officer, units: Collection[str]) -> bool:
    """Whether he may approve what goes to lists of all these units."""
    return bool(units) and all(officer.may("approver", unit) for unit in units)


async def able(session: AsyncSession, units: Collection[str]) -> list[Officer]:
    """Who may approve what goes to these units; administrators only where nobody else may."""
    every = [officer for officer in await officers.everyone(session) if may(officer, units)]
    own = [officer for officer in every if any(role == "approver" for role, _ in officer.grants)]
    return own or every


def who(by: str) -> str:
    """Who did it, as officers read it."""
    return screen(f"dictation.by.{by}") if by in (audit.SHELL, audit.MACHINE) else by


async def _forget(session: AsyncSession, open_: Dictation) -> None:
    """No comment is awaited any more; a bulletin that he dictates beside it stays."""
    if open_.step:
        open_.about = None
    else:
        await session.delete(open_)


def _button(id_: int, deed: str) -> Button:
    return Button(id=f"review:{id_}:{deed}", title=screen(f"dictation.review.button.{deed}"))
